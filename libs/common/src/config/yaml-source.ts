import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Path } from './problem.ts';

/** A place in a text, both from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a text. */
type Fault = Place & { readonly message: string };

/** A YAML text as plain data, with the way back from a path to its place. */
export interface YamlSource {
  readonly data: unknown;
  /** Keys that are there twice; of their values the last one counts. */
  readonly duplicates: readonly (Fault & { readonly path: Path })[];
  /** Place of what a path leads to; of the nearest thing around it when there is no such thing. */
  locate(path: Path, at: 'key' | 'value'): Place;
}

/** Data, or what is wrong with the text. */
export type YamlResult = { readonly ok: true; readonly source: YamlSource } | { readonly ok: false; readonly errors: readonly Fault[] };

/** The parser's own messages quote the text, which may be a secret; these do not. */
const messages: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag',
  BAD_ALIAS: 'this alias has no anchor, or a bad name',
  BAD_COLLECTION_TYPE: 'this tag does not fit its value',
  BAD_DIRECTIVE: 'unknown directive',
  BAD_DQ_ESCAPE: 'unknown escape sequence in double quotes',
  BAD_INDENT: 'wrong indentation, or a bracket, brace or quote that is not closed',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place',
  BAD_SCALAR_START: 'text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a list or map cannot stand here; check the indentation and the colons',
  BLOCK_IN_FLOW: 'an indented list or map cannot stand within brackets or braces',
  DUPLICATE_KEY: 'this key is there twice',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a bracket, brace, quote, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; a colon or quote may be missing',
  MULTIPLE_ANCHORS: 'more than one anchor',
  MULTIPLE_DOCS: 'the file holds more than one document',
  MULTIPLE_TAGS: 'more than one tag',
  NON_STRING_KEY: 'keys must be text',
  RESOURCE_EXHAUSTION: 'the aliases of this file would expand to far too much',
  TAB_AS_INDENT: 'tabs cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'unknown tag, or one that does not fit its value',
  UNEXPECTED_TOKEN: 'unexpected text; check indentation, quotes and brackets',
};

/**
 * Reads YAML 1.2 (with merge keys) into plain data.
 *
 * @example
 * const result = readYaml('version: v0.4.0');
 */
export function readYaml(text: string): YamlResult {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  let document: Document.Parsed | undefined;
  try {
    // A set, a binary or an ordered map is no plain data, and what a tag of one's own means nobody knows: such tags are faults, not warnings.
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, resolveKnownTags: false, logLevel: 'error' });
    const faults = [...document.errors, ...document.warnings].map(({ code, pos: [offset] }) => ({
      code,
      offset,
      ...place(offset),
      message: messages[code] ?? 'this is not YAML',
    }));
    if (faults.some(({ code }) => code !== 'DUPLICATE_KEY')) return { ok: false, errors: withoutEchoes(faults) };
    const circular = aliasWithinItself(document);
    if (circular !== undefined)
      return { ok: false, errors: [{ ...place(circular), message: 'this alias stands within what it stands for' }] };
    const data: unknown = document.toJS({ maxAliasCount: 1000 });
    const whole = document;
    const duplicates = faults.map(({ offset, line, column, message }) => ({
      line,
      column,
      message,
      path: pathOfKey(whole.contents, offset) ?? [],
    }));
    return { ok: true, source: { data, duplicates, locate: (path, at) => place(offsetOf(whole, path, at)) } };
  } catch (error) {
    // Thousands of nested brackets end the parser's recursion; an alias without anchor and an alias bomb are found by `toJS`.
    const lost = error instanceof RangeError || document === undefined ? undefined : aliasWithoutAnchor(document);
    if (lost !== undefined) return { ok: false, errors: [{ ...place(lost), message: messages['BAD_ALIAS'] as string }] };
    const message =
      error instanceof RangeError ? 'the file is nested too deeply' : 'the file cannot be read as YAML; check its anchors and aliases';
    return { ok: false, errors: [{ line: 1, column: 1, message }] };
  }
}

/** The parser stumbles over every word that follows a fault: of those in one line the first one says enough. */
function withoutEchoes(faults: readonly (Fault & { readonly code: string })[]): Fault[] {
  return faults
    .filter(({ code, line }, index) => code !== 'UNEXPECTED_TOKEN' || faults[index - 1]?.line !== line)
    .map(({ line, column, message }) => ({ line, column, message }));
}

/** Where an alias stands whose data would have no end. */
function aliasWithinItself(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, alias, ancestors) {
      if (!ancestors.some((node) => (isMap(node) || isSeq(node)) && node.anchor === alias.source)) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where the first alias stands whose anchor does not come before it. */
function aliasWithoutAnchor(document: Document.Parsed): number | undefined {
  const anchors = new Set<string>();
  let offset: number | undefined;
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        offset = node.range?.[0];
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return offset;
}

/** The path of the key that begins at an offset. */
function pathOfKey(node: unknown, offset: number): Path | undefined {
  const members: (readonly [key: string | number, value: unknown])[] = [];
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (isScalar(key) && key.range?.[0] === offset) return [name];
      members.push([name, value]);
    }
  } else if (isSeq(node)) members.push(...node.items.entries());
  for (const [key, value] of members) {
    const found = pathOfKey(value, offset);
    if (found !== undefined) return [key, ...found];
  }
  return undefined;
}

function offsetOf(document: Document.Parsed, path: Path, at: 'key' | 'value'): number {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (let index = 0; index < path.length; index += 1) {
    const segment = path[index]!;
    if (isAlias(node)) node = node.resolve(document);
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && String(isScalar(item.key) ? item.key.value : item.key) === String(segment));
      if (pair === undefined) return offset;
      const key = pair.key as Node | null;
      const value = pair.value as Node | null;
      const empty = value === null || (isScalar(value) && value.value === null);
      offset = ((last && at === 'key') || empty ? key?.range?.[0] : value.range?.[0]) ?? offset;
      node = value;
    } else if (isSeq(node)) {
      const item = node.items[Number(segment)] as Node | undefined;
      if (item === undefined) return offset;
      offset = item?.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}
