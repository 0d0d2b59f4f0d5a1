import type { ExchangeRecord } from '@plano/common';
import { genAiOperation, genAiProvider } from '../gen-ai-names.ts';
import { createShow, idOf, pathPart } from '../shown-text.ts';
import type { CustomAttributes } from './custom-attributes.ts';
import { failureOf } from './request-span.ts';
import type { Span, SpanAttributes, SpanPlace } from './span.ts';

const show = createShow();

/**
 * The span of an exchange with a model: names of the reference (`llm.…`), and beside them those of OpenTelemetry's conventions for generative AI
 * (`gen_ai.…`). Nothing of what was said is in it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 */
export function llmSpan(place: SpanPlace, record: ExchangeRecord, endMs: number, attributesOf: CustomAttributes): Span {
  const { head, status, summary, bytesOut, purpose } = record;
  const path = show(pathPart(head.path));
  const model = shown(summary.model);
  const requested = shown(summary.requestedModel);
  const attributes: SpanAttributes = {
    component: 'llm',
    'http.method': head.method,
    'http.path': path,
    'http.status_code': status,
    'gen_ai.operation.name': genAiOperation(summary.clientApi, head.path),
    'gen_ai.request.stream': summary.stream,
    'llm.is_streaming': summary.stream,
    'llm.duration_ms': Math.round(endMs - place.startMs),
    'llm.response_bytes': bytesOut,
    'plano.attempts': summary.attempts,
  };
  const requestId = idOf(head);
  if (requestId !== undefined) attributes['request_id'] = requestId;
  if (purpose !== undefined) attributes['plano.purpose'] = purpose;
  if (record.outcome === 'aborted') attributes['plano.outcome'] = 'aborted';
  if (model !== undefined) attributes['llm.model'] = model;
  if (requested !== undefined) attributes['model.requested'] = requested;
  if (model !== undefined || requested !== undefined) attributes['gen_ai.request.model'] = withoutProvider(model ?? requested ?? '');
  if (summary.provider !== null) {
    attributes['llm.provider'] = summary.provider;
    attributes['gen_ai.provider.name'] = genAiProvider(summary.provider);
  }
  if (summary.fallbackFrom !== null) attributes['plano.fallback_from'] = show(summary.fallbackFrom);
  addAnswer(attributes, summary.answer);
  attributesOf(attributes, head.headers);
  const failure = failureOf(record);
  if (failure !== undefined) attributes['error.type'] = failure;
  return {
    ...place,
    service: 'plano(llm)',
    name: nameOf(`${head.method} ${path}`, requested, model),
    kind: 'internal',
    endMs,
    attributes,
    events: firstToken(attributes, place, record, endMs),
    error: failure,
  };
}

const shown = (text: string | null): string | undefined => (text === null || text === '' ? undefined : show(text));

const nameOf = (operation: string, requested: string | undefined, model: string | undefined): string => {
  if (model === undefined) return operation;
  return requested === undefined || requested === model ? `${operation} ${model}` : `${operation} ${requested} -> ${model}`;
};

const withoutProvider = (name: string): string => name.slice(name.indexOf('/') + 1);

function addAnswer(attributes: SpanAttributes, answer: ExchangeRecord['summary']['answer']): void {
  if (answer === null) return;
  const { model, usage, finish } = answer;
  if (model !== undefined && model !== '') attributes['gen_ai.response.model'] = show(model);
  if (finish !== undefined) attributes['gen_ai.response.finish_reasons'] = [finish.reason];
  if (usage === undefined) return;
  const { cacheRead, cacheWrite, output, reasoning } = usage;
  const input = usage.input + cacheRead + cacheWrite;
  attributes['llm.usage.prompt_tokens'] = input;
  attributes['llm.usage.completion_tokens'] = output;
  attributes['llm.usage.total_tokens'] = input + output;
  attributes['gen_ai.usage.input_tokens'] = input;
  attributes['gen_ai.usage.output_tokens'] = output;
  if (cacheRead > 0) {
    attributes['llm.usage.cached_input_tokens'] = cacheRead;
    attributes['gen_ai.usage.cache_read.input_tokens'] = cacheRead;
  }
  if (cacheWrite > 0) {
    attributes['llm.usage.cache_creation_tokens'] = cacheWrite;
    attributes['gen_ai.usage.cache_creation.input_tokens'] = cacheWrite;
  }
  if (reasoning !== undefined) {
    attributes['llm.usage.reasoning_tokens'] = reasoning;
    attributes['gen_ai.usage.reasoning.output_tokens'] = reasoning;
  }
}

/** Of streams only: a whole answer has no first token. */
function firstToken(
  attributes: SpanAttributes,
  place: SpanPlace,
  { summary, status, durationMs, firstByteMs }: ExchangeRecord,
  endMs: number,
): Span['events'] {
  if (!summary.stream || firstByteMs === null || status >= 400) return [];
  const atMs = Math.max(place.startMs, endMs - durationMs + firstByteMs);
  const sinceStart = atMs - place.startMs;
  attributes['llm.time_to_first_token'] = Math.round(sinceStart);
  attributes['gen_ai.response.time_to_first_chunk'] = sinceStart / 1000;
  return [{ name: 'llm.time_to_first_token', atMs, attributes: { 'llm.time_to_first_token': Math.round(sinceStart) } }];
}
