import type { EffectiveConfig, HostCapabilities, UpstreamHead, UpstreamReply } from '@plano/common';
import { runFlow } from '@plano/common';
import * as library from '../src/index.ts';

// One turn with a call, its answer decorated, over a configuration as a host without a YAML parser reads it.

const target = {
  name: 'city_weather',
  description: 'Forecast for a city',
  default: false,
  autoLlmDispatchOnResponse: true,
  parameters: [{ name: 'city', description: 'City', type: 'str', required: true, default: null, enum: null, inPath: false, format: null }],
  endpoint: { name: 'api', path: '/weather/{city}', method: 'GET', headers: {} },
  systemPrompt: 'Be brief.',
};
const provider = { name: 'openai/m', id: 'openai/m', provider: 'openai', model: 'm', default: true, wildcard: false, internal: false };
const config = {
  providers: [provider],
  aliases: {},
  routingHint: true,
  rateLimits: [],
  prompts: {
    systemPrompt: null,
    targets: [target],
    optimizeContextWindow: false,
    useAgentOrchestrator: false,
    decoration: 'full',
    compatibility: [],
    guards: null,
  },
  endpoints: { api: { scheme: 'http', host: 'api', port: 80, authority: 'api', connectTimeoutMs: 1000, prefixAffinity: false } },
  limits: { jsonDepth: 64, endpointBodyBytes: 1000, promptContextBytes: 100, responseBodyBytes: 10_000, sseEventBytes: 1000 },
  timeouts: { filterCallMs: 1000 },
} as unknown as EffectiveConfig;

// Enough for what is sent here.
const encode = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const decode = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const host: HostCapabilities = {
  redispatch: false,
  utf8: { encode, decode, createDecoder: () => ({ decode, finish: () => '' }) },
  now: () => 1_700_000_000_000,
  newId: (prefix) => `${prefix}1`,
  random: () => 0.5,
};

const reply = (value: unknown): UpstreamReply => ({
  ok: true,
  status: 200,
  headers: {},
  body: encode(JSON.stringify(value)),
  complete: true,
});
const calls = [{ id: 'call_1', type: 'function', function: { name: 'city_weather', arguments: '{"city":"Oslo"}' } }];
const replies: (UpstreamHead | UpstreamReply)[] = [
  reply({ model: 'Arch-Function', choices: [{ message: { role: 'assistant', content: '', tool_calls: calls } }] }),
  reply({ max: 4 }),
  { ok: true, status: 200, headers: { 'content-type': 'application/json' } },
];

/** Run by tools/check-portable in Node, in an empty context and in QuickJS, which must all return the same text. */
export function smoke(): string {
  const gateway = library.createPromptGateway(config, library.createForwardingStage());
  const answers = (['/v1/chat/completions', '/v1/responses', '/v1/messages'] as const).map((path) => {
    const prompt = [{ role: 'user', content: 'Weather in Oslo?' }];
    const body = JSON.stringify({ model: 'm', max_tokens: 9, messages: prompt, input: prompt });
    const { steps, decision } = runFlow(gateway.handleRequest({ method: 'POST', path, headers: {} }, body, host), replies);
    if (decision.action !== 'accept') throw new Error(`${path}: ${String(decision.body)}`);
    const pieces = [...decision.body.push(encode('{"id":"x"}')), ...decision.body.finish()];
    return { steps, answer: pieces.map((piece) => (typeof piece === 'string' ? piece : decode(piece))).join('') };
  });
  return JSON.stringify([Object.keys(library).sort(), answers]);
}
