import { type RunningContender, startContender } from './contender.ts';
import type { ContenderEntry } from './contenders.ts';
import { type LoadResult, runLoad } from './load.ts';
import type { ProcessSample } from './process-sample.ts';
import { seededRandom, shuffled } from './random.ts';
import { askedRequest, requestBytes, type Scenario } from './scenarios.ts';
import { startUpstream, type Upstream } from './upstream.ts';
import { verifyAnswer } from './verify-answer.ts';

/** What contenders are started with. */
export interface ContenderBench {
  readonly upstream: Upstream;
  /** Starts one, which runs until it is ended or everything is over. */
  start(entry: ContenderEntry): Promise<RunningContender>;
  /** Ends one earlier. */
  end(entry: ContenderEntry): Promise<void>;
}

/** Runs contenders against one upstream; whatever happens, all of them are ended and their files removed. */
export async function withContenders<Result>(
  options: { readonly upstream?: Parameters<typeof startUpstream>[0]; readonly prefix?: readonly string[] | undefined },
  use: (bench: ContenderBench) => Promise<Result>,
): Promise<Result> {
  const upstream = await startUpstream(options.upstream);
  const running = new Map<ContenderEntry, RunningContender | undefined>();
  const end = async (entry: ContenderEntry): Promise<void> => {
    await running.get(entry)?.stop();
    if (running.delete(entry)) entry.cleanUp?.();
  };
  try {
    return await use({
      upstream,
      async start(entry) {
        running.set(entry, undefined);
        const contender = await startContender(await entry.command(upstream.port), options.prefix);
        running.set(entry, contender);
        return contender;
      },
      end,
    });
  } finally {
    await Promise.all([...running.keys()].map(end));
    await upstream.close();
  }
}

/** Visits all lanes in every round, each time in another order that is the same in every run. Round 0 warms up. */
export async function inRounds<Lane>(
  lanes: readonly Lane[],
  options: {
    readonly title: string;
    readonly rounds: number;
    readonly seed: number;
    readonly progress?: ((line: string) => void) | undefined;
  },
  visit: (lane: Lane, round: number) => Promise<void>,
): Promise<void> {
  const random = seededRandom(options.seed);
  for (let round = 0; round <= options.rounds; round++) {
    options.progress?.(`${options.title}: ${round === 0 ? 'warming up' : `round ${round} of ${options.rounds}`}`);
    for (const lane of shuffled(lanes, random)) await visit(lane, round);
  }
}

/** Loads a contender with one scenario, whose answer is looked at first. */
export async function loadScenario(
  { port, sample }: RunningContender,
  upstream: Upstream,
  scenario: Scenario,
  options: {
    readonly model: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly connections: number;
    readonly warmupSeconds: number;
    readonly seconds: number;
  },
): Promise<LoadResult<ProcessSample>> {
  const { model, headers, ...load } = options;
  const asked = askedRequest(scenario, model, headers, 1024);
  const text = scenario.kind === 'json' ? upstream.jsonText : upstream.streamText;
  const expected = await verifyAnswer(`http://127.0.0.1:${port}`, asked, scenario.client, scenario.kind, text);
  return runLoad({ port, request: requestBytes(asked, port), expected, ...load, mark: sample });
}
