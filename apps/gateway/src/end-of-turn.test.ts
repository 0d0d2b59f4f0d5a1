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

  it('takes those that wait before the end when there are many, in order', async () => {
    const taken: number[] = [];
    const take = (number: number): void => void taken.push(number);
    for (let number = 1; number <= 40; number++) atEndOfTurn(take, number);
    expect(taken).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    await turn();
    expect(taken).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('takes nothing in the middle of a step, however many steps it asks for', async () => {
    const taken: string[] = [];
    atEndOfTurn(() => {
      for (let count = 0; count < 40; count++) atEndOfTurn((name) => void taken.push(name), 'inner');
      taken.push('outer');
    }, undefined);
    await turn();
    expect(taken).toEqual(['outer']);
    await expect.poll(() => taken.length).toBe(41);
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
