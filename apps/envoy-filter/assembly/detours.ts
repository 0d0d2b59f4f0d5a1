import * as env from './env';
import { everyFlag, objectFlags, objectMembers, objectShape, shapeCount, shapeDeleted, shapeHashed, shapeRoom } from './layout';
import { engineRuntime, tagObject, tagOf } from './values';
/* What takes the place of functions of the engine that are called thousands of times for a request (scripts/snapshot-engine.ts). A member of a new object costs 430 instructions, because the shape of an object (the names of its members) is freed with the last object that has it, and
 * is made anew for the next. Here a shape that was made once is kept, and where it leads with one more member: 40 instructions. The table neither
 * forgets nor grows; what finds its place and the next ones taken goes the engine's way. */
const places: u32 = 4096, cellBytes: u32 = 12, mostMembers: u32 = 24, throws = 0x4000, table: usize = memory.data(49_152); // of a shape, a name with its flags, and the shape that follows
function hold(what: usize, by: i32): void { store<i32>(what - 4, load<i32>(what - 4) + by); }
/** In the place of `JS_DefinePropertyValue`. */
export function defineMember(js: usize, target: u64, name: u32, value: u64, flags: i32): i32 {
  const object = <usize>target, kind = <u32>(flags & ~throws), key = name + ((everyFlag - kind) << 25);
  const isPlain = tagOf(target) == tagObject && (load<u8>(object + objectFlags) & 27) == 2; // extensible; no prototype, nothing exotic, no fast list
  if (!isPlain || kind > everyFlag || (kind != everyFlag && name >> 25 != 0)) return env.JS_DefineSlowly(js, target, name, value, flags);
  const shape = load<u32>(object + objectShape);
  let place = (shape >> 3) ^ (key * 0x9e3779b1 >> 16), cell = table + (place & (places - 1)) * cellBytes;
  for (let others = 0; others < 4 && load<u32>(cell) != 0 && (load<u32>(cell) != shape || load<u32>(cell + 4) != key); others++) cell = table + (++place & (places - 1)) * cellBytes;
  if (load<u32>(cell) == shape && load<u32>(cell + 4) == key) {
    const next = load<u32>(cell + 8), room = load<u32>(next + shapeRoom), before = load<u32>(object + objectMembers);
    const members = room == load<u32>(shape + shapeRoom) ? before : env.js_realloc_rt(engineRuntime, before, room << 3);
    if (members != 0) {
      store<u32>(object + objectShape, next); hold(next, 1); hold(shape, -1); store<u32>(object + objectMembers, members);
      store<u64>(members + (load<u32>(shape + shapeCount) << 3), value); return 1;
    }
  }
  const isNew = load<u32>(cell) == 0 && load<u8>(shape + shapeHashed) != 0 && load<u32>(shape + shapeDeleted) == 0 && load<u32>(shape + shapeCount) < mostMembers;
  if (isNew) hold(shape, 1); // so that the engine makes another one for the object
  const done = env.JS_DefineSlowly(js, target, name, value, flags), next = load<u32>(object + objectShape);
  if (isNew && next == shape) hold(shape, -1); // it had this member, or there is no memory
  else if (isNew && load<u32>(next + shapeCount) > load<u32>(shape + shapeCount)) { store<u32>(cell, shape); store<u32>(cell + 4, key); store<u32>(cell + 8, next); hold(next, 1); }
  return done;
}
const firstCounted: u64 = 0xfffffff7 << 32; // the tags of numbers and words are smaller
/** In the place of `JS_FreeValue` and `JS_FreeValueRT`: most values are not counted, or held by others too. */
export function freeValue(_owner: usize, value: u64): void { if (value >= firstCounted) freeCounted(value); }
function freeCounted(value: u64): void {
  const count = load<i32>(<usize>value - 4);
  if (count > 1) store<i32>(<usize>value - 4, count - 1); else env.JS_FreeSlowly(engineRuntime, value);
}
