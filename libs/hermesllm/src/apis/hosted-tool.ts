import type { ApiId } from '../model/api.ts';
import type { HostedTool } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { approximated, unsupported } from '../warn.ts';

const webSearch = /web_search|^nova_grounding$|^googleSearch/;
const codeExecution = /code_(?:execution|interpreter)|^codeExecution$/;

/** A tool that the upstream runs itself; `type` is what its API calls it. */
export const hostedTool = (type: string, api: ApiId, value: unknown): HostedTool => ({
  type: 'hosted',
  kind: webSearch.test(type) ? 'web-search' : codeExecution.test(type) ? 'code-execution' : 'other',
  api,
  value,
});

/** A tool that the API itself runs: the one that was asked for, or its own for the same purpose; undefined, and reported, for none. */
export function hostedDefinition<Wire>(
  { api: origin, kind, value }: HostedTool,
  api: ApiId,
  own: Readonly<Partial<Record<HostedTool['kind'], Wire>>>,
  path: string,
  scope: Scope,
): Wire | undefined {
  if (origin === api) return value as Wire;
  const standIn = own[kind];
  if (standIn === undefined) unsupported(scope, path, `this tool of ${origin}`);
  else reportStandIn(kind, origin, path, scope);
  return standIn;
}

export const reportStandIn = (kind: HostedTool['kind'], origin: ApiId, path: string, scope: Scope): void =>
  approximated(scope, path, `The upstream's own ${kind} tool stands in for the one of ${origin}, of whose options it takes few or none`);
