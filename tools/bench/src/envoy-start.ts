import { statSync } from 'node:fs';
import { builtFilters, startEnvoy } from '@plano/envoy';
import { envoyFile, type EnvoyShape } from './envoy-file.ts';
import type { FilterBar } from './envoy-scenarios.ts';
import { runLoad } from './load.ts';
import { sampleProcess } from './process-sample.ts';
import { askedRequest, requestBytes, type Scenario } from './scenarios.ts';
import { median } from './statistics.ts';
import { startUpstream, upstreamKey } from './upstream.ts';
import { verifyAnswer } from './verify-answer.ts';

const megabyte = 1024 * 1024;
const workers = 2;
const connections = 16;

interface Started {
  readonly liveMs: number;
  readonly rssMegabytes: number;
}

/** Starts an Envoy with two workers anew in every round: how long until it is live, and what it weighs after both workers had requests. */
export async function startBars(rounds: number, scenario: Scenario): Promise<FilterBar[]> {
  const upstream = await startUpstream();
  const started: Readonly<Record<'plain' | 'prompt-and-llm', Started[]>> = { plain: [], 'prompt-and-llm': [] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const shape of ['plain', 'prompt-and-llm'] as const) started[shape].push(await startOnce(shape, scenario, upstream));
    }
  } finally {
    await upstream.close();
  }
  const middle = (shape: keyof typeof started, measure: keyof Started): number => median(started[shape].map((one) => one[measure]));
  return [
    { name: 'live with both filters', unit: 's', bar: 1.5, measured: middle('prompt-and-llm', 'liveMs') / 1000 },
    {
      name: `RSS more than plain Envoy, both filters, ${workers} workers`,
      unit: 'MB',
      bar: 120,
      measured: middle('prompt-and-llm', 'rssMegabytes') - middle('plain', 'rssMegabytes'),
    },
    ...Object.entries(builtFilters()).map(([kind, path]) => ({
      name: `size of ${kind}_gateway.wasm`,
      unit: 'MB',
      bar: 4,
      measured: statSync(path).size / megabyte,
    })),
  ];
}

async function startOnce(shape: EnvoyShape, scenario: Scenario, upstream: { port: number; jsonText: string }): Promise<Started> {
  const envoy = await startEnvoy((accessLog) => envoyFile(shape, { port: 0, upstreamPort: upstream.port, accessLog }), {
    concurrency: workers,
  });
  try {
    const port = envoy.port('llm');
    const model = shape === 'plain' ? 'gpt-4o' : 'openai/gpt-4o';
    const asked = askedRequest(scenario, model, { authorization: `Bearer ${upstreamKey}` }, 1024);
    const expected = await verifyAnswer(`http://127.0.0.1:${port}`, asked, scenario.client, 'json', upstream.jsonText);
    const load = { port, request: requestBytes(asked, port), expected, connections, warmupSeconds: 0, seconds: 2 };
    const { failed, failures } = await runLoad({ ...load, mark: () => undefined });
    if (failed > 0) throw new Error(`${failed} failed: ${Object.keys(failures).join('; ')}`);
    return { liveMs: envoy.liveMs, rssMegabytes: sampleProcess(envoy.pid).rssBytes / megabyte };
  } finally {
    await envoy.close();
  }
}
