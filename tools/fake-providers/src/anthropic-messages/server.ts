import { resolveReply } from '../shared/answer.ts';
import { jsonOutcome, startHttpServer } from '../shared/http-server.ts';
import type { FakeOptions, FakeServer, Handle, RecordedRequest } from '../shared/http-server.ts';
import { makeRandom } from '../shared/random.ts';
import { rawOutcome } from '../shared/raw-outcome.ts';
import { countTokens } from '../shared/sample.ts';
import { findIssue } from '../shared/schema-issue.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import { sseOutcome } from '../shared/sse-outcome.ts';
import { envelopeOfFailure, failureOutcome, invalid, refusalFromIssue, refuse } from './error.ts';
import type { AnthropicRefusal } from './error.ts';
import { makeMessagesResponse, readAsk } from './reply.ts';
import { countTokensRequestSchema } from './schema.ts';
import type { MessagesRequest } from './schema.ts';
import { makeMessagesStream } from './stream.ts';
import { checkContents, checkToolTurns } from './turn-rules.ts';
import { ANTHROPIC_VERSIONS, checkModel, validateMessagesRequest } from './validate.ts';
import type { AnthropicVersion } from './validate.ts';

/** Options of the Anthropic fake. */
export interface FakeAnthropicOptions extends FakeOptions {
  /** Path of the Messages API. Default `/v1/messages`. */
  readonly messagesPath?: string;
}

function isVersion(value: unknown): value is AnthropicVersion {
  return (ANTHROPIC_VERSIONS as readonly unknown[]).includes(value);
}

/** Checks credential, method, version header, content type and JSON syntax. With both credentials given, `x-api-key` counts. */
function checkAccess(request: RecordedRequest, apiKey: string): AnthropicRefusal | undefined {
  const { authorization, 'x-api-key': key, 'anthropic-version': version, 'content-type': contentType } = request.headers;
  const denied = (message: string): AnthropicRefusal => ({ status: 401, type: 'authentication_error', message });
  if (key !== undefined) {
    if (key !== apiKey) return denied('invalid x-api-key');
  } else {
    const bearer = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (bearer === undefined) return denied('x-api-key header is required');
    if (bearer !== apiKey) return denied('Invalid bearer token');
  }
  if (request.method !== 'POST') return { status: 405, type: 'invalid_request_error', message: 'Method Not Allowed' };
  if (version === undefined) return invalid('anthropic-version: header is required');
  if (!isVersion(version)) return invalid(`anthropic-version: "${String(version)}" is not a valid version`);
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '') || request.headers['content-encoding'] !== undefined) {
    return invalid('content-type: expected application/json');
  }
  return request.body === undefined ? invalid('The request body is not valid JSON') : undefined;
}

/**
 * Starts a fake Anthropic: `POST /v1/messages` and `POST /v1/messages/count_tokens`.
 *
 * @example
 * const anthropic = await startFakeAnthropic();
 * const client = new Anthropic({ baseURL: anthropic.url, apiKey: anthropic.apiKey });
 */
export async function startFakeAnthropic(options: FakeAnthropicOptions = {}): Promise<FakeServer> {
  const random = makeRandom(options.seed ?? 1);
  const signatures = makeSignatureBook('anthropic', options.signatures ?? 'verify');
  const messagesPath = options.messagesPath ?? '/v1/messages';

  const countedTokens = (body: unknown, requestId: string): ReturnType<Handle> => {
    const issue = findIssue(countTokensRequestSchema, body, options.unknownFields);
    if (issue !== undefined) return refuse(refusalFromIssue(issue), requestId);
    const request = body as MessagesRequest;
    const fault = checkModel(request.model, options) ?? checkContents(request) ?? checkToolTurns(request);
    if (fault !== undefined) return refuse(fault, requestId);
    return jsonOutcome(200, { input_tokens: countTokens(readAsk(request).inputText) }, { 'request-id': requestId });
  };

  const handle: Handle = (recorded, script) => {
    const requestId = `req_011${random.token(21)}`;
    const counting = recorded.path === `${messagesPath}/count_tokens`;
    if (recorded.path !== messagesPath && !counting)
      return refuse({ status: 404, type: 'not_found_error', message: 'Not Found' }, requestId);
    const denied = checkAccess(recorded, options.apiKey ?? 'test-key');
    if (denied !== undefined) return refuse(denied, requestId);
    if (counting) return countedTokens(recorded.body, requestId);
    const version = recorded.headers['anthropic-version'] as AnthropicVersion;
    const checked = validateMessagesRequest(recorded.body, version, options, signatures);
    if ('refusal' in checked) return refuse(checked.refusal, requestId);
    const { request } = checked;

    const reply = script.next(recorded);
    if (typeof reply === 'object' && 'raw' in reply) return rawOutcome(reply);
    const resolved = resolveReply(reply, readAsk(request));
    if ('failure' in resolved) return failureOutcome(resolved.failure, requestId);
    const headers = { 'request-id': requestId, 'anthropic-organization-id': '00000000-0000-4000-8000-000000000000' };
    const { answer } = resolved;
    if (request.stream !== true) {
      return jsonOutcome(200, makeMessagesResponse(answer, request, random, signatures), headers, answer.delivery);
    }
    return sseOutcome(makeMessagesStream(answer, request, random, signatures), headers, answer.delivery, ({ failure }) => ({
      event: 'error',
      data: JSON.stringify(envelopeOfFailure(failure, requestId)),
    }));
  };
  const tooLarge = refuse({ status: 413, type: 'request_too_large', message: 'Request exceeds the maximum size' }, 'req_too_large');
  return startHttpServer(options, tooLarge, handle);
}
