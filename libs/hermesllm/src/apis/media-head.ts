import type { MediaBlock } from '../model/block.ts';
import type { Scope } from '../scope.ts';
import { approximated, unsupported } from '../warn.ts';

/**
 * What the model shall know of a document and the target has no member for: the text that stands before it. `named`: the name has a member.
 * What is known of other media is reported as lost.
 */
export function mediaHead(block: MediaBlock, named: boolean, path: string, scope: Scope): string | undefined {
  let head: string | undefined;
  for (const key of ['name', 'context'] as const) {
    const text = named && key === 'name' ? undefined : block[key];
    if (text === undefined || text === '') continue;
    const place = `${path}.${key}`;
    if (block.kind !== 'document' && block.kind !== 'search-result') unsupported(scope, place);
    else {
      approximated(scope, place, 'It stands before the document as text');
      head = `${head ?? ''}${key === 'name' ? 'Document: ' : ''}${text}\n`;
    }
  }
  return head;
}

/** Hints of resolution where there is no place for them; `auto` is none. */
export function reportDetail({ detail = 'auto' }: MediaBlock, path: string, scope: Scope): void {
  if (detail !== 'auto') unsupported(scope, `${path}.detail`);
}

/** What a target has no form for. */
export function describeMedia({ kind, source, mediaType }: MediaBlock): string {
  if (source.type === 'file') return `${kind} by a file id of ${source.api}`;
  return source.type === 'base64' && mediaType !== undefined
    ? `${kind} of type ${mediaType}`
    : `${kind} from a source of type ${source.type}`;
}
