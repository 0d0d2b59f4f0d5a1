import { cpus } from 'node:os';
import type { RunningContender } from './contender.ts';
import type { ContenderEntry } from './contenders.ts';
import type { Cell } from './gateway-report.ts';
import { type Expected, type LoadResult, runLoad } from './load.ts';
import { machineMicroseconds, type ProcessSample } from './process-sample.ts';
import { askedRequest, requestBytes, type Scenario } from './scenarios.ts';
import type { Upstream } from './upstream.ts';
import { verifyAnswer } from './verify-answer.ts';
import { inRounds, withContenders } from './with-contenders.ts';

export interface GatewayBenchOptions {
  readonly contenders: readonly ContenderEntry[];
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  /** Counted time of one cell. */
  readonly seconds: number;
  /** Uncounted time before each cell. */
  readonly warmupSeconds: number;
  /** Answers of each contender in each scenario before the first round: compilers optimise by calls, not by time. At most ten seconds. */
  readonly warmupRequests: number;
  readonly connections: number;
  /** Size of the request. */
  readonly bytes: number;
  /** Events of a stream written at once. */
  readonly burst?: number;
  /** Words before each contender's command, to pin it. */
  readonly prefix?: readonly string[];
  progress?(line: string): void;
}

export interface GatewayBenchResult {
  readonly cells: readonly Cell[];
  /** Why a contender, or a contender in a scenario (`name scenario`), was not measured. */
  readonly problems: Readonly<Record<string, string>>;
}

interface Lane {
  readonly entry: ContenderEntry;
  readonly scenario: Scenario;
  readonly contender: RunningContender;
  readonly request: Buffer;
  readonly expected: Expected;
}

/**
 * Starts all contenders, checks one whole answer of each in each scenario, warms up, and then measures in rounds: every round visits
 * every contender in every scenario once, in a new random order, so that the machine's drift hits all alike.
 */
export function runGatewayBench(options: GatewayBenchOptions): Promise<GatewayBenchResult> {
  const { burst, prefix } = options;
  return withContenders({ upstream: burst === undefined ? {} : { burst }, prefix }, async ({ upstream, start }) => {
    const problems: Record<string, string> = {};
    const lanes: Lane[] = [];
    for (const entry of options.contenders) {
      try {
        lanes.push(...(await openLanes(entry, await start(entry), upstream, options, problems)));
      } catch (error) {
        problems[entry.name] = messageOf(error);
      }
    }
    return { cells: await visitAll(lanes, options, problems), problems };
  });
}

async function openLanes(
  entry: ContenderEntry,
  contender: RunningContender,
  upstream: Upstream,
  options: GatewayBenchOptions,
  problems: Record<string, string>,
): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for (const scenario of options.scenarios) {
    if (!entry.clients.includes(scenario.client) || !entry.suites.includes(scenario.suite)) continue;
    const asked = askedRequest(scenario, entry.model, entry.headers(upstream.port), options.bytes);
    const text = scenario.kind === 'json' ? upstream.jsonText : upstream.streamText;
    try {
      const expected = await verifyAnswer(`http://127.0.0.1:${contender.port}`, asked, scenario.client, scenario.kind, text);
      lanes.push({ entry, scenario, contender, request: requestBytes(asked, contender.port), expected });
    } catch (error) {
      problems[`${entry.name} ${scenario.id}`] = messageOf(error);
    }
  }
  return lanes;
}

/** A lane whose contender dies is left out from then on. */
async function visitAll(lanes: readonly Lane[], options: GatewayBenchOptions, problems: Record<string, string>): Promise<Cell[]> {
  const cells: Cell[] = [];
  const failed = new Set<Lane>();
  const attempt = async (lane: Lane, warmupSeconds: number, seconds: number) => {
    try {
      return await visit(lane, options, warmupSeconds, seconds);
    } catch (error) {
      failed.add(lane);
      problems[`${lane.entry.name} ${lane.scenario.id}`] = messageOf(error);
      return undefined;
    }
  };
  const warmUp = async (lane: Lane) => {
    let answered = 0;
    for (let slice = 0; slice < 20 && answered < options.warmupRequests && !failed.has(lane); slice++) {
      answered += (await attempt(lane, 0, 0.5))?.completed ?? 0;
    }
  };
  await inRounds(lanes, { title: 'gateway', rounds: options.rounds, seed: 5, progress: options.progress }, async (lane, round) => {
    if (round === 0) return warmUp(lane);
    const result = failed.has(lane) ? undefined : await attempt(lane, options.warmupSeconds, options.seconds);
    if (result) cells.push(cellOf(lane, round, result));
  });
  return cells;
}

interface Mark {
  readonly contender: ProcessSample;
  readonly loadMicroseconds: number;
  readonly machineMicroseconds: number;
}

function visit(lane: Lane, options: GatewayBenchOptions, warmupSeconds: number, seconds: number): Promise<LoadResult<Mark>> {
  return runLoad({
    port: lane.contender.port,
    request: lane.request,
    expected: lane.expected,
    connections: lane.scenario.connections ?? options.connections,
    warmupSeconds,
    seconds,
    mark: () => {
      const own = process.cpuUsage();
      return {
        contender: lane.contender.sample(),
        loadMicroseconds: own.user + own.system,
        machineMicroseconds: machineMicroseconds(),
      };
    },
  });
}

function cellOf(lane: Lane, round: number, result: LoadResult<Mark>): Cell {
  const { before, after } = result;
  const cpu = after.contender.cpuMicroseconds - before.contender.cpuMicroseconds;
  const foreign = after.machineMicroseconds - before.machineMicroseconds - cpu - (after.loadMicroseconds - before.loadMicroseconds);
  return {
    round,
    scenario: lane.scenario.id,
    contender: lane.entry.name,
    completed: result.completed,
    failed: result.failed,
    failures: result.failures,
    requestsPerSecond: result.completed / result.seconds,
    p50Milliseconds: result.p50Milliseconds,
    p99Milliseconds: result.p99Milliseconds,
    cpuMicroseconds: result.completed > 0 ? cpu / result.completed : Number.NaN,
    rssMegabytes: after.contender.rssBytes / 1024 / 1024,
    // Not availableParallelism: this process may be pinned to one of the cores.
    foreignShare: Math.max(0, foreign / (result.seconds * 1e6 * cpus().length)),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
