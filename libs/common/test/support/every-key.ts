/** A file that uses every key of the schema, most with a value other than the default. Needs `KEY` in the environment. */
export const everyKey = `version: v0.4.0
mode: llm
agents: [{ id: agent, url: "http://agent" }]
filters: [{ id: filter, url: "http://filter/x", type: http, transport: streamable-http, tool: t }]
listeners:
  - { type: model, name: llm, port: 12000, address: 127.0.0.1, timeout: 5s, max_retries: 1, input_filters: [filter], output_filters: [filter] }
  - { type: prompt, name: prompt }
endpoints: { api: { endpoint: "api:8443", protocol: https, http_host: api.example, connect_timeout: 5ms, prefix_affinity: true } }
model_providers:
  - { model: openai/gpt-4o, access_key: $KEY, default: true }
  - { model: anthropic/claude, access_key: $KEY }
model_aliases: { fast: { target: gpt-4o } }
overrides:
  prompt_target_intent_matching_threshold: 0.6
  optimize_context_window: true
  use_agent_orchestrator: false
  disable_signals: true
  upstream_tls_ca_path: /ca
  llm_routing_model: plano/router
  agent_orchestration_model: chooser
  orchestrator_model_context_length: 4096
  prompt_templates: { orchestrator: /o, arch_router: /r }
prompt_caching: { enabled: true, inject_cache_control: false, min_prefix_tokens: 2048 }
system_prompt: be kind for $5
prompt_targets:
  - name: weather
    description: d
    default: true
    auto_llm_dispatch_on_response: false
    system_prompt: s
    endpoint: { name: api, path: "/w/{city}", http_method: POST, http_headers: { Authorization: "Bearer $KEY" } }
    parameters:
      - { name: city, description: d, type: str, required: true, in_path: true, format: City }
      - { name: days, description: d, type: int, default: 5, enum: [5, 7] }
ratelimits:
  - { model: gpt-4o, selector: { key: X-User, value: "*" }, limit: { tokens: 10, requests: 2, unit: day }, on_missing_selector: reject }
tracing:
  random_sampling: 100
  trace_arch_internal: true
  opentracing_grpc_endpoint: https://collector:4317
  span_attributes: { header_prefixes: [X-Acme-], static: { a: b } }
  exporters: [{ type: posthog, url: "https://ph", api_key: $KEY, distinct_id_header: X-User, capture_messages: true }]
routing:
  llm_provider: x
  model: y
  session_ttl_seconds: 5
  session_max_entries: 10
  session_cache: { type: redis, url: "redis://c", tenant_header: X-Tenant }
  route_on_user_only: true
  routing_budget: { max_switch_spend_pct: 12.5, replenish_on_rebind: false, cache_read_discount: 0.5, record_counterfactual: true }
state_storage: { type: postgres, connection_string: "postgres://u:$KEY@db" }
prompt_guards: { input_guards: { jailbreak: { on_exception: { message: no } } }, service: { url: "http://guard", timeout: 1s } }
routing_preferences: [{ name: code, description: d, models: [gpt-4o], selection_policy: { prefer: cheapest } }]
model_metrics_sources:
  - { type: cost, provider: models.dev, refresh_interval: 60, model_aliases: { a: b } }
  - { type: latency, provider: prometheus, url: "http://p", query: q }
routing_hint: false
limits: { request_body: 1B, response_body: 2KiB, header: 3KB, sse_event: 4MiB, json_depth: 5, in_flight: 6, buffered_memory: 7GiB }
timeouts: { connect: 1ms, first_byte: 2s, stream_idle: 3m, stream_total: 24h, total: 4h, drain: 5s, filter_call: 6s }
retries: { max: 1, base: 2ms, cap: 3ms, on: [connect, 500], retry_after_cap: 4ms }
fallbacks: [{ model: openai/gpt-4o, to: [anthropic/claude] }]
redis: { url: "rediss://c", on_failure: closed }
function_calling: { engine: model, model: gpt-4o, context_tokens: 8192, max_tokens: 512, timeout: 10s }
tokens: { max_characters: 5 }
logging: { level: debug, format: json, file: ./access.log }
metrics: false
internal_listeners: { llm: { port: 12001 }, brightstaff: { port: 9091, address: 0.0.0.0, auth: { keys: [$KEY] } } }
`;
