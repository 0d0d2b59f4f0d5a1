/** `POST`, OpenAI Chat Completions. */
export const chatCompletionsPath = '/v1/chat/completions';
/** `POST`, OpenAI Responses. */
export const responsesPath = '/v1/responses';
/** `POST`, Anthropic Messages. */
export const messagesPath = '/v1/messages';
/** `POST`, token counts for Anthropic Messages. */
export const countTokensPath = '/v1/messages/count_tokens';
/** `POST`, OpenAI embeddings. */
export const embeddingsPath = '/v1/embeddings';
/** `GET`, the list of models; one model is below it. */
export const modelsPath = '/v1/models';
/** `GET`: the process is alive. */
export const healthPath = '/healthz';
/** `GET`: the process takes requests (not while draining, nor before the first configuration). */
export const readyPath = '/readyz';
/** `GET`, on the metrics socket. */
export const metricsPath = '/metrics';
/** `POST`, brightstaff's function calling. */
export const functionCallingPath = '/function_calling';

/** The path part and the query (with its `?`, or empty) of a request target. A fragment is not part of a request target; one is left where it is. */
export function splitQuery(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark) };
}
