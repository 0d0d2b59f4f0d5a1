import type { EffectiveConfig, EffectiveProvider } from '@plano/common';
import type { ListenerAddress } from './listeners.ts';

/** What is known after the start. */
export interface StartFacts {
  /** Where the configuration came from. */
  readonly source: string;
  readonly listeners: readonly ListenerAddress[];
  readonly metrics: { readonly address: string; readonly port: number } | undefined;
  readonly workers: number;
}

/** What a person wants to know after the start: what listens where, which providers are ready, and a line to try. */
export function startReport(config: EffectiveConfig, { source, listeners, metrics, workers }: StartFacts): string {
  const behindEnvoy = config.listeners.some(({ elsewhere }) => elsewhere === true);
  const lines = [`Plano gateway${behindEnvoy ? ' behind Envoy' : ''}, configuration: ${source}`];
  for (const listener of listeners) lines.push(`  listening  ${listener.name}  ${origin(config, listener)}`);
  lines.push(metrics === undefined ? '  metrics    off' : `  metrics    http://${host(metrics.address)}:${metrics.port}/metrics`);
  const { randomSamplingPercent, endpoint } = config.tracing;
  if (randomSamplingPercent > 0) lines.push(`  tracing    ${randomSamplingPercent} % of new traces to ${endpoint}`);
  if (workers > 1) lines.push(`  workers    ${workers}`);
  const providers = config.providers.filter((provider) => !provider.internal);
  add(
    lines,
    'ready',
    providers.filter((provider) => provider.builtin !== null || provider.credential.type === 'key' || provider.credential.type === 'none'),
  );
  add(
    lines,
    "no key of ours (the client's own is passed on)",
    providers.filter((provider) => provider.builtin === null && provider.credential.type === 'pass-through'),
  );
  const model = tryModel(providers);
  const [first] = listeners;
  if (first !== undefined && model !== undefined && !behindEnvoy) {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] });
    lines.push(
      'Try it:',
      `  curl ${origin(config, first)}/v1/chat/completions -H 'content-type: application/json'${keyOf(config)} -d '${body}'`,
    );
  }
  return lines.join('\n');
}

function add(lines: string[], title: string, providers: readonly EffectiveProvider[]): void {
  if (providers.length > 0) lines.push(`  ${title}: ${providers.map(({ name }) => name).join(', ')}`);
}

function tryModel(providers: readonly EffectiveProvider[]): string | undefined {
  const usable = providers.filter((provider) => !provider.wildcard);
  const choice = usable.find((provider) => provider.default) ?? usable.find((provider) => provider.builtin !== null) ?? usable[0];
  return choice?.name;
}

function origin(config: EffectiveConfig, { name, address, port }: ListenerAddress): string {
  const secure = config.listeners.some((listener) => listener.name === name && listener.tls !== null);
  return `${secure ? 'https' : 'http'}://${host(address)}:${port}`;
}

/** The header for the first listener's key, which is never printed. */
function keyOf({ listeners: [first] }: EffectiveConfig): string {
  if (first === undefined || first.auth === null) return '';
  return ` -H '${first.auth.header}: ${first.auth.header === 'authorization' ? 'Bearer ' : ''}KEY'`;
}

const host = (address: string): string =>
  address === '0.0.0.0' || address === '::' ? 'localhost' : address.includes(':') ? `[${address}]` : address;
