import { defaultBufferedMemoryBytes } from '../derive-operations.ts';
import type { EffectiveConfig } from '../effective.ts';

/**
 * What a configuration asks for and an Envoy with the filters does not do, one line each that begins with the key. Everything else holds there.
 *
 * @param hasNode whether there is a Node process beside it
 * @example
 * for (const gap of envoyGaps(config, true)) console.error(`warning: ${gap}`);
 */
export function envoyGaps(config: EffectiveConfig, hasNode: boolean): string[] {
  const { limits, timeouts, tracing, prompts, providers, fallbacks, redis } = config;
  const traced = tracing.randomSamplingPercent > 0;
  const gaps: readonly (readonly [applies: boolean, line: string])[] = [
    [limits.bufferedMemoryBytes !== defaultBufferedMemoryBytes, 'limits.buffered_memory: Envoy has limits for each request only'],
    [timeouts.streamIdleMs < timeouts.firstByteMs, 'timeouts.stream_idle: in Envoy a stream has to begin within it, too'],
    [traced && tracing.spanAttributes.headerPrefixes.length > 0, 'tracing.span_attributes.header_prefixes: spans of Envoy have no headers'],
    [traced && tracing.endpoint.startsWith('https:'), 'tracing.opentracing_grpc_endpoint: Envoy sends spans without TLS'],
    [!hasNode && fallbacks.length > 0, 'fallbacks: only a Node process can send to another model'],
    [!hasNode && providers.some(({ endpoints }) => endpoints.length > 0), 'endpoints: only a Node process can choose among several'],
    [!hasNode && redis !== null, 'redis: without a Node process rate limits hold for this Envoy alone'],
    [!hasNode && prompts.targets.length > 0, 'prompt_targets: without a Node process no prompt can be turned into a call'],
  ];
  return gaps.filter(([applies]) => applies).map(([, line]) => line);
}
