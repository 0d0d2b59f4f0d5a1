import type { UpstreamReply } from '@plano/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventEditor } from '../src/event-editor.ts';
import {
  answered,
  base,
  chatHead,
  chosen,
  cityWeather,
  llmHead,
  osloFor3Days,
  promptGateway,
  reply,
  sent,
  turn,
} from './support/prompt-turn.ts';

const gateway = promptGateway(
  `${base}prompt_targets:${cityWeather}
  - { name: time, description: d, endpoint: { name: weather_api, path: "/time/{zone}" }, parameters: [{ name: zone, description: d, type: str, enum: [utc, cet] }, { name: list, description: d, type: list }] }
  - { name: all, description: d, default: true, endpoint: { name: weather_api, path: / } }
`,
);
const question = { messages: [{ role: 'user', content: 'Weather in Oslo?' }] };
const json = fc.jsonValue({ maxDepth: 4 });

/** JSON values, and texts that hold JSON, truncated ones among them. */
const strange = fc.oneof(
  json,
  json.map((value) => JSON.stringify(value)),
  fc.tuple(json, fc.nat(40)).map(([value, length]) => JSON.stringify(value).slice(0, length)),
  fc.string({ unit: 'binary' }),
);
const name = fc.constantFrom('city_weather', 'time', 'all', 'nowhere', '__proto__', '');
const input = fc.oneof(strange, fc.dictionary(fc.constantFrom('city', 'days', 'zone', 'list', '__proto__', 'constructor', 'x'), json));
const call = fc.record(
  { id: strange, type: strange, function: fc.oneof(strange, fc.record({ name, arguments: input })) },
  { requiredKeys: ['function'] },
);
const completion = fc.record(
  {
    model: strange,
    choices: fc.oneof(
      strange,
      fc.array(
        fc.oneof(json, fc.record({ message: fc.oneof(json, fc.record({ content: strange, tool_calls: fc.oneof(json, fc.array(call)) })) })),
        { maxLength: 3 },
      ),
    ),
    metadata: fc.oneof(json, fc.record({ 'x-arch-fc-model-response': strange })),
  },
  { requiredKeys: [] },
);

/** A status that the gateway may answer with, and for a 5xx a reason. */
function expectReasoned(status: number, body: string): void {
  expect(status).not.toBe(500);
  if (status < 400) return;
  const { error } = JSON.parse(body) as { error: { message: string; code: string } };
  expect(error.message).not.toBe('');
  expect(error.code).not.toBe('internal');
}

describe('anything', () => {
  it('in x-arch-state reaches neither a crash nor the LLM', () => {
    fc.assert(
      fc.property(strange, (state) => {
        const { steps } = turn(gateway, { ...question, metadata: { 'x-arch-state': state } }, [chosen([]), reply('x'), llmHead()]);
        expect(steps).toHaveLength(3);
        expect(JSON.parse(sent(steps[2]))).not.toHaveProperty('metadata');
      }),
      { numRuns: 500 },
    );
  });
  it('that function calling answers is a turn or an error with a reason', () => {
    fc.assert(
      fc.property(fc.oneof(completion, strange), fc.boolean(), (value, stream) => {
        const replies = [reply(value), ...Array.from({ length: 9 }, () => reply('x')), llmHead()];
        const { decision } = turn(gateway, { ...question, stream }, replies);
        expectReasoned(decision.status, decision.action === 'respond' ? answered(decision) : '');
      }),
      { numRuns: 1000 },
    );
  });
  it('that an endpoint answers is context or an error with a reason', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const type = fc.constantFrom(undefined, 'application/json', 'text/plain', 'image/png', ';', 'application/problem+json; charset=utf-8');
    fc.assert(
      fc.property(bytes, type, fc.integer({ min: 100, max: 599 }), fc.boolean(), (body, contentType, status, complete) => {
        const answer: UpstreamReply = { ok: true, status, headers: { 'content-type': contentType }, body, complete };
        const { decision, steps } = turn(gateway, question, [chosen([osloFor3Days]), answer, llmHead()]);
        if (steps.length === 3) JSON.parse(sent(steps[2]));
        else if (status !== 500) expectReasoned(decision.status, answered(decision));
      }),
      { numRuns: 500 },
    );
  });
  it('in the messages is a turn, a 400, or a 404 for a model that is none', () => {
    const message = fc.oneof(
      json,
      fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 'tool'), content: strange, model: strange, tool_calls: json }),
    );
    const body = fc.record({
      messages: fc.oneof(json, fc.array(message)),
      input: json,
      model: fc.oneof(json, fc.string(), fc.constantFrom('', 'gpt-4o')),
      metadata: json,
      max_tokens: json,
    });
    const path = fc.constantFrom('/v1/chat/completions', '/v1/responses', '/v1/messages');
    fc.assert(
      fc.property(body, path, (request, at) => {
        const { decision } = turn(gateway, request, [chosen([osloFor3Days]), reply('x'), llmHead()], { ...chatHead, path: at });
        expectReasoned(decision.status, decision.action === 'respond' ? answered(decision) : '');
        expect([200, 400, 404]).toContain(decision.status);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the event editor', () => {
  const utf8 = {
    decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
    encode: (text: string) => new TextEncoder().encode(text),
    createDecoder() {
      const decoder = new TextDecoder();
      return { decode: (bytes: Uint8Array) => decoder.decode(bytes, { stream: true }), finish: () => decoder.decode() };
    },
  };
  const edit = (data: string): string | undefined => (data === 'wanted' ? 'changed' : undefined);

  it.each(['\n', '\r\n', '\r'])('changes the same however the stream is cut (%j)', (end) => {
    const text = `: hi${end}${end}event: a${end}data: öther${end}${end}data:wanted${end}${end}data: wanted${end}${end}data: w${end}data: x${end}${end}data: wanted`;
    const expected = text.replace('wanted', 'changed').replace('data: wanted', 'data: changed');
    const bytes = utf8.encode(text);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (places) => {
        const editor = createEventEditor({ edit, times: 2, limit: 1000 }, utf8);
        const cuts = [0, ...places.toSorted((one, other) => one - other), bytes.length];
        let out = '';
        for (let at = 1; at < cuts.length; at += 1) out += editor.push(bytes.subarray(cuts[at - 1], cuts[at])).join('');
        expect(out + editor.finish().join('')).toBe(expected);
      }),
    );
  });
  it('lets an event above its limit, and what follows, pass', () => {
    const editor = createEventEditor({ edit, times: 2, limit: 10 }, utf8);
    const out = [...editor.push('data: 0123456789'), ...editor.push('\n\ndata: wanted\n\n'), ...editor.finish()];
    expect(out.join('')).toBe('data: 0123456789\n\ndata: wanted\n\n');
  });
});
