export type * from './config/effective.ts';
export type * from './config/effective-prompt.ts';
export type * from './config/effective-provider.ts';
export type * from './config/effective-routing.ts';
export type * from './config/effective-telemetry.ts';
export * from './config-secrets.ts';
export * from './conversation/answer-conversation.ts';
export type { Warning } from '@plano/hermesllm';
export type {
  ClientConversation,
  ConversationApi,
  ConversationMessage,
  ConversationPrompt,
  OpenedConversation,
} from './conversation/client-conversation.ts';
export { contentText, messagesJson, openConversation } from './conversation/client-conversation.ts';
export * from './conversation/edit-conversation.ts';
export * from './respond-error.ts';
export * from './send-unchanged.ts';
export * from './envoy-names.ts';
export * from './errors.ts';
export * from './function-calling.ts';
export * from './headers.ts';
export * from './listener-keys.ts';
export * from './near-match.ts';
export * from './own-text.ts';
export * from './path-template.ts';
export * from './paths.ts';
export * from './pii.ts';
export * from './providers/registry.ts';
export * from './providers/selection-error.ts';
export * from './rate-limit.ts';
export * from './rate-limits/bucket.ts';
export * from './rate-limits/generic-cell-rate.ts';
export * from './rate-limits/memory-buckets.ts';
export * from './rate-limits/plan-takes.ts';
export * from './rate-limits/rate-limit-store.ts';
export * from './shorten.ts';
export * from './tokens/approximate-tokens.ts';
export * from './tokens/count-tokens.ts';
export * from './tokens/token-counter.ts';
export * from './tokens/sample-text.ts';
export * from './tokens/token-family.ts';
export * from './telemetry/span.ts';
export * from './traceparent.ts';
export * from './exchange.ts';
export * from './tell-answer.ts';
export * from './upstream-call.ts';
export * from './walk-exchange.ts';
export type * from './walk-host.ts';
export type * from './exchange-record.ts';
export type * from './exchange-trace.ts';
export * from './http.ts';
export * from './telemetry/metric-definitions.ts';
