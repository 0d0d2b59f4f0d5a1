import { Buffer } from 'node:buffer';
import { readUnsigned } from './leb128.ts';

const section = { imports: 2, exports: 7, code: 10 } as const;
const constant = 0x41;
const call = 0x10;
const thirdParameter = [0x20, 2];

/** Members that a new object has room for, and places in the hash table of its shape. */
const members = 8;

/**
 * QuickJS gives a new object room for two members, and more room, by half, whenever a member does not fit: with six members, a third of what the
 * object costs. Here it has room for eight from the start. The engine has no setting for it, so two constants of its binary are changed: what
 * `JS_NewObjectProtoClass` hands to the function that makes shapes, and what that one hands on as the size of the hash table.
 *
 * @throws Error when the binary has another form
 */
export function giveObjectsRoom(engine: Uint8Array): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(engine);
  const { bodies, imported, newObject } = functionsOf(changed);
  const at = changeConstant(bodies[newObject - imported], [constant, 2, call]);
  const [newShape] = readUnsigned(changed, at + 3);
  changeConstant(bodies[newShape - imported], [constant, 4, ...thirdParameter, call]);
  return changed;
}

/** Changes the constant at the beginning of a pattern; returns where the pattern stands in the module. */
function changeConstant(body: Uint8Array = new Uint8Array(), pattern: readonly number[]): number {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const wanted = Buffer.from(pattern);
  const at = bytes.indexOf(wanted);
  if (at === -1 || bytes.includes(wanted, at + 1)) throw new Error('QuickJS makes objects in another way than this build knows');
  bytes[at + 1] = members;
  return bytes.byteOffset + at;
}

function functionsOf(module: Uint8Array): { bodies: Uint8Array[]; imported: number; newObject: number } {
  const bodies: Uint8Array[] = [];
  let imported = 0;
  let newObject = -1;
  for (let at = 8; at < module.length; ) {
    const id = module[at];
    const [size, start] = readUnsigned(module, at + 1);
    at = start + size;
    if (id === section.imports) [imported] = readUnsigned(module, start); // functions alone
    if (id === section.exports) newObject = exportedFunction(module.subarray(start, at), 'JS_NewObjectProtoClass');
    if (id === section.code) bodies.push(...itemsOf(module, start));
  }
  return { bodies, imported, newObject };
}

function itemsOf(module: Uint8Array, start: number): Uint8Array[] {
  const [count, first] = readUnsigned(module, start);
  let at = first;
  return Array.from({ length: count }, () => {
    const [size, from] = readUnsigned(module, at);
    at = from + size;
    return module.subarray(from, at);
  });
}

function exportedFunction(exports: Uint8Array, name: string): number {
  const label = Buffer.from([name.length, ...Buffer.from(name), 0]);
  const at = Buffer.from(exports).indexOf(label);
  if (at === -1) throw new Error(`QuickJS has no export ${name}`);
  return readUnsigned(exports, at + label.length)[0];
}
