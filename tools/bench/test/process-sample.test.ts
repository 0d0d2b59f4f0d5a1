import { expect, it } from 'vitest';
import { psSeconds, sampleProcess, ticks } from '../src/process-sample.ts';

it('sees this process spend time and memory', () => {
  const before = sampleProcess(process.pid);
  const until = process.cpuUsage().user + 50_000;
  while (process.cpuUsage().user < until);
  const after = sampleProcess(process.pid);
  expect(after.cpuMicroseconds - before.cpuMicroseconds).toBeGreaterThan(10_000);
  expect(after.rssBytes).toBeGreaterThan(10 * 1024 * 1024);
});

it('throws for a process that is not there', () => expect(() => sampleProcess(2 ** 22 + 1)).toThrow());

it('reads ticks behind a command with spaces and parentheses', () => {
  expect(ticks('7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 30 0 0 20 0 11 0')).toBe(280);
});

it.each([
  { time: '0:01.50', seconds: 1.5 },
  { time: '02:03:04', seconds: 7384 },
  { time: '1-00:00:01', seconds: 86_401 },
])('ps writes $time for $seconds seconds', ({ time, seconds }) => expect(psSeconds(time)).toBe(seconds));
