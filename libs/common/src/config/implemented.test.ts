import { describe, expect, it } from 'vitest';
import { unimplementedKeys } from './implemented.ts';
import { parseConfig } from './parse-config.ts';

function missing(text: string): string[] {
  const parsed = parseConfig(text, { file: 'f', environment: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return unimplementedKeys(parsed.config);
}

const base = `version: v0.4.0
listeners: [{ type: model, name: llm, port: 12000, address: 127.0.0.1, timeout: 5s, max_retries: 1 }]
model_providers:
  - { model: openai/gpt-4o, name: a, access_key: k, default: true, base_url: "http://h", http_host: h, headers: { a: b }, api: openai-chat }
  - { model: acme/*, passthrough_auth: true, provider_interface: openai, base_url: "http://h", max_concurrency: 3, circuit_breaker: false, beta_headers: { strip: [b] } }
  - { model: openai/o, endpoints: [{ access_key: k, weight: 2 }], circuit_breaker: { failures: 1 } }
retries: { max: 1 }
fallbacks: [{ model: a, to: [o] }]
model_aliases: { b: { target: gpt-4o } }
limits: { request_body: 1MB, response_body: 1MB, header: 1KB, sse_event: 1MB, json_depth: 9, in_flight: 9 }
timeouts: { connect: 5s, first_byte: 5s, stream_idle: 5s, stream_total: 5s, total: 5s, drain: 5s }
logging: { level: info }
internal_listeners: { llm: { port: 12001 } }
`;

describe('unimplementedKeys', () => {
  it('has nothing against what is implemented', () => {
    expect(missing(base)).toEqual([]);
    expect(
      missing(
        'version: v0.4.0\nlisteners: { egress_traffic: { port: 1, timeout: 5s } }\nllm_providers: [{ model: openai/a, access_key: k }]',
      ),
    ).toEqual([]);
  });

  const table: [string, string, string[]][] = [
    ['whole sections', 'state_storage: { type: memory }\nprompt_caching: { enabled: true }\n', ['prompt_caching', 'state_storage']],
    [
      'what is not a span',
      'tracing: { random_sampling: 1, exporters: [{ type: posthog, url: "http://p", api_key: k }] }\n',
      ['tracing.exporters'],
    ],
    ['nothing of spans', 'tracing: { random_sampling: 1, trace_arch_internal: true, span_attributes: { static: { a: b } } }\n', []],
    [
      'nothing that never had an effect',
      'mode: llm\nrouting: { llm_provider: a, model: b }\noverrides: { prompt_target_intent_matching_threshold: 0.5 }\n',
      [],
    ],
  ];
  it.each(table)('names %s', (_name, addition, expected) => {
    expect(missing(base + addition)).toEqual(expected);
  });

  it('names keys within lists and values', () => {
    expect(
      missing(`version: v0.4.0
listeners:
  - { type: model, name: llm, input_filters: [] }
  - { type: agent, name: p, port: 1, agents: [{ id: a, description: d }] }
agents: [{ id: a, url: "http://a" }]
model_providers: [{ model: openai/gpt-4o, access_key: k }]
endpoints: { e: { endpoint: h, prefix_affinity: true } }
`),
    ).toEqual(['agents', 'listeners[0].input_filters', 'listeners[1].type: agent', 'listeners[1].agents', 'endpoints.e.prefix_affinity']);
  });

  it('has nothing against a prompt listener, in the old form either', () => {
    const prompts = `listeners: { ingress_traffic: { port: 1 } }
model_providers: [{ model: openai/a, access_key: k, default: true }]
system_prompt: x
endpoints: { e: { endpoint: h, protocol: https, http_host: v, connect_timeout: 1s } }
prompt_targets: [{ name: t, description: d, endpoint: { name: e, path: / }, parameters: [{ name: p, description: d, type: str }] }]
prompt_guards: { input_guards: { jailbreak: { on_exception: { message: m } } }, service: { url: "http://g" } }
overrides: { optimize_context_window: true, use_agent_orchestrator: true, prompt_decoration: off, prompt_compatibility: [plain-context] }
limits: { endpoint_body: 1MB, prompt_context: 1KB }
timeouts: { filter_call: 1s }
`;
    expect(missing(`version: v0.4.0\n${prompts}`)).toEqual([]);
  });
});
