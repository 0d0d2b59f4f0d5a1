import { parseData } from '../../codec.ts';
import type { Block, ToolResultBlock } from '../../model/block.ts';
import { elementPath, isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, defaulted, foreign, unsupported } from '../../warn.ts';
import { losesDigits } from '../exact-numbers.ts';
import { mediaHead, reportDetail } from '../media-head.ts';
import { api } from './api.ts';
import { encodeMedia } from './encode-media.ts';
import type { WirePart } from './wire.ts';

/** What a tool result becomes: the response, and media that stand beside it for models that take none inside. */
export interface EncodedResult {
  part: WirePart;
  beside: WirePart[];
}

const unnamed = 'unknown_function';

/** `name`: the tool that was called. `inside`: the model takes media in function responses. */
export function encodeResult(block: ToolResultBlock, name: string | undefined, inside: boolean, path: string, scope: Scope): EncodedResult {
  if (block.cache !== undefined) unsupported(scope, `${path}.cache`);
  const texts: string[] = [];
  const media: WirePart[] = [];
  for (let i = 0; i < block.blocks.length; i++) {
    const item = block.blocks[i] as Block;
    const here = elementPath(`${path}.blocks`, i);
    pushItem(item, here, inside, scope, texts, media);
  }
  const known = name ?? block.name;
  if (known === undefined) defaulted(scope, `${path}.name`, `No call has this id, and Gemini demands a name; sent ${unnamed}`);
  const functionResponse = {
    id: block.id,
    name: known ?? unnamed,
    response: responseOf(texts, block.isError),
    parts: inside && media.length > 0 ? media : undefined,
  };
  return { part: { functionResponse }, beside: inside ? [] : media };
}

function pushItem(item: Block, path: string, inside: boolean, scope: Scope, texts: string[], media: WirePart[]): void {
  switch (item.type) {
    case 'text':
    case 'refusal':
      texts.push(item.text);
      return;
    case 'media': {
      const { source } = item;
      const textual = source.type === 'text' || source.type === 'blocks';
      const part = textual ? undefined : encodeMedia(item, path, scope);
      if (textual && item.citable === true) unsupported(scope, `${path}.citable`);
      if (!textual && part === undefined) return;
      reportDetail(item, path, scope);
      const head = mediaHead(item, !textual, path, scope);
      if (head !== undefined) texts.push(head);
      if (source.type === 'text') texts.push(source.text);
      else if (source.type === 'blocks') {
        for (let i = 0; i < source.blocks.length; i++) {
          pushItem(source.blocks[i] as Block, elementPath(`${path}.source.blocks`, i), inside, scope, texts, media);
        }
      } else if (part !== undefined) {
        if (!inside) approximated(scope, path, 'This model takes no media in function responses; it stands after them');
        media.push(part);
      }
      return;
    }
    case 'unknown':
      if (item.api === api && inside && isObject(item.value)) media.push(item.value);
      else foreign(scope, path, item.api);
      return;
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      unsupported(scope, path, item.type);
  }
}

/** A JSON object is the response itself, unless it would be read as something else; other text is its `output` or `error`. */
function responseOf(texts: readonly string[], isError: boolean): object {
  if (texts.length === 0) return isError ? { error: '' } : {};
  const text = texts.join('\n');
  if (isError) return { error: text };
  const value = text.startsWith('{') ? parseData(text) : undefined;
  if (!isObject(value) || losesDigits(text) || Object.hasOwn(value, 'output') || Object.hasOwn(value, 'error')) return { output: text };
  // In a response it names a part (https://ai.google.dev/gemini-api/docs/function-calling#multimodal), and in a JSON Schema something else.
  if (text.includes('"$ref"')) return { output: text };
  return Object.keys(value).length === 0 ? { output: text } : value;
}
