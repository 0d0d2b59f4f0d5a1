import type { Decision, FlowStep, Gateway, HostCapabilities, HttpBody, RequestHead, UpstreamHead, UpstreamReply } from '@plano/common';
import { runFlow } from '@plano/common';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { createForwardingStage } from '../../src/forwarding-stage.ts';
import { createPromptGateway } from '../../src/prompt-gateway.ts';

const encoder = new TextEncoder();

/** A host with a fixed clock and counted ids. */
function testHost(): HostCapabilities {
  let count = 0;
  return {
    redispatch: true,
    utf8: {
      decode: (bytes) => new TextDecoder().decode(bytes),
      encode: (text) => encoder.encode(text),
      createDecoder: () => {
        const decoder = new TextDecoder();
        return { decode: (bytes) => decoder.decode(bytes, { stream: true }), finish: () => decoder.decode() };
      },
    },
    now: () => 1_700_000_000_000,
    newId: (prefix) => `${prefix}${(count += 1)}`,
    random: () => 0,
  };
}

export const base = `version: v0.4.0
listeners: [{ type: prompt, name: prompts }]
model_providers: [{ model: openai/gpt-4o, access_key: k, default: true }]
model_aliases: { m: { target: gpt-4o }, my-alias: { target: gpt-4o }, fast: { target: gpt-4o } }
endpoints: { weather_api: { endpoint: "127.0.0.1:18083", http_host: weather.example, connect_timeout: 2s } }
system_prompt: Be brief.
`;

export const cityWeather = `
  - name: city_weather
    description: Forecast for a city
    endpoint: { name: weather_api, path: /weather, http_method: POST }
    system_prompt: You are a weather expert.
    parameters:
      - { name: city, description: City name, type: str, required: true }
      - { name: days, description: Number of days, type: int, required: true }
`;

/** A prompt gateway over a configuration as a user writes it. */
export function promptGateway(yaml: string = `${base}prompt_targets:${cityWeather}`, next: Gateway = createForwardingStage()): Gateway {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return createPromptGateway(deriveConfig(parsed.config, {}), next);
}

export const chatHead: RequestHead = { method: 'POST', path: '/v1/chat/completions', headers: { 'content-type': 'application/json' } };

/** A whole reply to a call. */
export const reply = (
  body: unknown,
  status = 200,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): UpstreamReply => ({
  ok: true,
  status,
  headers,
  body: encoder.encode(typeof body === 'string' ? body : JSON.stringify(body)),
  complete: true,
});

/** The head of the LLM's answer. */
export const llmHead = (status = 200, type = 'application/json'): UpstreamHead => ({ ok: true, status, headers: { 'content-type': type } });

const fence = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``;

/** Function calling's answer: calls, a question, or nothing. */
export function chosen(calls: readonly { name: string; arguments: unknown }[], question = ''): UpstreamReply {
  const message = {
    role: 'assistant',
    content: question,
    ...(calls.length === 0
      ? {}
      : { tool_calls: calls.map((call, index) => ({ id: `call_${2925 + index}`, type: 'function', function: call })) }),
  };
  return reply({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'Arch-Function',
    choices: [{ index: 0, finish_reason: 'stop', message }],
    metadata: { 'x-arch-fc-model-response': fence(calls.length === 0 ? { response: '' } : { tool_calls: calls }) },
  });
}

export const osloFor3Days = { name: 'city_weather', arguments: '{"city":"Oslo","days":3}' };
export const osloModelResponse = fence({ tool_calls: [osloFor3Days] });

export interface Turn {
  readonly steps: readonly FlowStep[];
  readonly decision: Decision;
}

/** Runs one turn; `body` is the request, as text or as JSON. */
export function turn(
  gateway: Gateway,
  body: unknown,
  replies: readonly (UpstreamHead | UpstreamReply)[],
  head: RequestHead = chatHead,
): Turn {
  const text: HttpBody = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return runFlow(gateway.handleRequest(head, text, testHost()), replies);
}

const asText = (body: HttpBody): string => (typeof body === 'string' ? body : new TextDecoder().decode(body));

/** The body of a step's request. */
export function sent(step: FlowStep | undefined): string {
  if (step === undefined || step.step === 'read-body' || step.step === 'reserve') throw new Error('not a request');
  return asText(step.request.body);
}

/** The request of a step. */
export function requestOf(step: FlowStep | undefined) {
  if (step === undefined || step.step === 'read-body' || step.step === 'reserve') throw new Error('not a request');
  return step.request;
}

/** The body that the client gets when the upstream's answer comes in these pieces. */
export function answered(decision: Decision, pieces: readonly (string | Uint8Array)[] = []): string {
  if (decision.action === 'respond') return asText(decision.body);
  const out: Uint8Array[] = [];
  const add = (bodies: readonly HttpBody[]): void => {
    for (const body of bodies) out.push(typeof body === 'string' ? encoder.encode(body) : body);
  };
  for (const piece of pieces) add(decision.body.push(typeof piece === 'string' ? encoder.encode(piece) : piece));
  add(decision.body.finish());
  return new TextDecoder().decode(Buffer.concat(out));
}

/** The data of an SSE body's events. */
export const events = (body: string): string[] =>
  body
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^(event: .*\n)?data: /, ''));
