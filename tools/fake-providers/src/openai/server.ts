import { chatEndpoint } from '../openai-chat/server.ts';
import { responsesEndpoint } from '../openai-responses/server.ts';
import { resolveReply } from '../shared/answer.ts';
import { jsonOutcome, startHttpServer } from '../shared/http-server.ts';
import type { FakeServer, Handle } from '../shared/http-server.ts';
import { makeRandom } from '../shared/random.ts';
import { rawOutcome } from '../shared/raw-outcome.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import { sseOutcome } from '../shared/sse-outcome.ts';
import { checkAccess } from './access.ts';
import type { FakeOpenAiOptions, OpenAiEndpoint, OpenAiState } from './endpoint.ts';
import { failureOutcome, refusal, refuse } from './error.ts';

/**
 * Starts a fake OpenAI: `POST /v1/chat/completions` and `POST /v1/responses`.
 *
 * @example
 * const openai = await startFakeOpenAi({ apiKey: 'sk-test' });
 * openai.script('Hello');
 * const client = new OpenAI({ baseURL: `${openai.url}/v1`, apiKey: 'sk-test' });
 */
export async function startFakeOpenAi(options: FakeOpenAiOptions = {}): Promise<FakeServer> {
  const state: OpenAiState = {
    random: makeRandom(options.seed ?? 1),
    storedResponses: new Set(),
    signatures: makeSignatureBook('openai', options.signatures ?? 'verify'),
  };
  const endpoints: Readonly<Record<string, OpenAiEndpoint>> = {
    [options.chatPath ?? '/v1/chat/completions']: chatEndpoint,
    [options.responsesPath ?? '/v1/responses']: responsesEndpoint,
  };

  const handle: Handle = (recorded, script) => {
    const requestId = `req_${state.random.token(32).toLowerCase()}`;
    const endpoint = endpoints[recorded.path];
    if (endpoint === undefined) {
      return refuse(refusal(`Invalid URL (${recorded.method} ${recorded.path})`, null, null, 404), requestId);
    }
    const denied = checkAccess(recorded, options);
    if (denied !== undefined) return refuse(denied, requestId);
    const exchange = endpoint(recorded.body, options, state);
    if ('refusal' in exchange) return refuse(exchange.refusal, requestId);

    const reply = script.next(recorded);
    if (typeof reply === 'object' && 'raw' in reply) return rawOutcome(reply);
    const resolved = resolveReply(reply, exchange.ask);
    if ('failure' in resolved) return failureOutcome(resolved.failure, requestId);
    const headers = { 'x-request-id': requestId, 'openai-version': '2020-10-01', 'openai-processing-ms': '12' };
    const { answer } = resolved;
    if (!exchange.streaming) return jsonOutcome(200, exchange.whole(answer), headers, answer.delivery);
    return sseOutcome(exchange.stream(answer), headers, answer.delivery, exchange.streamError);
  };
  const tooLarge = refuse({ ...refusal('Request too large.'), status: 413 }, 'req_too_large');
  return startHttpServer(options, tooLarge, handle);
}
