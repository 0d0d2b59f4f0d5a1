import { SAMPLE_TEXT } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import type { LanguageModel, ToolSet } from 'ai';
import { APICallError, generateText, isStepCount, jsonSchema, Output, streamText, tool } from 'ai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { citySchema } from './support/client-under-test.ts';
import type { FiveProviders } from './support/five-providers.ts';
import { startFiveProviders, upstreams } from './support/five-providers.ts';
import { tellsOfResets } from './support/start-gateway.ts';
import { vercelPackages } from './support/vercel-models.ts';

let setup: FiveProviders;
beforeAll(async () => {
  setup = await startFiveProviders();
});
beforeEach(() => setup.reset());
afterAll(() => setup.close());

const pairs = vercelPackages.flatMap((client) =>
  upstreams.map(({ api, model, fake }) => ({ client, clientName: client.name, api, id: model, fake })),
);
const ways = [false, true] as const;

interface Told {
  readonly text: string;
  readonly finishReason: string;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly steps: number;
}

type Options = Pick<Parameters<typeof generateText>[0], 'instructions' | 'tools' | 'stopWhen' | 'output'> & {
  model: LanguageModel;
  prompt: string;
};

/** The same by `generateText` and by `streamText`, whose errors are parts of the stream. */
async function ask(stream: boolean, options: Options): Promise<Told> {
  const call = { ...options, maxRetries: 0, maxOutputTokens: 300 };
  if (!stream) {
    const { text, finishReason, usage, steps } = await generateText(call);
    return { text, finishReason, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, steps: steps.length };
  }
  const answer = streamText({ ...call, onError: () => {} });
  for await (const part of answer.fullStream) {
    if (part.type === 'error') throw part.error instanceof Error ? part.error : new Error(JSON.stringify(part.error));
  }
  const { inputTokens, outputTokens } = await answer.usage;
  return {
    text: await answer.text,
    finishReason: await answer.finishReason,
    inputTokens,
    outputTokens,
    steps: (await answer.steps).length,
  };
}

describe.each(pairs)('$clientName reaches $api', ({ client, api, id, fake: fakeName }) => {
  let model: LanguageModel;
  let fake: FakeServer;
  beforeEach(() => {
    model = client.model(setup.gateway.url, id);
    fake = setup[fakeName];
  });
  afterEach(async () => {
    expect(await setup.lastSummary()).toMatchObject({ clientApi: client.api, upstreamApi: api });
    expect(fake.requests.filter(({ rejection }) => rejection !== undefined).map(({ body, rejection }) => ({ body, rejection }))).toEqual(
      [],
    );
    for (const { headers } of fake.requests) expect(JSON.stringify(headers)).not.toContain('client-key');
  });

  it.each(ways)('for text, with system prompt and usage (stream: %s)', async (stream) => {
    const told = await ask(stream, { model, instructions: 'Be brief.', prompt: 'Hello' });
    expect(told).toMatchObject({ text: SAMPLE_TEXT, finishReason: 'stop', steps: 1 });
    expect(told.inputTokens).toBeGreaterThan(0);
    expect(told.outputTokens).toBe((await setup.lastSummary())?.answer?.usage?.output);
    expect(JSON.stringify(fake.requests[0]?.body)).toContain('Be brief.');
  });

  it.each(ways)('for tool calls, which it runs and sends back by itself (stream: %s)', async (stream) => {
    const called: unknown[] = [];
    const toolOf = (name: string): ToolSet[string] =>
      tool({
        description: name,
        inputSchema: jsonSchema<{ city: string }>({ ...citySchema, required: ['city'] }),
        execute({ city }) {
          called.push([name, city]);
          return { report: `${name} of ${city}: 27°` };
        },
      });
    const tools = { get_weather: toolOf('get_weather'), get_time: toolOf('get_time') };
    const prompt = 'Please call get_weather {"city":"東京"} and call get_time {"city":"Orléans"}';
    const told = await ask(stream, { model, prompt, tools, stopWhen: isStepCount(3) });
    expect(called).toEqual([
      ['get_weather', '東京'],
      ['get_time', 'Orléans'],
    ]);
    expect(told).toMatchObject({ finishReason: 'stop', steps: 2 });
    expect(told.text).toContain('get_weather of 東京: 27°');
    expect(told.text).toContain('get_time of Orléans: 27°');
  });

  it.each(ways)('for an answer that fits a schema (stream: %s)', async (stream) => {
    const output = Output.object({ schema: jsonSchema<{ city: string }>({ ...citySchema, required: ['city'] }) });
    const told = await ask(stream, { model, prompt: 'Hello', output });
    expect(JSON.parse(told.text)).toEqual({ city: expect.any(String) as string });
  });

  it.each(ways)('for thoughts before tool calls, which it sends back with them (stream: %s)', async (stream) => {
    fake.script({
      blocks: [
        { type: 'reasoning', text: 'Let me look.' },
        { type: 'tool_call', name: 'get_time', arguments: { city: '東京' } },
      ],
    });
    const get_time = tool({
      description: 'get_time',
      inputSchema: jsonSchema<{ city: string }>({ ...citySchema, required: ['city'] }),
      execute: ({ city }) => `noon in ${city}`,
    });
    const told = await ask(stream, { model, prompt: 'What time is it?', tools: { get_time }, stopWhen: isStepCount(3) });
    expect(told).toMatchObject({ finishReason: 'stop', steps: 2 });
    expect(told.text).toContain('noon in 東京');
    expect(told.text).not.toContain('Let me look.');
  });

  it.each(ways)('and gets a rate limit as its own error (stream: %s)', async (stream) => {
    fake.script({ failure: { kind: 'rate_limit', message: 'no luck', retryAfter: '7' } });
    const error: unknown = await ask(stream, { model, prompt: 'Hello' }).catch((caught: unknown) => caught);
    // Its packages may hold several copies of the class, so it marks its errors.
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 429, isRetryable: true, responseHeaders: { 'retry-after': '7' } });
    expect((error as APICallError).message).toContain('no luck');
  });

  it('and gets an error in the middle of a stream', async () => {
    fake.script({ delivery: { fail: { afterEvents: 2, failure: { kind: 'overloaded', message: 'too busy' } } } });
    await expect(ask(true, { model, prompt: 'Hello' })).rejects.toThrow(/too busy/);
  });

  it('and gets an error when the stream is cut', async () => {
    fake.script({ delivery: { cut: { afterEvents: 2, how: 'destroy', partial: true } } });
    // Envoy resets the client's stream together with the upstream's, so that nothing can be told.
    await expect(ask(true, { model, prompt: 'Hello' })).rejects.toThrow(tellsOfResets ? /upstream/i : /./);
  });
});
