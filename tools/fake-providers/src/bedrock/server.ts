import { resolveReply } from '../shared/answer.ts';
import { decodePath } from '../shared/decode-path.ts';
import { jsonOutcome, startHttpServer } from '../shared/http-server.ts';
import type { FakeOptions, FakeServer, Handle, RecordedRequest } from '../shared/http-server.ts';
import { makeRandom } from '../shared/random.ts';
import { rawOutcome } from '../shared/raw-outcome.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import { failureOutcome, invalid, refuse } from './error.ts';
import type { BedrockRefusal } from './error.ts';
import { makeConverseResponse, readAsk } from './reply.ts';
import { findSignatureFault } from './signature-v4.ts';
import type { AwsCredentials } from './signature-v4.ts';
import { makeConverseStream, makeConverseStreamError } from './stream.ts';
import { validateConverseRequest } from './validate.ts';

/** Options of the Bedrock fake. `apiKey` is the Bedrock API key that is taken as a bearer token. */
export interface FakeBedrockOptions extends FakeOptions {
  /** The key pair whose signatures are accepted. Default `AKIDEXAMPLE` and `test-secret`. */
  readonly credentials?: AwsCredentials;
}

const ROUTE = /^\/model\/([^/]+)\/(converse|converse-stream)$/;
/** `vendor.model` with an optional region in front, or an ARN. */
const MODEL_ID = /^(arn:aws[a-z-]*:bedrock:[^\s]+|[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9a-z]+)*)$/;

/** Checks credential, content type and JSON syntax. */
function checkAccess(request: RecordedRequest, options: FakeBedrockOptions): BedrockRefusal | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined)
    return { status: 403, type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' };
  const bearer = /^Bearer (\S+)$/.exec(authorization)?.[1];
  if (bearer !== undefined) {
    if (bearer !== (options.apiKey ?? 'test-key')) {
      return { status: 403, type: 'AccessDeniedException', message: 'Authentication failed: Please make sure your API Key is valid.' };
    }
  } else {
    const fault = findSignatureFault(request, options.credentials ?? { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test-secret' });
    if (fault !== undefined) return { status: 403, type: fault[0], message: fault[1] };
  }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '') || request.headers['content-encoding'] !== undefined) {
    return { status: 415, type: 'UnsupportedMediaTypeException', message: 'Expected content type application/json.' };
  }
  return request.body === undefined ? { status: 400, type: 'SerializationException', message: 'The body is not valid JSON.' } : undefined;
}

/**
 * Starts a fake Amazon Bedrock runtime: `POST /model/{modelId}/converse` and `/converse-stream`, with the model id percent-encoded as the AWS
 * SDK does. Takes Signature Version 4 (checked in full) or a bearer token.
 *
 * @example
 * const bedrock = await startFakeBedrock();
 * const client = new BedrockRuntimeClient({
 *   region: 'us-east-1', endpoint: bedrock.url, requestHandler: new NodeHttpHandler(),
 *   credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test-secret' },
 * });
 */
export async function startFakeBedrock(options: FakeBedrockOptions = {}): Promise<FakeServer> {
  const random = makeRandom(options.seed ?? 1);
  const signatures = makeSignatureBook('bedrock', options.signatures ?? 'verify');

  const handle: Handle = (recorded, script) => {
    const requestId = `${random.token(8)}-${random.token(4)}-${random.token(4)}-${random.token(4)}-${random.token(12)}`.toLowerCase();
    const [, segment = '', operation] = ROUTE.exec(recorded.path) ?? [];
    if (operation === undefined || recorded.method !== 'POST') {
      return refuse({ status: 404, type: 'UnknownOperationException', message: 'The requested operation is not recognized.' }, requestId);
    }
    const denied = checkAccess(recorded, options);
    if (denied !== undefined) return refuse(denied, requestId);
    const model = decodePath(segment);
    const exists = options.models === undefined ? MODEL_ID.test(model) : options.models.includes(model);
    if (!exists) return refuse(invalid('The provided model identifier is invalid.'), requestId);
    const streaming = operation === 'converse-stream';
    const checked = validateConverseRequest(recorded.body, streaming, options, signatures);
    if ('refusal' in checked) return refuse(checked.refusal, requestId);
    const { request } = checked;

    const reply = script.next(recorded);
    if (typeof reply === 'object' && 'raw' in reply) return rawOutcome(reply);
    const resolved = resolveReply(reply, readAsk(request, model));
    if ('failure' in resolved) return failureOutcome(resolved.failure, requestId);
    const headers = { 'x-amzn-requestid': requestId };
    const { answer } = resolved;
    if (!streaming) return jsonOutcome(200, makeConverseResponse(answer, request, random, signatures), headers, answer.delivery);
    const frames = makeConverseStream(answer, request, random, signatures);
    const fail = answer.delivery?.fail;
    const events = fail === undefined ? frames : [...frames.slice(0, fail.afterEvents), makeConverseStreamError(fail)];
    return {
      status: 200,
      headers: { 'content-type': 'application/vnd.amazon.eventstream', ...headers },
      events,
      streamed: true,
      delivery: answer.delivery,
    };
  };
  const tooLarge = refuse({ status: 413, type: 'ValidationException', message: 'Request is too large.' }, 'too-large');
  return startHttpServer(options, tooLarge, handle);
}
