import type { ApiId } from '../model/api.ts';
import type { HostedTool } from '../model/request.ts';

const webSearch = /web_search|^nova_grounding$|^googleSearch/;
const codeExecution = /code_(?:execution|interpreter)|^codeExecution$/;

/** A tool that the upstream runs itself; `type` is what its API calls it. */
export const hostedTool = (type: string, api: ApiId, value: unknown): HostedTool => ({
  type: 'hosted',
  kind: webSearch.test(type) ? 'web-search' : codeExecution.test(type) ? 'code-execution' : 'other',
  api,
  value,
});
