import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { isV8OptionGiven } from './v8-option.ts';

/** Growth since the last collection that is worth another one. */
const growthBytes = 8 * 1024 * 1024;
/** How long it may have lasted. */
const growthMs = 10_000;
const checkMs = 1_000;

/**
 * Asks V8 to collect its old generation when that has grown for ten seconds, unless whoever started this process has chosen when it does.
 *
 * By itself V8 waits until a limit that it chose while the program was loaded, at several times what lived then: under a steady load the
 * process grows for a minute, as if something leaked, and keeps what it has taken. After one collection under load the limits that V8 chooses are
 * near what lives. Asking is to lower the part of the limit from which on V8 begins to mark, which it does beside the program; a collection that
 * is called for would stop it.
 */
export function boundOldGeneration(): void {
  if (isV8OptionGiven(/incremental[-_]marking|heap[-_]growing|max[-_]heap[-_]size/)) return;
  let [least, last] = [oldBytes(), 0];
  let since = performance.now();
  let asks = false;
  function ask(wanted: boolean): void {
    if (wanted === asks) return;
    asks = wanted;
    setFlagsFromString(`--incremental-marking-soft-trigger=${asks ? 1 : 0}`);
  }
  function check(): void {
    const bytes = oldBytes();
    if (bytes < last) {
      least = bytes;
      since = performance.now();
      ask(false);
    } else if (bytes - least > growthBytes && performance.now() - since >= growthMs) ask(true);
    last = bytes;
  }
  setInterval(check, checkMs).unref();
}

/** What is used of everything that is not young. */
function oldBytes(): number {
  let bytes = 0;
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) if (!space_name.startsWith('new_')) bytes += space_used_size;
  return bytes;
}
