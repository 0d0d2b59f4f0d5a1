import { errorOfFailure } from '../openai/error.ts';
import type { OpenAiEndpoint } from '../openai/endpoint.ts';
import { makeChatResponse, readAsk } from './reply.ts';
import { makeChatStream } from './stream.ts';
import { validateChatRequest } from './validate.ts';

/** `POST /v1/chat/completions`. */
export const chatEndpoint: OpenAiEndpoint = (body, options, { random }) => {
  const checked = validateChatRequest(body, options);
  if ('refusal' in checked) return checked;
  const { request } = checked;
  const reasoningField = options.reasoningField ?? 'none';
  return {
    ask: readAsk(request),
    streaming: request.stream === true,
    whole: (answer) => makeChatResponse(answer, request, random, reasoningField),
    stream: (answer) => makeChatStream(answer, request, random, reasoningField),
    streamError: ({ failure }) => ({ data: JSON.stringify({ error: errorOfFailure(failure) }) }),
  };
};
