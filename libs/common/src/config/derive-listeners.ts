import { authorListeners, type AuthorListener, type PlacedListener } from './author-listeners.ts';
import type { DeriveContext } from './derive-context.ts';
import type { EffectiveAuth, EffectiveInternalListener, EffectiveListener, EffectiveListenerBase } from './effective.ts';
import type { EffectiveProvider } from './effective-provider.ts';
import { isLoopback } from './listener-address.ts';
import { isHost } from './parse-url.ts';
import type { Path } from './problem.ts';

/** What listeners take from the rest of the configuration. */
export interface ListenerDefaults {
  readonly totalMs: number;
  readonly maxRetries: number;
}

/** A derived listener and where it was written. */
export interface DerivedListener {
  readonly listener: EffectiveListener;
  readonly path: Path;
}

const usualPort = { model: 12_000, prompt: 10_000 } as const;

/** The listeners in the author's order, and the model listener that the author left out when there are models to serve. */
export function deriveListeners(
  context: DeriveContext,
  providers: readonly EffectiveProvider[],
  filterIds: ReadonlySet<string>,
  defaults: ListenerDefaults,
): DerivedListener[] {
  const { reporter } = context;
  const placed = authorListeners(context);
  const derived: DerivedListener[] = [];
  const names = new Set<string>();
  let models = 0;
  for (const { listener, path } of placed) {
    if (names.has(listener.name)) reporter.problem([...path, 'name'], `another listener is already named \`${listener.name}\``);
    names.add(listener.name);
    if (listener.type === 'model') models += 1;
    if (models > 1 && listener.type === 'model') reporter.problem([...path, 'type'], 'only one listener can be of type `model`');
    derived.push({ listener: deriveListener(context, { listener, path }, filterIds, defaults), path });
    checkExposure(context, { listener, path }, providers);
  }
  const declared = context.author.model_providers ?? context.author.llm_providers ?? [];
  const model = derived.find(({ listener }) => listener.type === 'model');
  if (model !== undefined && declared.length === 0) {
    reporter.problem(model.path, 'a model listener needs at least one model provider', 'add `model_providers`', [
      ['model_providers'],
      ['llm_providers'],
    ]);
  }
  if (models === 0 && providers.length > 0 && !derived.some(({ listener }) => listener.port === usualPort.model)) {
    reporter.warn(
      ['listeners'],
      `has no listener of type \`model\`; one is opened at 127.0.0.1:${usualPort.model} for agents' own requests`,
    );
    const implicit: AuthorListener = { type: 'model', name: 'egress_traffic' };
    const listener = deriveListener(context, { listener: implicit, path: ['listeners'] }, filterIds, defaults);
    derived.push({ listener: { ...listener, implicit: true }, path: ['listeners'] });
  }
  return derived;
}

function deriveListener(
  context: DeriveContext,
  { listener, path }: PlacedListener,
  filterIds: ReadonlySet<string>,
  defaults: ListenerDefaults,
): EffectiveListener {
  const { reporter } = context;
  const address = listener.address ?? '127.0.0.1';
  if (!isHost(address))
    reporter.problem([...path, 'address'], 'is neither an IP address nor a host name', 'such as `127.0.0.1` or `0.0.0.0`');
  for (const key of ['input_filters', 'output_filters'] as const) checkFilters(context, listener[key], [...path, key], filterIds);
  if (listener.type !== 'agent') {
    for (const key of ['agents', 'router'] as const) {
      if (listener[key] !== undefined) reporter.problem([...path, key], 'belongs to listeners of type `agent`');
    }
  }
  if (listener.type === 'agent' && listener.port === undefined)
    reporter.problem([...path, 'port'], 'is missing', 'agents have no usual port');
  const base: EffectiveListenerBase = {
    name: listener.name,
    address,
    port: listener.port ?? (listener.type === 'agent' ? 0 : usualPort[listener.type]),
    timeoutMs: listener.timeout ?? defaults.totalMs,
    maxRetries: listener.max_retries ?? defaults.maxRetries,
    auth: deriveAuth(context, listener.auth, [...path, 'auth']),
    tls: listener.tls === undefined ? null : { cert: listener.tls.cert, key: listener.tls.key },
    cors: deriveCors(context, listener, path),
    inputFilters: listener.input_filters ?? [],
    outputFilters: listener.output_filters ?? [],
    implicit: false,
  };
  if (listener.type === 'model') return { type: 'model', ...base };
  if (listener.type === 'prompt') return { type: 'prompt', ...base };
  return { type: 'agent', ...base, router: listener.router ?? null, agents: deriveAgents(context, listener, path, filterIds) };
}

function deriveAgents(context: DeriveContext, listener: AuthorListener, path: Path, filterIds: ReadonlySet<string>) {
  const { reporter, author } = context;
  const agentIds = new Set([...(author.agents ?? []), ...(author.filters ?? [])].map((agent) => agent.id));
  const agents = listener.agents ?? [];
  if (agents.length === 0) reporter.problem([...path, 'agents'], 'a listener of type `agent` needs at least one agent');
  const seen = new Set<string>();
  let defaults = 0;
  for (const [index, agent] of agents.entries()) {
    const agentPath = [...path, 'agents', index];
    if (!agentIds.has(agent.id))
      reporter.problem([...agentPath, 'id'], unknownId(agent.id, agentIds), undefined, [['agents'], ['filters']]);
    if (seen.has(agent.id)) reporter.problem([...agentPath, 'id'], `\`${agent.id}\` is there twice`);
    seen.add(agent.id);
    if (agent.default === true) defaults += 1;
    if (agent.default === true && defaults === 2)
      reporter.problem([...agentPath, 'default'], 'another agent of this listener is already the default');
    checkFilters(context, agent.input_filters, [...agentPath, 'input_filters'], filterIds);
  }
  return agents.map((agent) => ({
    id: agent.id,
    description: agent.description,
    default: agent.default === true,
    inputFilters: agent.input_filters ?? [],
  }));
}

function checkFilters({ reporter }: DeriveContext, ids: readonly string[] | undefined, path: Path, known: ReadonlySet<string>): void {
  for (const [index, id] of (ids ?? []).entries()) {
    if (!known.has(id)) reporter.problem([...path, index], unknownId(id, known), undefined, [['agents'], ['filters']]);
  }
}

function unknownId(id: string, known: ReadonlySet<string>): string {
  const there = known.size === 0 ? 'there are none' : `there are ${[...known].map((other) => `\`${other}\``).join(', ')}`;
  return `\`${id}\` is neither an agent nor a filter; ${there}`;
}

function deriveAuth(
  { reporter }: DeriveContext,
  auth: { keys: string[]; header?: string | undefined } | undefined,
  path: Path,
): EffectiveAuth | null {
  if (auth === undefined) return null;
  for (const [index, key] of auth.keys.entries()) {
    if (/[^\x21-\x7e]/.test(key))
      reporter.problem([...path, 'keys', index], 'has a space or a character in it that no client can send in a header');
  }
  return { keys: auth.keys, header: auth.header ?? 'authorization' };
}

function deriveCors({ reporter }: DeriveContext, listener: AuthorListener, path: Path) {
  if (listener.cors === undefined) return null;
  for (const [index, origin] of listener.cors.origins.entries()) {
    if (origin === '*' || /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+$/i.test(origin)) continue;
    reporter.problem([...path, 'cors', 'origins', index], 'is not an origin', 'write `https://app.example`, without a path, or `*`');
  }
  return { origins: listener.cors.origins };
}

/** Credential headers belong to the provider when a client's own key is passed on. */
const providerCredentialHeaders: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']);

function checkExposure({ reporter }: DeriveContext, { listener, path }: PlacedListener, providers: readonly EffectiveProvider[]): void {
  const passThrough = providers.find((provider) => provider.credential.type === 'pass-through');
  const header = listener.auth?.header ?? 'authorization';
  if (listener.auth !== undefined && passThrough !== undefined && providerCredentialHeaders.has(header)) {
    reporter.problem(
      [...path, 'auth'],
      `clients cannot put both a key of this listener and their own for \`${passThrough.name}\` (passthrough_auth) into \`${header}\``,
      'write `header: x-plano-key`',
      [[...path, 'auth', 'header']],
    );
  }
  const spendsKeys = providers.some((provider) => provider.credential.type === 'key');
  if (listener.auth === undefined && listener.address !== undefined && !isLoopback(listener.address) && spendsKeys) {
    reporter.warn([...path, 'address'], 'is reachable from other machines without `auth`: whoever reaches it spends the keys of this file');
  }
}

/** The sockets for what is otherwise a function call. */
export function deriveInternalListeners(context: DeriveContext): { listener: EffectiveInternalListener; path: Path }[] {
  const { author, reporter } = context;
  const derived: { listener: EffectiveInternalListener; path: Path }[] = [];
  for (const key of ['llm', 'brightstaff'] as const) {
    const written = author.internal_listeners?.[key];
    if (written === undefined) continue;
    const path = ['internal_listeners', key];
    const address = written.address ?? '127.0.0.1';
    if (!isHost(address)) reporter.problem([...path, 'address'], 'is neither an IP address nor a host name');
    if (!isLoopback(address) && written.auth === undefined) {
      reporter.problem([...path, 'address'], 'is reachable from other machines, which needs `auth` here', 'add `auth: { keys: [$KEY] }`', [
        [...path, 'auth'],
      ]);
    }
    const type = key === 'llm' ? 'internal-llm' : 'brightstaff';
    const auth = deriveAuth(context, written.auth, [...path, 'auth']);
    derived.push({
      listener: { type, name: key === 'llm' ? 'egress_traffic_llm' : 'brightstaff', address, port: written.port, auth },
      path,
    });
  }
  return derived;
}
