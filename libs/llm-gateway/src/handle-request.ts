import type {
  Decision,
  EffectiveConfig,
  ExchangeSummary,
  Flow,
  HostCapabilities,
  HttpBody,
  ProviderRegistry,
  RateLimitPlan,
  RequestHead,
  Selection,
} from '@plano/common';
import { forward, gatewayError, headerNames, headerValue } from '@plano/common';
import type { ClientRoute, OpenedRequest, Translated, TranslateOptions, Warning } from '@plano/hermesllm';
import { clientApiOfPath, errorOf, isHermesError, openRequest, translateRequest } from '@plano/hermesllm';
import { countOpened, countRequest } from './count-request.ts';
import { enforceRateLimits, settleRateLimits } from './enforce-rate-limits.ts';
import { receiveAnswer } from './receive-answer.ts';
import { refuse, respondError, respondJson } from './refusal.ts';
import type { HeaderTables } from './request-headers.ts';
import type { Upstream } from './resolve-upstream.ts';
import { acceptOf, adapterOf, authorize, betasOf, pathOf, resolveUpstream } from './resolve-upstream.ts';

/** What every flow of one gateway shares. */
export interface GatewayContext {
  readonly config: EffectiveConfig;
  readonly registry: ProviderRegistry;
  readonly headerTables: HeaderTables;
  readonly rateLimits: RateLimitPlan;
}

/** A request on its way, with everything that its answer needs. */
export interface Sent {
  readonly context: GatewayContext;
  readonly route: ClientRoute;
  readonly upstream: Upstream;
  readonly selection: Selection;
  readonly translated: Translated;
}

/** One request through the LLM gateway, from its head to the decision what the client gets. */
export function* handleRequest(context: GatewayContext, head: RequestHead, body: HttpBody, host: HostCapabilities): Flow {
  const route = clientApiOfPath(head.path);
  if (route === undefined) return refuse(head.path, gatewayError('not_found', `There is nothing at ${pathPart(head.path)}`));
  if (route.operation === 'list-models' || route.operation === 'get-model') return listModels(context, route, head);
  if (head.method !== 'POST') return wrongMethod(head, 'POST');
  if (route.operation !== 'generate') {
    return refuse(head.path, gatewayError('not_implemented', `${pathPart(head.path)} is not implemented yet`));
  }
  const known: Partial<ExchangeSummary> = { clientApi: route.api };
  try {
    const options = translateOptions(context, host);
    const opened = openRequest(body, route.api, options);
    const selection = context.registry.select({
      hint: context.config.routingHint ? (headerValue(head.headers, headerNames.providerHint) ?? null) : null,
      model: route.model ?? opened.model ?? null,
    });
    if (!selection.ok) return modelNotFound(head, selection, known);
    const upstream = resolveUpstream(selection, route.api);
    return yield* exchange(context, head, opened, route, selection, upstream, options, host);
  } catch (error) {
    if (!isHermesError(error)) throw error;
    return respondError(route.api, errorOf(error), known);
  }
}

function* exchange(
  context: GatewayContext,
  head: RequestHead,
  opened: OpenedRequest,
  route: ClientRoute,
  selection: Selection,
  upstream: Upstream,
  options: TranslateOptions,
  host: HostCapabilities,
): Flow {
  const warnings: Warning[] = [];
  const betas = betasOf(upstream, head, (warning) => warnings.push(warning));
  const translated = translateRequest(
    opened,
    { client: route.api, upstream: upstream.api, model: selection.model, stream: route.stream },
    { ...options, adapt: adapterOf(upstream, betas.bodyBetas, route.api) },
  );
  translated.warnings.unshift(...warnings);
  const headers = context.headerTables.toUpstream(head.headers);
  for (const name of betas.remove) delete headers[name];
  Object.assign(headers, betas.set);
  headers['content-type'] = 'application/json';
  headers['accept'] = acceptOf(upstream, translated.stream);
  const authorized = authorize(headers, upstream, route.api, head.headers, host.signing === true);
  if (!authorized.ok) return refuse(head.path, authorized.error, { provider: upstream.provider.provider, model: selection.name });
  const counting = { host, model: selection.model, maxCharacters: context.config.prompts.tokensMaxCharacters };
  const admitted = yield* enforceRateLimits(context.rateLimits, head, selection, () =>
    translated.request === undefined ? countOpened(opened, options, counting) : countRequest(translated.request, counting),
  );
  if (!admitted.ok) {
    const summary = { provider: upstream.provider.provider, model: selection.name, stream: translated.stream };
    const refused = refuse(head.path, admitted.error, summary);
    return { ...refused, headers: { ...refused.headers, ...admitted.headers } };
  }
  const reply = yield* forward({
    target: upstream.target,
    method: 'POST',
    path: pathOf(upstream, translated.stream),
    headers,
    body: translated.body,
    ...(authorized.sign === undefined ? {} : { sign: authorized.sign }),
  });
  return settleRateLimits(yield* receiveAnswer({ context, route, upstream, selection, translated }, reply), admitted.admission);
}

const translateOptions = ({ config }: GatewayContext, host: HostCapabilities): TranslateOptions => ({
  utf8: host.utf8,
  now: host.now,
  newId: host.newId,
  jsonDepth: config.limits.jsonDepth,
  eventLimit: config.limits.sseEventBytes,
});

function modelNotFound(
  head: RequestHead,
  selection: { kind: string; message: string; nearest: readonly string[] },
  summary: Partial<ExchangeSummary>,
): Decision {
  const hint = selection.nearest.length === 0 ? '' : `. Did you mean ${selection.nearest.join(', ')}?`;
  const kind = selection.kind === 'model_not_specified' ? 'model_not_specified' : 'model_not_found';
  return refuse(head.path, gatewayError(kind, `${selection.message}${hint}`, { path: 'model' }), summary);
}

function wrongMethod(head: RequestHead, allow: string): Decision {
  const refused = refuse(head.path, gatewayError('method_not_allowed', `${head.method} is not supported here: use ${allow}`));
  return { ...refused, headers: { ...refused.headers, allow } };
}

function listModels(context: GatewayContext, route: ClientRoute, head: RequestHead): Decision {
  if (head.method !== 'GET') return wrongMethod(head, 'GET');
  const models = context.registry.listModels();
  if (route.operation === 'list-models') return respondJson(200, { object: 'list', data: models });
  const model = models.find(({ id }) => id === route.model);
  if (model !== undefined) return respondJson(200, model);
  return refuse(head.path, gatewayError('model_not_found', `Model '${route.model ?? ''}' is not configured`, { path: 'model' }));
}

const pathPart = (path: string): string => path.split('?', 1)[0] ?? path;
