import type { Citation } from '../../model/block.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import { byteLength } from './byte-offsets.ts';
import type { WirePart } from './wire.ts';

/** Builds the `groundingMetadata` of an answer. */
export interface Grounding {
  /** `bytesBefore`: bytes of the answer before this text, or of the part before it. `part`: the part's index, where offsets count in it. */
  add(text: string, bytesBefore: number, part: number | undefined, citations: readonly Citation[], path: string): void;
  metadata(): WirePart | undefined;
}

export function grounding(scope: Scope): Grounding {
  const chunks: WirePart[] = [];
  const supports: WirePart[] = [];
  return {
    add(text, bytesBefore, part, citations, path) {
      for (const { url, title, citedText, start, end, place } of citations) {
        if (url === undefined && title === undefined) {
          unsupported(scope, `${path}.citations`);
          continue;
        }
        if (url === undefined || citedText !== undefined || place !== undefined) unsupported(scope, `${path}.citations`);
        const groundingChunkIndices = [chunks.length];
        chunks.push({ web: { uri: url, title } });
        if (start === undefined || end === undefined) continue;
        const segment = {
          partIndex: part,
          startIndex: bytesBefore + byteLength(text, start),
          endIndex: bytesBefore + byteLength(text, end),
          text: text.slice(start, end),
        };
        supports.push({ segment, groundingChunkIndices });
      }
    },
    metadata: () => (chunks.length === 0 ? undefined : { groundingChunks: chunks, groundingSupports: supports }),
  };
}
