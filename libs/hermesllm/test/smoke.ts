import { anthropicMessages } from '../src/anthropic-messages.ts';
import { bedrockConverse } from '../src/bedrock-converse.ts';
import { gemini } from '../src/gemini.ts';
import type { ApiId, Body, Codec, TranslateOptions } from '../src/index.ts';
import * as library from '../src/index.ts';
import type { GoldenCorpus } from './golden.ts';
import { goldenLines } from './golden.ts';
import { openaiChat } from '../src/openai-chat.ts';
import { inputItemsOf, openaiResponses } from '../src/openai-responses.ts';

// A request, an answer and a stream through every pair of APIs, with a fixed clock and counted ids.

const apis: readonly ApiId[] = [openaiChat, openaiResponses, anthropicMessages, bedrockConverse, gemini].map((codec: Codec) => codec.api);
const { createTranslator, decodeUtf8, encodeUtf8, findProvider, isHermesError, upstreamUrl } = library;
const { translateRequest, translateResponse, translateStream, encodeError } = createTranslator([
  openaiChat,
  openaiResponses,
  anthropicMessages,
  bedrockConverse,
  gemini,
]);

const chatRequest = JSON.stringify({
  model: 'm',
  max_tokens: 300,
  temperature: 0.5,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Wie warm ist es in Zürich? 🌡️' }] },
    { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } }] },
    { role: 'tool', tool_call_id: 'call_1', content: '21 °C' },
    { role: 'user', content: 'And tomorrow?' },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'weather', description: 'Now', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
    },
  ],
});

const chatResponse = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1700000000,
  model: 'm',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'Moment – ☂',
        tool_calls: [{ id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich","day":1}' } }],
      },
    },
  ],
  usage: { prompt_tokens: 40, completion_tokens: 9, total_tokens: 49, prompt_tokens_details: { cached_tokens: 8 } },
});

const chunk = (delta: unknown, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1700000000, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const call = (part: unknown): unknown => ({ tool_calls: [{ index: 0, ...(part as object) }] });
const chatStream = [
  chunk({ role: 'assistant', content: 'Moment' }),
  chunk({ content: ' – ☂' }),
  chunk(call({ id: 'call_2', type: 'function', function: { name: 'weather', arguments: '' } })),
  chunk(call({ function: { arguments: '{"city":' } })),
  chunk(call({ function: { arguments: '"Zürich"}' } })),
  chunk({}, 'tool_calls'),
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[],"usage":{"prompt_tokens":40,"completion_tokens":9,"total_tokens":49}}\n\n',
  'data: [DONE]\n\n',
].join('');

function options(): TranslateOptions {
  let ids = 0;
  return { now: () => 1_700_000_000_000, newId: (prefix) => `${prefix}${++ids}` };
}

const bytesOf = (body: Body): Uint8Array => (typeof body === 'string' ? encodeUtf8(body) : body);

function join(bodies: readonly Body[]): Uint8Array {
  const parts = bodies.map(bytesOf);
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** FNV-1a. */
function digest(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `${bytes.length}:${hash.toString(16)}`;
}

interface Wire {
  request: Body;
  response: Body;
  stream: Uint8Array;
}

function streamed(client: ApiId, upstream: ApiId, request: Body, body: Uint8Array): Uint8Array {
  const machine = translateStream(translateRequest(request, { client, upstream, model: 'm', stream: true }, options()));
  const out: Body[] = [];
  for (let at = 0; at < body.length; at += 7) out.push(...machine.push(body.subarray(at, at + 7)));
  return join([...out, ...machine.finish(), encodeUtf8(JSON.stringify(machine.facts()))]);
}

/** The same exchange as another API writes it. */
function wireOf(api: ApiId): Wire {
  if (api === 'openai-chat') return { request: chatRequest, response: chatResponse, stream: encodeUtf8(chatStream) };
  const there = translateRequest(chatRequest, { client: 'openai-chat', upstream: api }, options());
  const back = translateRequest(there.body, { client: api, upstream: 'openai-chat', model: 'm', stream: true }, options());
  const machine = translateStream(back);
  return {
    request: there.body,
    response: translateResponse(back, 200, chatResponse).body,
    stream: join([...machine.push(encodeUtf8(chatStream)), ...machine.finish()]),
  };
}

/**
 * Run by tools/check-portable in Node, in an empty context and in QuickJS, and in Chromium, which must all return the same text. The corpus is
 * what test/corpus.ts gives.
 */
export function smoke(corpus: string): string {
  const report: Record<string, unknown> = { names: Object.keys(library).sort() };
  const wires = new Map(apis.map((api) => [api, wireOf(api)]));
  for (const client of apis) {
    for (const upstream of apis) {
      const { request } = wires.get(client) as Wire;
      const { response, stream } = wires.get(upstream) as Wire;
      const translated = translateRequest(request, { client, upstream, model: 'm' }, options());
      const answer = translateResponse(translated, 200, response);
      report[`${client} > ${upstream}`] = [
        digest(bytesOf(translated.body)),
        digest(bytesOf(answer.body)),
        digest(streamed(client, upstream, request, stream)),
        JSON.stringify(answer.facts()),
        translated.warnings.map(({ type, path }) => `${type} ${path}`),
      ];
    }
  }
  report['errors'] = apis.map((api) => encodeError(api, library.llmError('rate_limit', 'Slow down')));
  report['refused'] = refusal(() => translateRequest('{"messages":[{"role":1}]}', { client: 'openai-chat', upstream: 'gemini' }));
  report['history'] = inputItemsOf([
    { type: 'message', content: [] },
    { type: 'function_call', call_id: 'call_1' },
  ]);
  const provider = findProvider('Google');
  report['url'] = provider === undefined ? '' : upstreamUrl({ provider, api: 'gemini', model: 'gemini-x', stream: true });
  report['golden'] = goldenLines(JSON.parse(corpus) as GoldenCorpus);
  report['utf8'] = decodeUtf8(encodeUtf8('ß€😀'));
  return JSON.stringify(report);
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isHermesError(error)) return `${error.status} ${error.message}`;
    throw error;
  }
  return 'accepted';
}
