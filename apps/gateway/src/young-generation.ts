import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { isV8OptionGiven } from './v8-option.ts';

/** Of one of the two halves in turn of which V8's young generation is filled. */
const boundBytes = 16 * 1024 * 1024;
const checkMs = 1_000;

/**
 * Bounds V8's young generation, unless whoever started this process has chosen its size (`--max-semi-space-size` and the like).
 *
 * V8 doubles it whenever as much has survived as it holds, up to 64 MiB twice, however few of a server's objects survive each time. The bound of its
 * own can only be given on the command line, but how much it grows by may be changed at any time: not at all once the bound is reached. While
 * nothing is to do V8 also makes it smaller, so the factor is looked at for as long as the process runs.
 */
export function boundYoungGeneration(): void {
  if (isV8OptionGiven(/semi[-_]space|max[-_]heap[-_]size/)) return;
  let grows = true;
  function check(): void {
    const wanted = capacity() < boundBytes;
    if (wanted === grows) return;
    grows = wanted;
    setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`);
  }
  check();
  setInterval(check, checkMs).unref();
}

/** What a half holds; 0 where V8 does not say. */
const capacity = (): number => (getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0) / 2;
