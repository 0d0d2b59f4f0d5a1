import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SupervisedProcess, WorkerSlots } from './worker-slots.ts';
import { startWorkerSlots } from './worker-slots.ts';

interface Pretended extends SupervisedProcess {
  readonly slot: number;
  crash(): void;
}

const events: string[] = [];
const started: Pretended[] = [];
let slots: WorkerSlots<Pretended>;

function pretend(slot: number): Pretended {
  let exit: (reason: string) => void = () => {};
  const process: Pretended = {
    slot,
    kill: () => exit('SIGKILL'),
    onExit: (listener) => void (exit = listener),
    crash: () => exit('exit code 1'),
  };
  started.push(process);
  return process;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  events.length = 0;
  started.length = 0;
  slots = startWorkerSlots<Pretended>({
    count: 2,
    start: pretend,
    onCrash: (slot, reason, wait) => events.push(`${slot} ${reason} ${wait}`),
    onGiveUp: (slot) => events.push(`given up ${slot}`),
    baseMs: 100,
    capMs: 400,
    healthyMs: 10_000,
    mostCrashes: 4,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const newest = (slot: number): Pretended => started.findLast((process) => process.slot === slot) as Pretended;

describe('startWorkerSlots', () => {
  it('restarts who crashed, later each time', () => {
    for (const wait of [100, 200, 400, 400]) {
      newest(0).crash();
      expect(slots.running()).toHaveLength(1);
      vi.advanceTimersByTime(wait - 1);
      expect(slots.running()).toHaveLength(1);
      vi.advanceTimersByTime(1);
      expect(slots.running()).toHaveLength(2);
    }
    expect(events).toEqual(['0 exit code 1 100', '0 exit code 1 200', '0 exit code 1 400', '0 exit code 1 400']);
    expect(slots.restarts()).toBe(4);
  });

  it('gives up when one crashes again and again', () => {
    for (let crash = 0; crash < 5; crash++) {
      newest(1).crash();
      vi.advanceTimersByTime(400);
    }
    expect(events.at(-1)).toBe('given up 1');
    newest(0).crash();
    vi.advanceTimersByTime(10_000);
    expect(slots.running()).toEqual([]);
  });

  it('begins to count anew after a time without a crash', () => {
    for (let crash = 0; crash < 20; crash++) {
      vi.advanceTimersByTime(10_000);
      newest(0).crash();
      vi.advanceTimersByTime(100);
    }
    expect(new Set(events)).toEqual(new Set(['0 exit code 1 100']));
  });

  it('restarts nobody while it stops, and knows when all have ended', async () => {
    newest(0).crash();
    const stopped = slots.stop();
    vi.advanceTimersByTime(10_000);
    expect(slots.running()).toHaveLength(1);
    newest(1).crash();
    await expect(stopped).resolves.toBeUndefined();
    expect(started).toHaveLength(2);
  });

  it('ends what is left at once when told to', async () => {
    const stopped = slots.stop();
    slots.kill();
    await stopped;
    expect(slots.running()).toEqual([]);
  });
});
