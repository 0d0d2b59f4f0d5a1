/* How QuickJS-NG 0.17 keeps what the shim reads by itself. The reference count of a thing stands in the four bytes before it. */
export const objectFlags = 8, objectClass = 10, objectShape = 12, objectMembers = 16, listItems = 28, listLength = 32, classObject: u32 = 1, classList: u32 = 2;
export const shapeHashed = 8, shapeMask = 16, shapeRoom = 20, shapeCount = 24, shapeDeleted = 28, everyFlag: u32 = 7, enumerable: u32 = 4, notPlain: u32 = 0x30;
/** For each member of a shape a word with its flags in the highest six bits, and its name. */
export function membersOf(shape: usize): usize { return shape + 44 + (load<u32>(shape + shapeMask) << 2); }
/** The string that is the name. */
export function nameOf(runtime: usize, name: u32): usize { return load<u32>(load<u32>(runtime + 568) + (name << 2)); }
export function isSymbol(string: usize): bool { return load<u32>(string + 4) >> 30 != 1; } export function lengthOf(string: usize): u32 { return load<u32>(string); }
/** The characters of a string, which may be a part of another one; 0 when they are not a byte each. */
export function textOf(string: usize): usize {
  const kind = load<u32>(string + 4) >> 28 & 3;
  return load<i32>(string) < 0 || kind > 1 ? 0 : kind == 0 ? string + 24 : load<u32>(string + 24) + 24 + load<u32>(string + 28);
}
/** Whether a list keeps its items in a row; then they are at `listItems`. */
export function isRow(object: usize): bool { return load<u16>(object + objectClass) == classList && (load<u8>(object + objectFlags) & 16) != 0; }
