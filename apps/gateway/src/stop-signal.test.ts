import { afterEach, expect, it, vi } from 'vitest';
import { stopSignal } from './stop-signal.ts';

afterEach(() => {
  vi.restoreAllMocks();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.removeAllListeners(name);
});

it('takes the echo of a key press for the press, and the next press for the end', async () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  let now = 1000;
  const stopped = stopSignal(() => now);
  process.emit('SIGINT');
  now += 50;
  process.emit('SIGINT');
  await stopped;
  process.emit('SIGTERM');
  expect(exit).not.toHaveBeenCalled();
  now += 300;
  process.emit('SIGINT');
  expect(exit).toHaveBeenCalledWith(130);
});
