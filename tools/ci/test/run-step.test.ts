import { describe, expect, it } from 'vitest';
import { runStep } from '../src/run-step.ts';
import { steps } from '../src/steps.ts';

const node = (script: string) => ({ name: 'step', command: [process.execPath, '-e', script] as const });

describe('runStep', () => {
  it.each([
    { name: 'passes', step: node('console.log("out")'), ok: true, output: 'out\n' },
    { name: 'fails and keeps both outputs', step: node('console.error("err"); process.exit(3)'), ok: false, output: 'err\n' },
    { name: 'dies', step: node('process.kill(process.pid, "SIGKILL")'), ok: false, output: '' },
    {
      name: 'is no program',
      step: { name: 'step', command: ['no-such-program'] as const },
      ok: false,
      output: '\nspawn no-such-program ENOENT\n',
    },
  ])('tells of a step that $name', async ({ step, ok, output }) => {
    expect(await runStep(step, process.cwd())).toMatchObject({ name: 'step', ok, output });
  });

  it('ends a step that does not end, with all it started', async () => {
    const script = 'require("node:child_process").spawn("sleep", ["60"], { stdio: "inherit" }); setInterval(() => 1, 1000);';
    const { ok, output } = await runStep(node(script), process.cwd(), 300);
    expect(ok).toBe(false);
    expect(output).toBe('\nended after 0.3 s\n');
  });
});

describe('steps', () => {
  it('have names of their own', () => {
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
  });
});
