import { freePort, startContender } from './contender.ts';
import { gatewayWith } from './contenders.ts';
import type { Expected } from './load.ts';
import { runLoad } from './load.ts';
import { callingPrompt, startPromptServices } from './prompt-services.ts';
import { seededRandom, shuffled } from './random.ts';
import { requestBytes } from './scenarios.ts';
import type { Summary } from './statistics.ts';
import { ratios, summarize } from './statistics.ts';
import { startUpstream } from './upstream.ts';
import { verifyAnswer } from './verify-answer.ts';

export interface PromptSocketOptions {
  /** The workspace, whose built gateway is measured. */
  readonly root: string;
  readonly rounds: number;
  /** Counted time of one cell. */
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly connections: number;
  /** Words before the gateway's command, to pin it. */
  readonly prefix?: readonly string[];
}

/** One kind of answer on the plain path and through prompt targets, in CPU of the gateway's process. */
export interface PromptSocketGroup {
  readonly title: string;
  readonly variants: readonly {
    readonly name: string;
    /** CPU µs a request. */
    readonly cost: Summary;
    /** To the plain path, round by round. */
    readonly ratio: Summary;
    readonly failed: number;
  }[];
}

const otherPrompt = 'What is a fjord, in a line?';
const plain = 'LLM gateway alone';
const kinds = [
  { kind: 'json', title: 'A JSON answer, over sockets' },
  { kind: 'stream', title: 'A stream of 100 events, over sockets' },
] as const;

interface Lane {
  readonly title: string;
  readonly name: string;
  readonly port: number;
  readonly request: Buffer;
  readonly expected: Expected;
  readonly costs: Map<number, number>;
  failed: number;
}

/**
 * Runs the built gateway as a process with both paths in it: the LLM gateway on its internal listener, and a prompt listener before it. Model,
 * function-calling model and API answer from this process. Every round visits every path once in a new random order, so that the machine's drift
 * hits all alike.
 */
export async function runPromptSockets(options: PromptSocketOptions): Promise<PromptSocketGroup[]> {
  const upstream = await startUpstream();
  const services = await startPromptServices();
  const plainPort = await freePort();
  const entry = gatewayWith(options.root, {
    name: 'plano',
    listener: { name: 'prompts', type: 'prompt' },
    settings: promptSettings(upstream.port, services.port, plainPort),
  });
  try {
    const gateway = await startContender(await entry.command(upstream.port), options.prefix);
    try {
      const lanes = await prepare(gateway.port, plainPort, { json: upstream.jsonText, stream: upstream.streamText });
      for (const lane of lanes) await visit(lane, gateway.sample, { ...options, seconds: options.warmupSeconds, warmupSeconds: 0 });
      const random = seededRandom(5);
      for (let round = 0; round < options.rounds; round += 1) {
        for (const lane of shuffled(lanes, random)) lane.costs.set(round, await visit(lane, gateway.sample, options));
      }
      return kinds.map(({ title }) => group(title, lanes));
    } finally {
      await gateway.stop();
    }
  } finally {
    entry.cleanUp?.();
    await services.close();
    await upstream.close();
  }
}

const promptSettings = (llmPort: number, servicesPort: number, plainPort: number): object => ({
  model_providers: [
    { model: 'openai/gpt-4o', base_url: `http://127.0.0.1:${llmPort}/v1`, access_key: 'sk-bench', default: true },
    { model: 'plano/Arch-Function', base_url: `http://127.0.0.1:${servicesPort}` },
  ],
  internal_listeners: { llm: { port: plainPort } },
  endpoints: { weather_api: { endpoint: `127.0.0.1:${servicesPort}` } },
  system_prompt: 'Be brief.',
  prompt_targets: [
    {
      name: 'city_weather',
      description: 'Forecast for a city',
      endpoint: { name: 'weather_api', path: '/weather', http_method: 'POST' },
      parameters: [
        { name: 'city', description: 'City name', type: 'str', required: true },
        { name: 'days', description: 'Number of days', type: 'int', required: true },
      ],
    },
  ],
});

/** Asks each path once and checks the whole answer, so that what is measured is known to be right. */
async function prepare(promptPort: number, plainPort: number, texts: Readonly<Record<'json' | 'stream', string>>): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for (const { kind, title } of kinds) {
    for (const [name, port, prompt] of [
      [plain, plainPort, callingPrompt],
      ['prompt gateway, no intent', promptPort, otherPrompt],
      ['prompt gateway, one call', promptPort, callingPrompt],
    ] as const) {
      const body = JSON.stringify({ model: 'openai/gpt-4o', messages: [{ role: 'user', content: prompt }], stream: kind === 'stream' });
      const asked = { path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body };
      const expected = await verifyAnswer(`http://127.0.0.1:${port}`, asked, 'chat', kind, texts[kind]);
      lanes.push({ title, name, port, request: requestBytes(asked, port), expected, costs: new Map(), failed: 0 });
    }
  }
  return lanes;
}

/** CPU µs of the gateway for one request of this path. */
async function visit(
  lane: Lane,
  sample: () => { readonly cpuMicroseconds: number },
  { connections, seconds, warmupSeconds }: Pick<PromptSocketOptions, 'connections' | 'seconds' | 'warmupSeconds'>,
): Promise<number> {
  const { port, request, expected } = lane;
  const { before, after, completed, failed } = await runLoad({
    ...{ port, request, expected, connections, warmupSeconds, seconds },
    mark: () => sample().cpuMicroseconds,
  });
  lane.failed += failed;
  return (after - before) / completed;
}

function group(title: string, lanes: readonly Lane[]): PromptSocketGroup {
  const own = lanes.filter((lane) => lane.title === title);
  const base = own.find(({ name }) => name === plain)?.costs ?? new Map<number, number>();
  return {
    title,
    variants: own.map(({ name, costs, failed }) => ({
      name,
      cost: summarize([...costs.values()]),
      ratio: summarize(ratios(costs, base)),
      failed,
    })),
  };
}
