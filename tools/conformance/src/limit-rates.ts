import { createProviderRegistry, createRateLimiter, createRateLimitState } from '@plano/common';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { findProvider } from '@plano/hermesllm';

interface RateLimitArgs {
  ratelimits: { model: string; selector: { key: string; value: string | null }; limit: { tokens: number; unit: string } }[];
  steps: ({ model: string; key: string; value: string; tokens: number } | { sleep_ms: number })[];
}

/** In the recorded implementation a request without the selector's header is not limited. */
const withRecordedDefault = (limit: RateLimitArgs['ratelimits'][number]): unknown => ({
  ...limit,
  selector: { key: limit.selector.key, value: limit.selector.value ?? '*' },
  on_missing_selector: 'ignore',
});

/** A vector names models without the providers that serve them: full names are taken as they are, other ids as OpenAI's. */
function providersOf({ ratelimits, steps }: RateLimitArgs): object[] {
  const names = new Set(ratelimits.map(({ model }) => model));
  for (const step of steps) if ('model' in step) names.add(step.model);
  const full = [...names].filter((name) => name.includes('/'));
  const bare = [...names].filter((name) => !name.includes('/') && !full.some((other) => other.endsWith(`/${name}`)));
  return [...full, ...bare.map((name) => `openai/${name}`)].map((model) => ({
    model,
    base_url: 'http://localhost',
    ...(findProvider(model.split('/', 1)[0] as string) === undefined ? { provider_interface: 'openai' } : {}),
  }));
}

/** Checks requests against limits one after the other, by a clock that only the steps move. */
export function limitRates(args: RateLimitArgs): unknown {
  const providers = providersOf(args);
  const file = {
    version: 'v0.4.0',
    listeners: [{ type: 'model', name: 'llm' }],
    model_providers: providers.length === 0 ? [{ model: 'openai/m', base_url: 'http://localhost' }] : providers,
    ratelimits: args.ratelimits.map(withRecordedDefault),
  };
  const parsed = parseConfig(JSON.stringify(file), { file: 'vector', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join());
  const config = deriveConfig(parsed.config, {});
  const registry = createProviderRegistry(config.providers);
  const limiter = createRateLimiter(config.rateLimits, createRateLimitState());
  let nowMs = 0;
  return args.steps.map((step) => {
    if ('sleep_ms' in step) {
      nowMs += step.sleep_ms;
      return 'slept';
    }
    const selection = registry.lookup(step.model);
    if (!selection.ok) throw new Error(selection.message);
    const header = (name: string): string | undefined => (name === step.key.toLowerCase() ? step.value : undefined);
    return limiter.reserve({ models: [selection.name, selection.model], header, tokens: step.tokens, nowMs }).ok ? 'ok' : 'limited';
  });
}
