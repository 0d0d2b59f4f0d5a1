import type { HostCapabilities } from '@plano/common';
import { countTokens, tokensOfMedium } from '@plano/common';
import type { Block, LlmRequest, OpenedRequest, TranslateOptions } from '@plano/hermesllm';
import { isHermesError, messagesText, readRequest, wholePrompt } from '@plano/hermesllm';

const textOnly = { ...wholePrompt, media: false };

/** What counting a request needs besides the request. */
export interface CountOptions {
  readonly host: Pick<HostCapabilities, 'countTokens'>;
  /** The upstream's model id. */
  readonly model: string;
  /** Characters that are counted; of longer texts samples are. */
  readonly maxCharacters: number;
}

/**
 * Tokens of a request: of the texts of all its messages, and a constant for each medium. What providers add for tools and for the frames of
 * messages is not in it.
 *
 * @param more - text that counts as well, within the same bound
 */
export function countRequest(request: LlmRequest, { host, model, maxCharacters }: CountOptions, more = ''): number {
  let media = 0;
  for (const { blocks } of request.messages) for (const block of blocks) media += mediaOf(block);
  const text = messagesText(request, textOnly);
  return countTokens(host, model, more === '' ? text : `${text} ${more}`, maxCharacters) + media * tokensOfMedium;
}

/**
 * Tokens of a request that passes without translation, which is read for this. One that only its upstream understands is judged by its length:
 * counting must not refuse what would have passed.
 */
export function countOpened(opened: OpenedRequest, translate: TranslateOptions, options: CountOptions): number {
  try {
    return countRequest(readRequest(opened, translate), options);
  } catch (error) {
    if (!isHermesError(error)) throw error;
    return Math.ceil(opened.bytes.length / bytesPerToken);
  }
}

const bytesPerToken = 4;

function mediaOf(block: Block): number {
  if (block.type === 'media') return 1;
  if (block.type !== 'tool-result') return 0;
  let media = 0;
  for (const inner of block.blocks) media += mediaOf(inner);
  return media;
}
