import { Buffer } from 'node:buffer';
import { readUnsigned } from './leb128.ts';
import { contentOf, endOfBody, exportedFunction, itemsOf, section, sectionsOf } from './module-sections.ts';

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
  const sections = sectionsOf(changed);
  const [imported] = readUnsigned(contentOf(sections, section.imports), 0); // functions alone
  const bodies = itemsOf(contentOf(sections, section.code), endOfBody);
  const newObject = exportedFunction(contentOf(sections, section.exports), 'JS_NewObjectProtoClass');
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
