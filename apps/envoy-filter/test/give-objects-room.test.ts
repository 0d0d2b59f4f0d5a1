import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { giveObjectsRoom } from '../scripts/give-objects-room.ts';

const engine = readFileSync(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm')));

describe('room for the members of new objects', () => {
  it('changes two bytes of the engine, which stays a module', () => {
    const changed = giveObjectsRoom(engine);
    const differences = [...changed].flatMap((byte, at) => (byte === engine[at] ? [] : [[engine[at], byte]]));
    expect(differences.sort()).toEqual([
      [2, 8],
      [4, 8],
    ]);
    expect(WebAssembly.validate(changed)).toBe(true);
  });

  it('fails the build when the engine has another form', () => {
    const other = Buffer.from(engine);
    other.write('JS_NewObjectProtoOther', other.indexOf('JS_NewObjectProtoClass'));
    expect(() => giveObjectsRoom(other)).toThrow('QuickJS has no export JS_NewObjectProtoClass');
    expect(() => giveObjectsRoom(giveObjectsRoom(engine))).toThrow('QuickJS makes objects in another way than this build knows');
  });
});
