import { describe, expect, it } from 'vitest';
import { deriveConfig } from '../derive.ts';
import { parseConfig } from '../parse-config.ts';
import { formatProblem } from '../problem.ts';
import { envoyGaps } from './envoy-gaps.ts';

function gaps(more: string, hasNode = true): string[] {
  const text = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/gpt-4o, access_key: k, default: true }, { model: openai/gpt-5, access_key: k }]
${more}`;
  const parsed = parseConfig(text, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return envoyGaps(deriveConfig(parsed.config, {}), hasNode).map((line) => line.split(':', 1)[0] ?? '');
}

describe('envoyGaps', () => {
  it('are none of what holds in Envoy as it does in Node', () => {
    expect(gaps('')).toEqual([]);
    expect(gaps('', false)).toEqual([]);
    expect(gaps('fallbacks: [{ model: openai/gpt-4o, to: [openai/gpt-5] }]\nredis: { url: "redis://127.0.0.1" }')).toEqual([]);
    expect(gaps('tracing: { span_attributes: { header_prefixes: [x-] } }')).toEqual([]);
  });

  it.each([
    ['limits: { buffered_memory: 1GiB }', 'limits.buffered_memory'],
    ['timeouts: { stream_idle: 5s, first_byte: 6s }', 'timeouts.stream_idle'],
    ['tracing: { random_sampling: 1, span_attributes: { header_prefixes: [x-] } }', 'tracing.span_attributes.header_prefixes'],
    ['tracing: { random_sampling: 1, opentracing_grpc_endpoint: "https://collector:4317" }', 'tracing.opentracing_grpc_endpoint'],
  ])('name %s', (more, key) => {
    expect(gaps(more)).toEqual([key]);
  });

  it.each([
    ['fallbacks: [{ model: openai/gpt-4o, to: [openai/gpt-5] }]', 'fallbacks'],
    ['redis: { url: "redis://127.0.0.1" }', 'redis'],
  ])('name %s where there is no Node process', (more, key) => {
    expect(gaps(more, false)).toEqual([key]);
  });
});
