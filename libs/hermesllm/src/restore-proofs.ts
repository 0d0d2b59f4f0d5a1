import type { HistoryProofs, JsonObject } from './codec.ts';
import type { Warning } from './model/warning.ts';
import { isObject } from './read.ts';

type Warn = (warning: Warning) => void;

/** Whether one of the marks, which are ASCII, stands between two offsets: cheap enough for every same-API body. */
export function holdsMark(bytes: Uint8Array, start: number, end: number, marks: readonly string[]): boolean {
  for (const mark of marks) {
    const first = mark.charCodeAt(0);
    for (let at = bytes.indexOf(first, start); at !== -1 && at < end; at = bytes.indexOf(first, at + 1)) {
      let length = 1;
      while (length < mark.length && bytes[at + length] === mark.charCodeAt(length)) length++;
      if (length === mark.length) return true;
    }
  }
  return false;
}

/**
 * A same-API request without the proofs that another API's upstream gave, and with those that its model cannot do without. The turn that is
 * left without a piece goes too. Returns the same object when there was nothing to do.
 */
export function restoreProofs(wire: JsonObject, proofs: HistoryProofs, model: string, warn: Warn): JsonObject {
  const kept = restoreHistory(wire[proofs.list], proofs, warn);
  if (kept === wire[proofs.list]) return proofs.complete?.(wire, model, warn) ?? wire;
  const changed: Record<string, unknown> = { ...wire, [proofs.list]: kept };
  const field = proofs.thinkingField?.(changed);
  if (field !== undefined) {
    delete changed[field];
    warn({ type: 'dropped', path: field, reason: 'The running tool loop began without thinking of this upstream' });
  }
  return proofs.complete?.(changed, model, warn) ?? changed;
}

/** The history, or the same list when there is nothing to restore in it. */
function restoreHistory(history: unknown, proofs: HistoryProofs, warn: Warn): unknown {
  const { list, inner } = proofs;
  if (!Array.isArray(history)) return history;
  if (inner === undefined) return restoreList(history, proofs, list, warn);
  let changed = false;
  const kept: unknown[] = [];
  for (let i = 0; i < history.length; i++) {
    const turn: unknown = history[i];
    const pieces = isObject(turn) ? turn[inner] : undefined;
    const restored = Array.isArray(pieces) ? restoreList(pieces, proofs, `${list}[${i}].${inner}`, warn) : pieces;
    if (restored === pieces) kept.push(turn);
    else {
      changed = true;
      if ((restored as unknown[]).length > 0) kept.push({ ...(turn as JsonObject), [inner]: restored });
    }
  }
  return changed ? kept : history;
}

function restoreList(pieces: unknown[], { restore }: HistoryProofs, path: string, warn: Warn): unknown[] {
  let changed = false;
  const kept: unknown[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const piece: unknown = pieces[i];
    const restored = isObject(piece) ? restore(piece) : piece;
    if (restored !== piece) {
      changed = true;
      warn({
        type: restored === undefined ? 'dropped' : 'approximated',
        path: `${path}[${i}]`,
        reason: 'The proof in it is of another upstream, or was sealed for one',
      });
    }
    if (restored !== undefined) kept.push(restored);
  }
  return changed ? kept : pieces;
}
