import { describe, expect, it, vi } from 'vitest';
import { startPart } from '../src/part.ts';

const node = (script: string): readonly [string, ...string[]] => [process.execPath, '-e', script];

describe('a part', () => {
  it('passes its output on, without secrets, also when one is written in two pieces', async () => {
    const written: string[] = [];
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const part = startPart('one', node(`process.stdout.write('key=sk-sec', () => process.stdout.write('ret;\\nready'))`), ['sk-secret']);
      expect(await part.says('ready')).toBe(true);
      expect(await part.ended).toBe('ended with code 0');
    } finally {
      stdout.mockRestore();
    }
    expect(written.join('')).toBe('key=***;\nready');
  });

  it('says how it has ended, and that it has not said something before', async () => {
    const part = startPart('one', node('process.exit(3)'));
    expect(await part.says('ready')).toBe(false);
    expect(await part.ended).toBe('ended with code 3');
    expect(part.isRunning()).toBe(false);
  });

  it('is ended by a signal', async () => {
    const part = startPart('one', node('setInterval(() => {}, 1000)'));
    part.signal('SIGKILL');
    expect(await part.ended).toBe('was ended by SIGKILL');
  });

  it('that cannot be started says so', async () => {
    expect(await startPart('one', ['/no/such/program']).ended).toMatch(/^cannot be started: /);
  });
});
