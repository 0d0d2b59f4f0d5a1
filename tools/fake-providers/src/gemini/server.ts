import { resolveReply } from '../shared/answer.ts';
import { decodePath } from '../shared/decode-path.ts';
import { jsonOutcome, startHttpServer } from '../shared/http-server.ts';
import type { FakeOptions, FakeServer, Handle, Outcome, RecordedRequest } from '../shared/http-server.ts';
import { makeRandom } from '../shared/random.ts';
import { rawOutcome } from '../shared/raw-outcome.ts';
import { countTokens } from '../shared/sample.ts';
import { findIssue } from '../shared/schema-issue.ts';
import type { Delivery } from '../shared/script.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import { sseOutcome } from '../shared/sse-outcome.ts';
import { envelopeOfFailure, failureOutcome, invalid, refusalFromIssue, refuse } from './error.ts';
import type { GeminiRefusal } from './error.ts';
import { makeGenerateContentResponse, readAsk } from './reply.ts';
import { geminiCountTokensRequestSchema } from './schema.ts';
import type { GenerateContentResponse } from './schema.ts';
import { makeGeminiEvents } from './stream.ts';
import { validateGenerateContentRequest } from './validate.ts';

const HEADERS = { 'content-type': 'application/json; charset=UTF-8' };
const ROUTE = /^\/(v1|v1beta|v1alpha)\/((?:models|tunedModels)\/[^/:]+):(generateContent|streamGenerateContent|countTokens)$/;
const encoder = new TextEncoder();

/** Checks credential, content type and JSON syntax. */
function checkAccess(request: RecordedRequest, apiKey: string): GeminiRefusal | undefined {
  const key = request.headers['x-goog-api-key'] ?? request.query.get('key') ?? undefined;
  if (key === undefined && request.headers.authorization !== undefined) {
    return {
      code: 401,
      status: 'UNAUTHENTICATED',
      message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.',
    };
  }
  if (key === undefined) {
    const message = "Method doesn't allow unregistered callers (callers without established identity). Please use API Key.";
    return { code: 403, status: 'PERMISSION_DENIED', message };
  }
  if (key !== apiKey) {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' }];
    return { ...invalid('API key not valid. Please pass a valid API key.'), details };
  }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '') || request.headers['content-encoding'] !== undefined) {
    return invalid('Invalid JSON payload received. Expected content type application/json.');
  }
  return request.body === undefined ? invalid('Invalid JSON payload received. Unexpected token.') : undefined;
}

/** The stream as one growing JSON array: what comes without `alt=sse`. */
function arrayOutcome(events: readonly GenerateContentResponse[], delivery: Delivery | undefined): Outcome {
  const fail = delivery?.fail;
  const values: unknown[] = fail === undefined ? [...events] : [...events.slice(0, fail.afterEvents), envelopeOfFailure(fail.failure)];
  const pieces = values.map((value, index) => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(value, undefined, 2)}`);
  return { status: 200, headers: HEADERS, events: [...pieces, '\n]\n'].map((piece) => encoder.encode(piece)), streamed: true, delivery };
}

/**
 * Starts a fake Gemini (Developer API): `POST /{v1,v1beta,v1alpha}/models/{model}:generateContent`, `:streamGenerateContent` (server-sent
 * events with `alt=sse`, else a JSON array) and `:countTokens`.
 *
 * @example
 * const gemini = await startFakeGemini();
 * const client = new GoogleGenAI({ apiKey: gemini.apiKey, httpOptions: { baseUrl: gemini.url } });
 */
export async function startFakeGemini(options: FakeOptions = {}): Promise<FakeServer> {
  const random = makeRandom(options.seed ?? 1);
  const signatures = makeSignatureBook('gemini', options.signatures ?? 'verify');

  const handle: Handle = (recorded, script) => {
    const [, version, name = '', method] = ROUTE.exec(decodePath(recorded.path)) ?? [];
    if (method === undefined || recorded.method !== 'POST')
      return refuse({ code: 404, status: 'NOT_FOUND', message: 'The requested URL was not found on this server.' });
    const denied = checkAccess(recorded, options.apiKey ?? 'test-key');
    if (denied !== undefined) return refuse(denied);
    const model = name.replace(/^models\//, '');
    if (options.models !== undefined && !options.models.includes(model)) {
      return refuse({
        code: 404,
        status: 'NOT_FOUND',
        message: `${name} is not found for API version ${version}, or is not supported for ${method}.`,
      });
    }
    if (method === 'countTokens') {
      const issue = findIssue(geminiCountTokensRequestSchema, recorded.body, options.unknownFields);
      if (issue !== undefined) return refuse(refusalFromIssue(issue));
      return jsonOutcome(200, { totalTokens: countTokens(JSON.stringify(recorded.body)) }, HEADERS, undefined, 2);
    }
    const alt = recorded.query.get('alt') ?? 'json';
    if (alt !== 'json' && alt !== 'sse') return refuse(invalid(`Invalid value at 'alt', "${alt}"`));
    const checked = validateGenerateContentRequest(recorded.body, model, options, signatures);
    if ('refusal' in checked) return refuse(checked.refusal);
    const { request } = checked;

    const reply = script.next(recorded);
    if (typeof reply === 'object' && 'raw' in reply) return rawOutcome(reply);
    const resolved = resolveReply(reply, readAsk(request, model));
    if ('failure' in resolved) return failureOutcome(resolved.failure);
    const { answer } = resolved;
    if (method === 'generateContent') {
      return jsonOutcome(200, makeGenerateContentResponse(answer, request, model, random, signatures), HEADERS, answer.delivery, 2);
    }
    const events = makeGeminiEvents(answer, request, model, random, signatures);
    if (alt === 'json') return arrayOutcome(events, answer.delivery);
    const sse = events.map((event) => ({ data: JSON.stringify(event) }));
    return sseOutcome(sse, { 'content-type': 'text/event-stream' }, answer.delivery, ({ failure }) => ({
      data: JSON.stringify(envelopeOfFailure(failure)),
    }));
  };
  const tooLarge = refuse({ code: 413, status: 'INVALID_ARGUMENT', message: 'Request payload size exceeds the limit.' });
  return startHttpServer(options, tooLarge, handle);
}
