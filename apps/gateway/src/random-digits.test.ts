import { expect, it } from 'vitest';
import { randomDigits } from './random-digits.ts';

it('gives ever other digits, as many as are asked for', () => {
  const drawn = Array.from({ length: 2000 }, (_, index) => randomDigits(index % 2 === 0 ? 8 : 24));
  expect(new Set(drawn).size).toBe(2000);
  for (const [index, digits] of drawn.entries()) expect(digits).toMatch(index % 2 === 0 ? /^[\da-f]{16}$/ : /^[\da-f]{48}$/);
});
