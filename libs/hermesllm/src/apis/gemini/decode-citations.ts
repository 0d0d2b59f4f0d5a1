import type { JsonObject } from '../../codec.ts';
import type { Citation } from '../../model/block.ts';
import { isObject, listOf, maybeNumber, maybeString } from '../../read.ts';
import type { ByteOffsets } from './byte-offsets.ts';
import { byteOffsets } from './byte-offsets.ts';
import type { Scope } from '../../scope.ts';
import { words } from '../../words.ts';
import { reportUnread } from '../extensions.ts';

/** Claims and sources of one answer that are looked at. */
const limit = 1000;

/** A text block that has ended. */
interface CitedText {
  text: string;
  /** Bytes of the answer's text before the block. */
  bytesBefore: number;
  /** The parts that it was made of. */
  firstPart: number;
  lastPart: number;
  /** Whether no block comes after it: it gets what has no place elsewhere. */
  last: boolean;
}

/** What an answer says of its sources, until it is known which block it speaks of. */
export interface Sources {
  add(grounding: unknown, citations: unknown): void;
  /** Takes the citations of a block. */
  take(block: CitedText): Citation[] | undefined;
  /** Whether something was never taken. */
  left(): boolean;
}

interface Claim {
  url: string | undefined;
  title: string | undefined;
  citedText: string | undefined;
  /** Where it stands, in bytes; undefined for a source without a place. */
  start: number | undefined;
  end: number | undefined;
  /** The words that it is about, where they are repeated. */
  words: string;
  part: number | undefined;
}

interface Place {
  start: number;
  end: number;
}

/**
 * Collects `groundingMetadata` and `citationMetadata`. Offsets count bytes, within a part or within the whole text, depending on model and
 * on streaming; the words that a claim repeats decide, and are searched for where the offsets are wrong.
 */
export function sources(scope: Scope): Sources {
  let claims: Claim[] = [];
  let seen: Set<string> | undefined;
  return {
    add(grounding, citations) {
      const found: Claim[] = [];
      if (isObject(grounding)) readGrounding(grounding, found);
      if (isObject(citations)) readCitations(citations, found, scope);
      for (const claim of found) {
        const key = `${claim.start} ${claim.end} ${claim.url} ${claim.title}`;
        seen ??= new Set();
        if (seen.has(key) || seen.size >= limit) continue; // streams repeat what they said before
        seen.add(key);
        claims.push(claim);
      }
    },
    take(block) {
      if (claims.length === 0) return undefined;
      const offsets = byteOffsets(block.text);
      const rest: Claim[] = [];
      const taken: Citation[] = [];
      for (const claim of claims) {
        const place = placeOf(claim, block, offsets);
        if (place === undefined && !block.last) rest.push(claim);
        else taken.push(citation(claim, place));
      }
      claims = rest;
      return taken.length === 0 ? undefined : taken;
    },
    left: () => claims.length > 0,
  };
}

const citation = ({ url, title, citedText }: Claim, place: Place | undefined): Citation => ({
  url,
  title,
  citedText,
  start: place?.start,
  end: place?.end,
  native: undefined,
});

function placeOf(claim: Claim, block: CitedText, offsets: ByteOffsets): Place | undefined {
  const { start, end, words, part } = claim;
  if (end === undefined) return undefined;
  const whole = within(offsets, (start ?? 0) - block.bytesBefore, end - block.bytesBefore);
  const own = within(offsets, start ?? 0, end);
  if (words !== '') {
    if (whole !== undefined && block.text.slice(whole.start, whole.end) === words) return whole;
    if (own !== undefined && block.text.slice(own.start, own.end) === words) return own;
    const at = block.text.indexOf(words);
    return at === -1 ? undefined : { start: at, end: at + words.length };
  }
  if (part !== undefined) return part >= block.firstPart && part <= block.lastPart ? own : undefined;
  return whole;
}

function within(offsets: ByteOffsets, start: number, end: number): Place | undefined {
  const from = offsets.toUnits(start);
  const to = offsets.toUnits(end);
  return from === undefined || to === undefined || from >= to ? undefined : { start: from, end: to };
}

/** Every claim (`groundingSupports`) with each of its sources, then the sources that no claim names. */
function readGrounding(grounding: JsonObject, out: Claim[]): void {
  const chunks = listOf(grounding['groundingChunks']);
  const named = new Set<number>();
  for (const item of listOf(grounding['groundingSupports'])) {
    if (!isObject(item)) continue;
    const segment = isObject(item['segment']) ? item['segment'] : {};
    for (const index of listOf(item['groundingChunkIndices'])) {
      if (typeof index !== 'number' || out.length >= limit) continue;
      const claim = sourceOf(chunks[index]);
      if (claim === undefined) continue;
      named.add(index);
      claim.start = maybeNumber(segment['startIndex']);
      claim.end = maybeNumber(segment['endIndex']);
      claim.words = maybeString(segment['text']) ?? '';
      claim.part = maybeNumber(segment['partIndex']);
      out.push(claim);
    }
  }
  for (let i = 0; i < chunks.length && out.length < limit; i++) {
    const claim = named.has(i) ? undefined : sourceOf(chunks[i]);
    if (claim !== undefined) out.push(claim);
  }
}

/** A source on the web, in a map, in a store of documents. */
function sourceOf(chunk: unknown): Claim | undefined {
  if (!isObject(chunk)) return undefined;
  const source = chunk['web'] ?? chunk['retrievedContext'] ?? chunk['maps'] ?? chunk['image'];
  if (!isObject(source)) return undefined;
  return claimOf(maybeString(source['uri'] ?? source['sourceUri']), maybeString(source['title']), maybeString(source['text']));
}

const citationMembers = words('uri title startIndex endIndex');

function readCitations(metadata: JsonObject, out: Claim[], scope: Scope): void {
  for (const item of listOf(metadata['citations'] ?? metadata['citationSources'])) {
    if (!isObject(item) || out.length >= limit) continue;
    reportUnread(item, citationMembers, 'citationMetadata.citations', scope);
    const claim = claimOf(maybeString(item['uri']), maybeString(item['title']), undefined);
    claim.start = maybeNumber(item['startIndex']);
    claim.end = maybeNumber(item['endIndex']);
    out.push(claim);
  }
}

const claimOf = (url: string | undefined, title: string | undefined, citedText: string | undefined): Claim => ({
  url,
  title,
  citedText,
  start: undefined,
  end: undefined,
  words: '',
  part: undefined,
});
