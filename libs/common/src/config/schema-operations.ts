import { z } from 'zod';
import { retryCondition } from './schema-routing.ts';
import { closed, duration, flag, headerName, list, mapOf, numberBetween, oneOf, port, size, text, whole } from './schema-values.ts';

/** Bounds on what is held in memory. */
export const limits = closed({
  request_body: size.optional(),
  response_body: size.optional(),
  header: size.optional(),
  sse_event: size.optional(),
  json_depth: whole(1, 10_000).optional(),
  in_flight: whole(1).optional(),
  buffered_memory: size.optional(),
  connections: whole(1).optional(),
  http2_streams: whole(1, 1_000_000).optional(),
  http2_resets: whole(1, 1_000_000).optional(),
  endpoint_body: size.optional(),
  prompt_context: size.optional(),
});

/** Every wait. */
export const timeouts = closed({
  connect: duration.optional(),
  first_byte: duration.optional(),
  stream_idle: duration.optional(),
  stream_total: duration.optional(),
  total: duration.optional(),
  drain: duration.optional(),
  filter_call: duration.optional(),
  request_head: duration.optional(),
  request: duration.optional(),
  keep_alive: duration.optional(),
});

/** Sending again to the same provider. */
export const retries = closed({
  max: whole(0, 20).optional(),
  base: duration.optional(),
  cap: duration.optional(),
  on: list(retryCondition).optional(),
  retry_after_cap: duration.optional(),
});

/** Shared state of several processes. */
export const redis = closed({ url: text, on_failure: oneOf(['open', 'closed']).optional(), timeout: duration.optional() });

/** Where conversations of the Responses API are kept. */
export const stateStorage = closed({ type: oneOf(['memory', 'postgres']), connection_string: text.optional() });

/** What is logged, and how. */
export const logging = closed({
  level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  format: oneOf(['pretty', 'json']).optional(),
  file: text.optional(),
});

/** The socket of `/metrics`, or none. */
export const metrics = z.union([closed({ address: text.optional(), port: port.optional() }), z.literal(false)], {
  error: () => 'a map, or `false`',
});

/** Spans and where they go. */
export const tracing = closed({
  random_sampling: whole(0, 100).optional(),
  trace_arch_internal: flag.optional(),
  opentracing_grpc_endpoint: text.optional(),
  span_attributes: closed({ header_prefixes: list(headerName).optional(), static: mapOf(text).optional() }).optional(),
  exporters: list(
    closed({
      type: oneOf(['posthog']),
      url: text,
      api_key: text,
      distinct_id_header: headerName.optional(),
      capture_messages: flag.optional(),
    }),
  ).optional(),
});

/** Odds and ends. */
export const overrides = closed({
  prompt_target_intent_matching_threshold: numberBetween(0, 1).optional(),
  optimize_context_window: flag.optional(),
  prompt_decoration: oneOf(['full', 'metadata', 'off']).optional(),
  prompt_compatibility: list(oneOf(['string-arguments', 'quoted-model-response', 'plain-context'])).optional(),
  use_agent_orchestrator: flag.optional(),
  disable_signals: flag.optional(),
  upstream_connect_timeout: duration.optional(),
  upstream_tls_ca_path: text.optional(),
  llm_routing_model: text.optional(),
  agent_orchestration_model: text.optional(),
  orchestrator_model_context_length: whole(1).optional(),
  prompt_templates: closed({ orchestrator: text.optional(), arch_function: text.optional(), arch_router: text.optional() }).optional(),
});
