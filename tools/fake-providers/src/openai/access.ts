import type { FakeOptions, RecordedRequest } from '../shared/http-server.ts';
import { refusal } from './error.ts';
import type { OpenAiRefusal } from './error.ts';

/** Shows only the ends of a key, as the real message does. */
function mask(key: string): string {
  return key.length <= 8 ? '*'.repeat(key.length) : `${key.slice(0, 4)}${'*'.repeat(key.length - 8)}${key.slice(-4)}`;
}

/** Checks credential, method, content type and JSON syntax: what OpenAI looks at before it reads the fields. */
export function checkAccess(request: RecordedRequest, options: FakeOptions): OpenAiRefusal | undefined {
  const { authorization, 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
  const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  if (key === undefined) {
    return refusal("You didn't provide an API key. You need to provide it in an Authorization header using Bearer auth.", null, null, 401);
  }
  if (key !== (options.apiKey ?? 'test-key')) {
    return refusal(`Incorrect API key provided: ${mask(key)}.`, null, 'invalid_api_key', 401);
  }
  if (request.method !== 'POST') {
    return refusal(
      `Not allowed to ${request.method} on ${request.path}. (HINT: Perhaps you meant to use a different HTTP method?)`,
      null,
      null,
      405,
    );
  }
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '') || contentEncoding !== undefined) {
    return refusal(
      `Unsupported content type: '${contentType ?? ''}'. This API method only accepts 'application/json' requests.`,
      null,
      'unsupported_content_type',
    );
  }
  if (request.body === undefined) {
    return refusal(
      'We could not parse the JSON body of your request. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.',
    );
  }
  return undefined;
}

/** Checks that the model exists: one of `options.models`, or any name without a provider prefix. */
export function checkModel(model: string, options: FakeOptions): OpenAiRefusal | undefined {
  const exists = options.models === undefined ? !model.includes('/') : options.models.includes(model);
  if (exists) return undefined;
  return refusal(`The model \`${model}\` does not exist or you do not have access to it.`, null, 'model_not_found', 404);
}
