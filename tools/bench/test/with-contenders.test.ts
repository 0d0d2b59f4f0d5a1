import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RunningContender } from '../src/contender.ts';
import { type ContenderEntry, contenders, yardstick } from '../src/contenders.ts';
import { runPacedBench } from '../src/paced-bench.ts';
import { runStartBench } from '../src/start-bench.ts';
import { inRounds, withContenders } from '../src/with-contenders.ts';

const root = join(import.meta.dirname, '../../..');
const [passThrough] = contenders(root).filter(({ name }) => name === yardstick) as [ContenderEntry];

it('measures how the pass-through starts and what it weighs', async () => {
  const { cells, text } = await runStartBench({ contenders: [passThrough], rounds: 2, seconds: 0.1, connections: 2 });
  expect(cells.map(({ round, contender }) => [round, contender])).toEqual([
    [1, yardstick],
    [2, yardstick],
  ]);
  for (const { startMilliseconds, idleMegabytes } of cells) expect(Math.min(startMilliseconds, idleMegabytes)).toBeGreaterThan(1);
  expect(text).toContain('listens after ms');
});

it('measures paced streams through the pass-through', async () => {
  const paced = { contenders: [passThrough], rounds: 1, seconds: 1, streams: 2, gapMilliseconds: 5 };
  const { cells } = await runPacedBench(paced);
  expect(cells).toHaveLength(1);
  expect(cells[0]).toMatchObject({ round: 1, contender: yardstick, client: 'chat' });
  expect(cells[0]?.events).toBeGreaterThan(10);
});

it('ends every contender and removes its files, whatever happens', async () => {
  let cleaned = 0;
  let running: RunningContender | undefined;
  const good: ContenderEntry = { ...passThrough, cleanUp: () => void cleaned++ };
  const broken: ContenderEntry = {
    ...good,
    command: () => Promise.resolve({ name: 'broken', port: 1, cwd: root, args: ['-e', 'process.exit(3)'] }),
  };
  const used = withContenders({}, async ({ start }) => {
    running = await start(good);
    await start(broken);
  });
  await expect(used).rejects.toThrow('broken: ended with code 3');
  expect(cleaned).toBe(2);
  expect(() => running?.sample()).toThrow();
});

it('visits all lanes in every round, the first of which warms up', async () => {
  const visits: string[] = [];
  const lines: string[] = [];
  const options = { title: 'lanes', rounds: 2, seed: 1, progress: (line: string) => void lines.push(line) };
  await inRounds(['a', 'b'], options, (lane, round) => Promise.resolve(void visits.push(`${round}${lane}`)));
  expect(visits.sort()).toEqual(['0a', '0b', '1a', '1b', '2a', '2b']);
  expect(lines).toEqual(['lanes: warming up', 'lanes: round 1 of 2', 'lanes: round 2 of 2']);
});
