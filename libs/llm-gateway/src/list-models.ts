import type { Decision, ListedModel, RequestHead } from '@plano/common';
import { gatewayError, headerValue, selectionError } from '@plano/common';
import type { ApiId, ClientRoute } from '@plano/hermesllm';
import type { GatewayContext } from './gateway-context.ts';
import { clientQuery } from './client-query.ts';
import { refuseIn, refuseMethod, respondJson } from './refusal.ts';

type Shape = 'openai-chat' | 'anthropic-messages' | 'gemini';

/** The models of the configuration, all or one, as the client's API lists them. */
export function listModels(context: GatewayContext, route: ClientRoute, head: RequestHead): Decision {
  const refused = refuseListing(route, head);
  if (refused !== undefined) return refused;
  const shape = shapeOf(route, head);
  const { registry } = context;
  if (route.operation === 'list-models') return respondJson(200, lists[shape](registry.listModels()), { clientApi: shape });
  // Whatever a request may name is a model: also an alias, a bare id, and what only a wildcard lets through.
  const id = route.model ?? '';
  const found = registry.lookup(id);
  if (!found.ok) return refuseIn(shape, selectionError(found), { clientApi: shape });
  const model: ListedModel = { id, object: 'model', created: 0, owned_by: found.provider.displayName };
  return respondJson(200, entries[shape](model), { clientApi: shape });
}

/** The answer to a method by which nothing is listed. */
export function refuseListing(route: ClientRoute, head: RequestHead): ReturnType<typeof refuseMethod> | undefined {
  if (head.method === 'GET' || head.method === 'HEAD') return undefined;
  // Google's client asks for everything at `/v1` too: `POST /v1/models/m:embedContent` wants nothing listed.
  if (head.method === 'POST' && /:[A-Za-z]+$/.test(route.model ?? '')) {
    return refuseIn(
      'gemini',
      gatewayError('not_found', `Nothing is done with a model by ${route.model?.slice(route.model.lastIndexOf(':'))}`),
    );
  }
  return refuseMethod(head.method, shapeOf(route, head), 'GET, HEAD');
}

const googleKey = 'x-goog-api-key';

/** OpenAI, Anthropic and Google list models at one path; only what their clients send beside it tells them apart. */
function shapeOf(route: ClientRoute, head: RequestHead): Shape {
  if (route.api === 'gemini') return 'gemini';
  if (headerValue(head.headers, 'anthropic-version') !== undefined) return 'anthropic-messages';
  const isGoogle =
    headerValue(head.headers, googleKey) !== undefined || head.presentedBy === googleKey || clientQuery(head.path).key !== undefined;
  return isGoogle ? 'gemini' : 'openai-chat';
}

const entries = {
  'openai-chat': (model: ListedModel) => model,
  'anthropic-messages': ({ id }: ListedModel) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' }),
  gemini: ({ id }: ListedModel) => ({
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
  }),
} satisfies Partial<Record<ApiId, (model: ListedModel) => object>>;

const lists = {
  'openai-chat': (models: readonly ListedModel[]) => ({ object: 'list', data: models }),
  // One page holds them all, so the parameters of paging change nothing.
  'anthropic-messages': (models: readonly ListedModel[]) => ({
    data: models.map(entries['anthropic-messages']),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
  gemini: (models: readonly ListedModel[]) => ({ models: models.map(entries.gemini) }),
} satisfies Partial<Record<ApiId, (models: readonly ListedModel[]) => object>>;
