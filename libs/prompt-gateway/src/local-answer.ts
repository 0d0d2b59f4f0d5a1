import type { ClientConversation, Decision, HostCapabilities, HttpBody, Warning } from '@plano/common';
import { answerConversation, emptySummary } from '@plano/common';
import { completion, completionChunk, functionCallingModel, streamEnd } from './completion-chunk.ts';

/** An answer that no LLM gave. */
export interface LocalAnswer {
  readonly text: string;
  /** Default: the function-calling model. */
  readonly model?: string;
  /** JSON for a client of Chat Completions that does not stream; default: a `chat.completion` of the text. */
  readonly json?: HttpBody;
  /** Model of a Chat stream's first chunk. Default: `model`. */
  readonly opening?: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** The answer in the client's API, as a stream when the client asked for one. */
export function answerLocally(
  conversation: ClientConversation,
  answer: LocalAnswer,
  warnings: readonly Warning[],
  host: HostCapabilities,
): Decision & { readonly action: 'respond' } {
  const { api, stream } = conversation;
  const identity = { id: host.newId('chatcmpl-'), created: Math.floor(host.now() / 1000) };
  const { text, model = functionCallingModel, metadata, opening } = answer;
  const respond = (contentType: string, body: HttpBody, status = 200): Decision & { readonly action: 'respond' } => ({
    action: 'respond',
    status,
    headers: { 'content-type': contentType, ...(contentType.startsWith('text/event-stream') ? { 'cache-control': 'no-cache' } : {}) },
    body,
    summary: { ...emptySummary, clientApi: api, stream, warnings },
  });
  if (api !== 'openai-chat') {
    const translated = answerConversation(conversation, completion(identity, model, text));
    return respond(translated.contentType, translated.body, translated.status);
  }
  if (!stream) return respond('application/json', answer.json ?? completion(identity, model, text, metadata));
  const chunks = [
    completionChunk(identity, opening ?? model, { role: 'assistant', content: '' }, { metadata }),
    completionChunk(identity, model, { content: text }),
    completionChunk(identity, model, {}, { finish: 'stop' }),
    streamEnd,
  ];
  return respond('text/event-stream; charset=utf-8', chunks.join(''));
}
