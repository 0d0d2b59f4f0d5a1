import { describe, expect, it } from 'vitest';
import { atEndOfTurn, lastInTurn } from './end-of-turn.ts';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('the end of a turn', () => {
  it('takes steps in order, and what is last in the turn after all of them', async () => {
    const taken: string[] = [];
    const take = (name: string): void => void taken.push(name);
    lastInTurn(take, 'last');
    atEndOfTurn(take, 'first');
    atEndOfTurn(take, 'second');
    expect(taken).toEqual([]);
    await turn();
    expect(taken).toEqual(['first', 'second', 'last']);
  });

  it('takes a step that a step asks for in the next turn', async () => {
    const taken: string[] = [];
    atEndOfTurn(() => {
      atEndOfTurn((name) => void taken.push(name), 'next');
      taken.push('this');
    }, undefined);
    await turn();
    expect(taken).toEqual(['this']);
    await expect.poll(() => taken).toEqual(['this', 'next']);
  });
});
