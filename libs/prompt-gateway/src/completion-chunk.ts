/** Model name of what function calling says itself. Clients of Plano 0.4 tell its chunks by this name. */
export const functionCallingModel = 'Arch-Function';
/** Model name of a question to the user in a stream. */
export const functionCallingChatModel = 'Arch-Function-Chat';

/** What the chunks of one stream have in common. */
export interface ChunkIdentity {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** One event of a Chat Completions stream. */
export function completionChunk(
  { id, created }: ChunkIdentity,
  model: string,
  delta: Readonly<Record<string, unknown>>,
  more: { readonly finish?: 'stop'; readonly metadata?: Readonly<Record<string, string>> | undefined } = {},
): string {
  const { finish = null, metadata } = more;
  const chunk = {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(metadata === undefined ? {} : { metadata }),
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** The end of a Chat Completions stream. */
export const streamEnd = 'data: [DONE]\n\n';

/** A whole `chat.completion` of one text. */
export const completion = (
  { id, created }: ChunkIdentity,
  model: string,
  content: string,
  metadata?: Readonly<Record<string, string>>,
): string =>
  JSON.stringify({
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    ...(metadata === undefined ? {} : { metadata }),
  });
