import { encodeUtf8 } from '../../framing/utf8.ts';
import type { Block, MediaBlock } from '../../model/block.ts';
import { approximated, defaulted, dropped, unsupported } from '../../warn.ts';
import { encodeBase64 } from '../../framing/base64.ts';
import { describeMedia, mediaHead, reportDetail } from '../media-head.ts';
import { formatOf, formatOfName } from './formats.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock } from './wire.ts';

/** Writes an image, a document, audio or video; undefined, and a warning, for what Converse cannot carry. */
export function encodeMedia(block: MediaBlock, path: string, context: UpstreamContext): WireBlock | undefined {
  const { scope } = context;
  const { kind, source, mediaType, name } = block;
  if (kind === 'search-result') return encodeSearchResult(block, path, context);
  const isText = source.type === 'text' || source.type === 'blocks';
  const known = formatOf(kind, mediaType) ?? formatOfName(kind, name) ?? (isText && kind === 'document' ? 'txt' : undefined);
  const format = known ?? guessedFormat(block, path, context);
  const wire = format === undefined ? undefined : encodeSource(block, path, context);
  if (wire === undefined || format === undefined) {
    unsupported(scope, path, describeMedia(block));
    return undefined;
  }
  reportDetail(block, path, scope);
  if (kind === 'document') return encodeDocument(block, format, wire, path, context);
  mediaHead(block, false, path, scope);
  return { [kind]: { format, source: wire } };
}

/** The beginnings of files in base64. */
const signatures: readonly (readonly [kind: MediaBlock['kind'], beginning: string, format: string])[] = [
  ['image', 'iVBORw0KGgo', 'png'],
  ['image', '/9j/', 'jpeg'],
  ['image', 'R0lGOD', 'gif'],
  ['image', 'UklGR', 'webp'],
  ['document', 'JVBERi', 'pdf'],
];

/** The format of what is sent without a type: what the bytes say, else what it mostly is. */
function guessedFormat({ kind, mediaType, source }: MediaBlock, path: string, { scope }: UpstreamContext): string | undefined {
  if (mediaType !== undefined || (source.type !== 'base64' && source.type !== 's3')) return undefined;
  if (source.type === 'base64') {
    for (const [of, beginning, format] of signatures) if (of === kind && source.data.startsWith(beginning)) return format;
  }
  const format = kind === 'image' ? 'png' : kind === 'document' ? 'pdf' : undefined;
  if (format !== undefined) defaulted(scope, `${path}.mediaType`, `Sent as ${format}`);
  return format;
}

function encodeSource({ kind, source }: MediaBlock, path: string, { scope }: UpstreamContext): WireBlock | undefined {
  switch (source.type) {
    case 'base64':
      return { bytes: source.data };
    case 's3':
      return { s3Location: { uri: source.uri, bucketOwner: source.bucketOwner } };
    case 'text':
      return kind === 'document' ? { bytes: encodeBase64(encodeUtf8(source.text)) } : undefined;
    case 'blocks':
      return kind === 'document' ? { content: texts(source.blocks, `${path}.source.blocks`, scope) } : undefined;
    default:
      return undefined;
  }
}

/** The parts of a document; Converse has only text ones. */
function texts(blocks: readonly Block[], path: string, scope: UpstreamContext['scope']): WireBlock[] {
  const out: WireBlock[] = [];
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    if (block.type === 'text') out.push({ text: block.text });
    else dropped(scope, `${path}[${i}]`, 'A document at Bedrock has only texts inside');
  }
  return out;
}

/** Citations are Claude's; `context` is about them, too. */
const cites = ({ own, model }: UpstreamContext): boolean => own || model.claudeAtBedrock;

/** What asks a model for citations; a reported loss to one that does not cite. */
function encodeCitable({ citable }: MediaBlock, path: string, context: UpstreamContext): WireBlock | undefined {
  if (cites(context)) return citable === undefined ? undefined : { enabled: citable };
  if (citable === true) dropped(context.scope, `${path}.citable`, 'At Bedrock only Claude models cite');
  return undefined;
}

/** For models that cite; to others it is a text. */
function encodeSearchResult(block: MediaBlock, path: string, context: UpstreamContext): WireBlock {
  const { scope } = context;
  const { name: title = '', context: from = '', source } = block;
  const content = source.type === 'blocks' ? texts(source.blocks, `${path}.source.blocks`, scope) : [];
  const reads = cites(context);
  if (!reads) approximated(scope, path, 'At Bedrock only Claude models read search results; it is a text');
  const citations = encodeCitable(block, path, context);
  if (reads) return { searchResult: { source: from, title, content, citations } };
  return { text: [title, from, ...content.map(({ text }) => String(text))].join('\n').trim() };
}

function encodeDocument(block: MediaBlock, format: string, source: WireBlock, path: string, context: UpstreamContext): WireBlock {
  const { scope } = context;
  const name = documentName(block.name, context);
  if (name !== block.name) {
    if (block.name === undefined) defaulted(scope, `${path}.name`, `Bedrock demands a name; sent ${name}`);
    else approximated(scope, `${path}.name`, `Bedrock restricts names and wants them to differ; sent ${name}`);
  }
  const cited = cites(context);
  if (!cited && block.context !== undefined) dropped(scope, `${path}.context`, 'At Bedrock it is for models that cite');
  const citations = encodeCitable(block, path, context);
  return { document: { format, name, source, context: cited ? block.context : undefined, citations } };
}

const longestName = 200;

/**
 * Letters, digits, single spaces, hyphens, parentheses and square brackets, at most 200; each name once in a request.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
 */
function documentName(name: string | undefined, { documentNames }: UpstreamContext): string {
  const clean = (name ?? '')
    .replace(/[^A-Za-z0-9 ()[\]-]/g, ' ')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, longestName - 5)
    .trim();
  const stem = clean === '' ? 'document' : clean;
  let unique = stem;
  for (let count = 2; documentNames.has(unique.toLowerCase()); count++) unique = `${stem} ${count}`;
  documentNames.add(unique.toLowerCase());
  return unique;
}
