import { jsonOutcome, startHttpServer } from '../shared/http-server.ts';
import type { FakeOptions, FakeServer, Handle, Outcome } from '../shared/http-server.ts';
import { makeRandom } from '../shared/random.ts';
import { rawOutcome } from '../shared/raw-outcome.ts';
import { dottedPath, findIssue } from '../shared/schema-issue.ts';
import type { Delivery } from '../shared/script.ts';
import { sseOutcome } from '../shared/sse-outcome.ts';
import type { SseEvent } from '../shared/sse.ts';
import { findPromptFault } from './prompt-rules.ts';
import type { ArchFunctionRequest } from './schema.ts';
import { archFunctionRequestSchema } from './schema.ts';
import { archTokens, plainText } from './tokens.ts';
import type { ArchToken } from './tokens.ts';

/** Options of the fake Arch-Function. */
export interface FakeArchFunctionOptions extends FakeOptions {
  /** Whether answers repeat the prefill, as some servers do. Default false. */
  readonly echoPrefill?: boolean;
}

const wrongRequest = (status: number, message: string): Outcome => {
  const body = { object: 'error', message, type: 'BadRequestError', param: null, code: status };
  return { ...jsonOutcome(status, body), rejection: { status, body } };
};

/**
 * Starts a fake vLLM server of Arch-Function: `POST /v1/chat/completions`. It needs no key.
 *
 * A scripted text is what the model writes behind the prefill, token by token; of what stands between `⟦` and `⟧` it is not certain. Without a
 * script it answers that no function is needed.
 *
 * @example
 * const arch = await startFakeArchFunction();
 * arch.script('tool_calls": [{"name": "weather", "arguments": {"city": "⟦Oslo⟧"}}]}\n```', ' ["weather"], "clarification": "Where?"}\n```');
 */
export async function startFakeArchFunction(options: FakeArchFunctionOptions = {}): Promise<FakeServer> {
  const random = makeRandom(options.seed ?? 1);
  const handle: Handle = (recorded, script) => {
    if (recorded.path !== '/v1/chat/completions' || recorded.method !== 'POST') return wrongRequest(404, 'Not Found');
    const issue = findIssue(archFunctionRequestSchema, recorded.body, options.unknownFields);
    if (issue !== undefined) return wrongRequest(400, `${dottedPath(issue.path)}: ${issue.message}`);
    const request = recorded.body as ArchFunctionRequest;
    const fault = findPromptFault(request);
    if (fault !== undefined) return wrongRequest(400, fault);

    const reply = script.next(recorded) ?? 'response": "How can I help?"}\n```';
    if (typeof reply === 'object' && 'raw' in reply) return rawOutcome(reply);
    if (typeof reply === 'object' && 'failure' in reply) {
      const { status = 500, message = 'engine failed', retryAfter } = reply.failure;
      const body = { object: 'error', message, type: 'InternalServerError', param: null, code: status };
      return jsonOutcome(status, body, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
    }
    const written = typeof reply === 'string' ? reply : 'text' in reply ? reply.text : '';
    const text = (options.echoPrefill === true ? (request.messages.at(-1)?.content ?? '') : '') + written;
    return answer(request, text, `chatcmpl-${random.token(32).toLowerCase()}`, typeof reply === 'string' ? undefined : reply.delivery);
  };
  return startHttpServer(options, wrongRequest(413, 'Request too large'), handle);
}

function answer(request: ArchFunctionRequest, text: string, id: string, delivery: Delivery | undefined): Outcome {
  const tokens = archTokens(text);
  const prompt = Math.ceil(request.messages.reduce((sum, { content }) => sum + content.length, 0) / 4);
  const usage = { prompt_tokens: prompt, completion_tokens: tokens.length, total_tokens: prompt + tokens.length };
  const head = { id, created: Math.floor(Date.now() / 1000), model: request.model };
  if (!request.stream) {
    const message = { role: 'assistant', content: plainText(text), tool_calls: [] };
    const choice = { index: 0, message, logprobs: { content: tokens.map(logprobOf) }, finish_reason: 'stop', stop_reason: 151645 };
    return jsonOutcome(200, { ...head, object: 'chat.completion', choices: [choice], usage }, {}, delivery);
  }
  const events: SseEvent[] = [];
  const push = (choices: readonly unknown[], more: object = {}): void => {
    events.push({ data: JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...more }) });
  };
  push([{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]);
  for (const token of tokens) {
    push([{ index: 0, delta: { content: token.text }, logprobs: { content: [logprobOf(token)] }, finish_reason: null }]);
  }
  push([{ index: 0, delta: { content: '' }, logprobs: null, finish_reason: 'stop', stop_reason: 151645 }]);
  if (request.stream_options !== undefined) push([], { usage });
  events.push({ data: '[DONE]' });
  return sseOutcome(events, {}, delivery, ({ failure }) => ({
    data: JSON.stringify({
      error: { object: 'error', message: failure.message ?? 'engine failed', type: 'InternalServerError', code: 500 },
    }),
  }));
}

const logprobOf = ({ text, logprobs }: ArchToken) => ({
  token: text,
  logprob: logprobs[0],
  bytes: [...new TextEncoder().encode(text)],
  top_logprobs: logprobs.map((logprob, index) => ({ token: index === 0 ? text : `?${index}`, logprob, bytes: null })),
});
