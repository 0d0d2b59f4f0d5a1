import type { ApiId } from '@plano/hermesllm';

/** What a client of some API got. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The connection broke before the answer was complete. */
  readonly cut: boolean;
}

const turn = [{ role: 'user', content: 'Hi' }];

function requestOf(api: ApiId, model: string, stream: boolean): { path: string; body: object } {
  switch (api) {
    case 'openai-chat':
      return { path: '/v1/chat/completions', body: { model, stream, messages: turn } };
    case 'openai-responses':
      return { path: '/v1/responses', body: { model, stream, input: 'Hi' } };
    case 'anthropic-messages':
      return { path: '/v1/messages', body: { model, stream, max_tokens: 9, messages: turn } };
    case 'bedrock-converse':
      return {
        path: `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`,
        body: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] },
      };
    case 'gemini':
      return {
        path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
        body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
      };
  }
}

/** Asks as a client of that API, for at most so long. */
export async function askAsClient(url: string, api: ApiId, model: string, stream: boolean, limitMs: number): Promise<Received> {
  const { path, body } = requestOf(api, model, stream);
  const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(limitMs) });
  let text = '';
  let cut = false;
  const decoder = new TextDecoder('latin1');
  try {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch (error) {
    if (error instanceof DOMException) throw error;
    cut = true;
  }
  return { status: answer.status, headers: answer.headers, text, cut };
}

/** Whether a body is an error as clients of that API expect one. */
export function isErrorOf(api: ApiId, { text, headers }: Received): boolean {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return false;
  }
  const { error, type, message } = body as {
    error?: { message?: unknown; type?: unknown; status?: unknown };
    type?: unknown;
    message?: unknown;
  };
  switch (api) {
    case 'openai-chat':
    case 'openai-responses':
      return typeof error?.message === 'string' && typeof error.type === 'string';
    case 'anthropic-messages':
      return type === 'error' && typeof error?.type === 'string' && typeof error.message === 'string';
    case 'bedrock-converse':
      return typeof message === 'string' && headers.get('x-amzn-errortype') !== null;
    case 'gemini':
      return typeof error?.message === 'string' && typeof error.status === 'string';
  }
}

/** How the last event of a stream looks that ends with an error. */
const errorEvents: Readonly<Record<ApiId, RegExp>> = {
  'openai-chat': /data: \{"error":\{[^\n]*\n\n$/,
  'openai-responses': /event: (?:error|response\.failed)\ndata: [^\n]*\n\n$/,
  'anthropic-messages': /event: error\ndata: \{"type":"error"[^\n]*\n\n$/,
  'bedrock-converse': /:exception-type[\s\S]*Exception/,
  gemini: /data: \{"error":\{[^\n]*\n\n$/,
};

/** Whether a stream ends with an error of that API. */
export const endsWithError = (api: ApiId, { text }: Received): boolean => errorEvents[api].test(text.replaceAll('\r\n', '\n'));
