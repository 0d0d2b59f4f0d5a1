import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { filterConfig } from './filter-config.ts';
import { meterModule } from './meter-module.ts';
import type { MockEnvoy } from './mock-envoy.ts';
import { startFilter } from './mock-envoy.ts';
import { answerWith, ask } from './one-exchange.ts';

/** What the filter does for one exchange, in instructions. */
export interface Work {
  readonly request: number;
  readonly answer: number;
}

const words = 'the gateway reads a request and finds which provider should answer it "now"\nthen it writes the answer back ';
const prose = (length: number): string => words.repeat(Math.ceil(length / words.length)).slice(0, length);
const tool = {
  name: 'get_forecast',
  description: 'Weather forecast for a city',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
    required: ['city'],
  },
};

/** A request of Messages of 1 KB, with a tool that was called. */
const messages = (stream: boolean): object => ({
  model: 'openai/gpt-4o',
  system: prose(60),
  messages: [
    { role: 'user', content: [{ type: 'text', text: prose(60) }] },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: prose(60) },
        { type: 'tool_use', id: 'call_0', name: tool.name, input: { city: 'Tokyo', days: 1 } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'call_0', content: prose(60) },
        { type: 'text', text: prose(170) },
      ],
    },
  ],
  tools: [tool],
  max_tokens: 512,
  temperature: 0.2,
  ...(stream ? { stream: true } : {}),
});
const chat = { model: 'openai/gpt-4o', messages: [{ role: 'user', content: prose(900) }], temperature: 0.2 };
const chatAnswer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: prose(600), refusal: null }, logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 200, completion_tokens: 120, total_tokens: 320, prompt_tokens_details: { cached_tokens: 0 } },
  system_fingerprint: 'fp_1',
};

const chunk = (choices: readonly object[], more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'gpt-4o-2024-08-06', system_fingerprint: 'fp_1', choices, ...more })}\n\n`;
const delta = (value: object, finish: string | null = null): string =>
  chunk([{ index: 0, delta: value, logprobs: null, finish_reason: finish }]);

/** An answer of Chat Completions in bursts of ten events. */
function chatStream(deltas: number): string[] {
  const events = [
    delta({ role: 'assistant', content: '' }),
    ...Array.from({ length: deltas }, (_, index) => delta({ content: ` word${index}` })),
    delta({}, 'stop'),
    chunk([], { usage: { prompt_tokens: 200, completion_tokens: deltas, total_tokens: 200 + deltas } }),
    'data: [DONE]\n\n',
  ];
  return Array.from({ length: Math.ceil(events.length / 10) }, (_, index) => events.slice(index * 10, index * 10 + 10).join(''));
}

const json = { type: 'application/json', pieces: [JSON.stringify(chatAnswer)] };
const sse = (deltas: number) => ({ type: 'text/event-stream', pieces: chatStream(deltas) });

/** Exchanges whose work is counted. */
export const workCases = {
  'Messages to Chat Completions, 1 KB': { path: '/v1/messages', body: messages(false), ...json },
  'the same, a stream of 20 deltas': { path: '/v1/messages', body: messages(true), ...sse(20) },
  'the same, a stream of 120 deltas': { path: '/v1/messages', body: messages(true), ...sse(120) },
  'Chat Completions on both sides, 1 KB': { path: '/v1/chat/completions', body: chat, ...json },
} as const;

const built = fileURLToPath(new URL('../../dist/llm_gateway.wasm', import.meta.url));

/** Counts with a filter that has seen such exchanges before. */
export function startCounting(file: string = built): (name: keyof typeof workCases) => Work {
  const envoy = startFilter(
    'llm_gateway',
    filterConfig(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/gpt-4o, base_url: "http://127.0.0.1:4001/v1", access_key: sk-openai, default: true }]`),
    new WebAssembly.Module(meterModule(readFileSync(file))),
  );
  return (name) => {
    for (let i = 0; i < 20; i++) count(envoy, name);
    return count(envoy, name);
  };
}

function count(envoy: MockEnvoy, name: keyof typeof workCases): Work {
  const { path, body, type, pieces } = workCases[name];
  const work = envoy.filter['work'] as WebAssembly.Global;
  const before = Number(work.value);
  const exchange = ask(envoy, path, body);
  const between = Number(work.value);
  answerWith(
    exchange,
    200,
    type,
    pieces.map((piece) => Buffer.from(piece)),
  );
  if (exchange.status() !== 200) throw new Error(exchange.answer());
  return { request: between - before, answer: Number(work.value) - between };
}
