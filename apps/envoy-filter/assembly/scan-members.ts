// biome-ignore-all format: short steps
import * as env from './env';
import { engine, integer, undefinedValue } from './values';

/*
 * Where the members of a JSON object stand in its bytes, as `scanMembers` of hermesllm finds them. Both take and refuse the same. The answer is a list
 * `[key, keyStart, start, end, …]`, a key undefined when it has more than plain ASCII; 0 for broken text, 1 for nesting that is too deep.
 */
const opening = 0, firstKey = 1, key = 2, colon = 3, beforeValue = 4, value = 5, afterValue = 6, closed = 7; // states

export function scanMembers(start: usize, size: usize, depthLimit: i32): u64 {
  const end = start + size, list = env.JS_NewArray(engine);
  const marked = size > 2 && load<u8>(start) == 0xef && load<u8>(start + 1) == 0xbb && load<u8>(start + 2) == 0xbf;
  let count: u32 = 0, state = opening, depth = 0;
  let keyAt: usize = 0, keyEnd: usize = 0, from: usize = 0, at = marked ? start + 3 : start;
  while (at < end) {
    const byte = load<u8>(at);
    if (state != value && (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09)) at++;
    else if (state == value || state == beforeValue) {
      if (state == beforeValue) from = at;
      state = value;
      let to: usize = 0;
      const closes = byte == 0x7d || byte == 0x5d;
      if (byte == 0x22) {
        at = endOfString(at, end);
        if (depth == 0) to = at;
      } else if (depth == 0 && (closes || byte == 0x2c || byte <= 0x20)) {
        if (at == from || !beginsScalar(load<u8>(from))) break;
        to = at;
      } else {
        at++;
        if (closes && --depth == 0) to = at;
        if ((byte == 0x7b || byte == 0x5b) && ++depth >= depthLimit) return refused(list, 1);
      }
      if (to == 0 || to > end) continue;
      env.JS_SetPropertyUint32(engine, list, count++, textOfKey(keyAt + 1, keyEnd - 1));
      env.JS_SetPropertyUint32(engine, list, count++, integer(<i32>(keyAt - start)));
      env.JS_SetPropertyUint32(engine, list, count++, integer(<i32>(from - start)));
      env.JS_SetPropertyUint32(engine, list, count++, integer(<i32>(to - start)));
      state = afterValue;
    } else if (byte == 0x22 && (state == key || state == firstKey)) {
      keyAt = at;
      at = keyEnd = endOfString(at, end);
      state = colon;
    } else {
      at++;
      if (state == opening && byte == 0x7b) state = firstKey;
      else if (state == colon && byte == 0x3a) state = beforeValue;
      else if (state == afterValue && byte == 0x2c) state = key;
      else if (byte == 0x7d && (state == firstKey || state == afterValue)) state = closed;
      else return refused(list, 0);
    }
  }
  return state == closed && at == end ? list : refused(list, 0);
}
/** The address behind a string; behind the end of all when it does not end. */
function endOfString(start: usize, end: usize): usize {
  let at = start + 1;
  while (at < end && load<u8>(at) != 0x22) at += load<u8>(at) == 0x5c ? 2 : 1;
  return at < end ? at + 1 : end + 1;
}
function beginsScalar(byte: u8): bool { return byte == 0x2d || (byte >= 0x30 && byte <= 0x39) || byte == 0x74 || byte == 0x66 || byte == 0x6e; }
function textOfKey(start: usize, end: usize): u64 {
  for (let at = start; at < end; at++) if (load<u8>(at) >= 0x80 || load<u8>(at) == 0x5c) return undefinedValue;
  return env.JS_NewStringLen(engine, start, end - start);
}
function refused(list: u64, why: i32): u64 { env.JS_FreeValue(engine, list); return integer(why); }
