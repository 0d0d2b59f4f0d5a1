import type { Exchange, Gateway, HostCapabilities, HostEffect, UpstreamReply } from '@plano/common';
import { createExchange } from '@plano/common';
import { deriveConfig, parseConfig } from '@plano/common/config';
import { createLlmGateway } from '@plano/llm-gateway';
import { createPromptGateway } from '@plano/prompt-gateway';
import type { Variant } from './measure.ts';

/** Variants of one kind of answer; the first one is the plain LLM path. */
export interface ExchangeGroup {
  readonly title: string;
  readonly variants: readonly Variant[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const host: HostCapabilities = {
  redispatch: true,
  utf8: {
    decode: (bytes) => decoder.decode(bytes),
    encode: (text) => encoder.encode(text),
    createDecoder() {
      const own = new TextDecoder();
      return { decode: (bytes) => own.decode(bytes, { stream: true }), finish: () => own.decode() };
    },
  },
  now: () => 1_700_000_000_000,
  newId: (prefix) => `${prefix}1`,
  random: () => 0,
};

const configuration = `version: v0.4.0
listeners: [{ type: prompt, name: prompts }]
model_providers: [{ model: openai/gpt-4o, access_key: k, default: true }]
endpoints: { weather_api: { endpoint: "127.0.0.1:18083" } }
system_prompt: Be brief.
prompt_targets:
  - name: city_weather
    description: Forecast for a city
    endpoint: { name: weather_api, path: /weather, http_method: POST }
    parameters:
      - { name: city, description: City name, type: str, required: true }
      - { name: days, description: Number of days, type: int, required: true }
`;

const head = { method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' } };
const json = { 'content-type': 'application/json' };

const reply = (value: unknown): UpstreamReply => ({
  ok: true,
  status: 200,
  headers: json,
  body: encoder.encode(JSON.stringify(value)),
  complete: true,
});

function chosen(call: boolean): UpstreamReply {
  const choice = { name: 'city_weather', arguments: '{"city":"Oslo","days":3}' };
  const calls = call ? { tool_calls: [{ id: 'call_1', type: 'function', function: choice }] } : {};
  const message = { role: 'assistant', content: '', ...calls };
  return reply({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'Arch-Function',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    metadata: { 'x-arch-fc-model-response': `\`\`\`json\n${JSON.stringify({ tool_calls: [choice] })}\n\`\`\`` },
  });
}

const forecast = reply({ city: 'Oslo', days: [1, 2, 3].map((day) => ({ day, min: -2, max: 4, sky: 'sunny' })) });

/** The exchanges that are measured: the same request through the LLM gateway alone and through the prompt gateway in front of it. */
export function promptExchanges(): ExchangeGroup[] {
  const parsed = parseConfig(configuration, { file: 'bench.yaml', environment: {} });
  if (!parsed.ok) throw new Error('The configuration of the benchmark is not valid');
  const config = deriveConfig(parsed.config, {});
  const llm = createLlmGateway(config);
  const prompt = createPromptGateway(config, llm);
  return [false, true].map((stream) => {
    const body = encoder.encode(requestBody(stream));
    const chunks = answerChunks(stream);
    const variant = (name: string, gateway: Gateway, replies: readonly UpstreamReply[]): Variant => ({
      name,
      run: () => drive(createExchange(gateway, host), body, replies, chunks, stream),
    });
    return {
      title: stream ? 'A stream of 100 events' : 'A JSON answer',
      variants: [
        variant('LLM gateway alone', llm, []),
        variant('prompt gateway, no intent', prompt, [chosen(false)]),
        variant('prompt gateway, one call', prompt, [chosen(true), forecast]),
      ],
    };
  });
}

function requestBody(stream: boolean): string {
  const turn = (index: number) => [
    { role: 'user', content: `Question ${index}: what is worth seeing in the old town, and when is it open?` },
    { role: 'assistant', content: `Answer ${index}: the cathedral, from nine to five, and the market in the morning. `.repeat(3) },
  ];
  const messages = [...[1, 2, 3].flatMap(turn), { role: 'user', content: 'Weather in Oslo for 3 days?' }];
  return JSON.stringify({ model: 'openai/gpt-4o', messages, stream });
}

function answerChunks(stream: boolean): readonly Uint8Array[] {
  const base = { id: 'c', created: 1, model: 'gpt-4o' };
  if (!stream) {
    const message = { role: 'assistant', content: 'Cold, with some sun. '.repeat(20) };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    const usage = { prompt_tokens: 9, completion_tokens: 90, total_tokens: 99 };
    return [encoder.encode(JSON.stringify({ ...base, object: 'chat.completion', choices, usage }))];
  }
  return Array.from({ length: 100 }, (_each, index) => {
    const choices = [{ index: 0, delta: index === 0 ? { role: 'assistant', content: '' } : { content: 'cold ' }, finish_reason: null }];
    return encoder.encode(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices })}\n\n`);
  });
}

/** Answers every call at once and gives the length of the client's answer. */
function drive(
  exchange: Exchange,
  body: Uint8Array,
  replies: readonly UpstreamReply[],
  chunks: readonly Uint8Array[],
  stream: boolean,
): number {
  let effect = exchange.dispatch({ type: 'request', head, body });
  for (const answer of replies) {
    if (effect.step !== 'call') throw new Error(`expected a call, got ${effect.step}`);
    effect = exchange.dispatch({ type: 'reply', reply: answer });
  }
  if (effect.step !== 'forward') throw new Error(`expected to be forwarded, got ${effect.step}`);
  const headers = { 'content-type': stream ? 'text/event-stream' : 'application/json' };
  effect = exchange.dispatch({ type: 'head', head: { ok: true, status: 200, headers } });
  if (effect.step !== 'accept') throw new Error(`expected to be accepted, got ${effect.step}`);
  const { decision } = effect;
  let size = 0;
  const count = (written: HostEffect): void => {
    if (written.step === 'write') for (const piece of written.chunks) size += piece.length;
  };
  for (const chunk of chunks) count(exchange.dispatch({ type: 'chunk', chunk }));
  count(exchange.dispatch({ type: 'end' }));
  decision.summary();
  return size;
}
