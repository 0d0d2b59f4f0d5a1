import type { OpenAiEndpoint } from '../openai/endpoint.ts';
import { closeResponse, makeOutput, openResponse, readAsk } from './reply.ts';
import { makeResponsesStream, makeResponsesStreamError } from './stream.ts';
import { validateResponsesRequest } from './validate.ts';

/** `POST /v1/responses`. */
export const responsesEndpoint: OpenAiEndpoint = (body, options, state) => {
  const checked = validateResponsesRequest(body, options, state);
  if ('refusal' in checked) return checked;
  const { request } = checked;
  const opened = openResponse(request, state);
  return {
    ask: readAsk(request),
    streaming: request.stream === true,
    whole: (answer) => closeResponse(opened, answer, makeOutput(answer, request, options, state), state),
    stream: (answer) => makeResponsesStream(opened, answer, request, options, state),
    streamError: (fail) => makeResponsesStreamError(fail, opened),
  };
};
