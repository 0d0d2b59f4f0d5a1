import type { Edit } from '@plano/hermesllm';

/** Where something stands: byte offsets, `end` exclusive. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** Edits that take items out of a list of members or elements, each run of them with the commas that belong to it. */
export function removalEdits(items: readonly ByteSpan[], isDoomed: (index: number) => boolean): Edit[] {
  const edits: Edit[] = [];
  for (let first = 0; first < items.length; first += 1) {
    if (!isDoomed(first)) continue;
    let last = first;
    while (last + 1 < items.length && isDoomed(last + 1)) last += 1;
    const next = items[last + 1];
    const previous = items[first - 1];
    if (next !== undefined) edits.push({ start: items[first]!.start, end: next.start, text: '' });
    else edits.push({ start: previous?.end ?? items[first]!.start, end: items[last]!.end, text: '' });
    first = last;
  }
  return edits;
}

/** Edits in the order of the text; of several at one place the insertions come first, in the order in which they were made. */
export function inOrder(edits: readonly Edit[]): Edit[] {
  return edits.toSorted((one, other) => one.start - other.start || one.end - other.end);
}
