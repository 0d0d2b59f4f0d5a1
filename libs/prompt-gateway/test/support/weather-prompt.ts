import type { UpstreamReply } from '@plano/common';
import { answered, base, chosen, llmHead, osloFor3Days, promptGateway, reply, turn } from './prompt-turn.ts';

// One question and everything that belongs to it: what most tests are about.

export const user = { role: 'user', content: 'Weather in Oslo for 3 days?' };
export const question = { messages: [user] };
/** What the endpoint answers. */
export const forecast = '{"days":[{"min":-2,"max":4}]}';
export const gateway = promptGateway();

/** A gateway over other prompt targets; `more` are further lines of its configuration. */
export const withTargets = (targets: string, more = '') => promptGateway(`${base}${more}prompt_targets:${targets}`);

/** Replies to a turn with one call: function calling's, the endpoint's, the LLM's head. */
export const call = [chosen([osloFor3Days]), reply(forecast), llmHead()];
/** The same for a turn whose LLM answers as a stream. */
export const streamedCall = [chosen([osloFor3Days]), reply(forecast), llmHead(200, 'text/event-stream')];

/** What the LLM answers. */
export const completion = '{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Cold."}}]}';
/** An event of the LLM's stream. */
export const chunk = (content: string) =>
  `data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;

/** A prompt target whose endpoint has these settings. */
export const endpoint = (more: string) =>
  `\n  - name: city_weather\n    description: d\n    endpoint: { name: weather_api, ${more} }\n    parameters:\n      - { name: city, description: d, type: str, required: true }\n`;

/** What the client is told when the endpoint answers like this. */
export function refused(answer: UpstreamReply, target = gateway) {
  const { decision, steps } = turn(target, question, [chosen([osloFor3Days]), answer]);
  const { error } = JSON.parse(answered(decision)) as { error: { message: string; code: string } };
  return { status: decision.status, ...error, steps: steps.length };
}

export const textOf = (message: unknown): string => JSON.stringify(message);
