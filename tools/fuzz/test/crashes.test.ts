import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { readCrashes } from '../src/crashes.ts';
import { mutate, seededRandom } from '../src/mutate.ts';
import { targets } from '../src/targets.ts';

// Inputs that broke a promise once, and a few hundred fresh ones, the same at every run.

it('inputs that broke a promise once keep it now', () => {
  for (const [file, crash] of readCrashes()) {
    const target = targets.find(({ name }) => name === crash.target);
    expect(target, file).toBeDefined();
    expect(() => target?.run(Buffer.from(crash.base64, 'base64')), file).not.toThrow();
  }
});

const seeds = {
  json: Buffer.from('{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"max_tokens":5}'),
  stream: Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'),
};

it.each(targets.map((target) => [target.name, target] as const))('%s keeps its promises', (_name, target) => {
  const random = seededRandom(7);
  for (let i = 0; i < 40; i++) {
    const own = target.seeds?.[i % target.seeds.length];
    const bytes = mutate(own === undefined ? seeds[target.corpus] : Buffer.from(own), seeds.json, random, 4096);
    expect(() => target.run(bytes), Buffer.from(bytes).toString('base64')).not.toThrow();
  }
});
