import { describe, expect, it } from 'vitest';
import { promptTemplate } from './prompt-template.ts';

describe('promptTemplate', () => {
  it('fills places as plain text and leaves other braces alone', () => {
    const made = promptTemplate('a {x} {y} {{z}} {x} $&', ['x', 'y']);
    expect(made.ok && made.template.fill({ x: '{y} $&', y: '{x}' })).toBe('a {y} $& {x} {{z}} {y} $& $&');
  });

  it('names what is missing', () => {
    expect(promptTemplate('a { x }', ['x', 'y'])).toEqual({ ok: false, missing: ['x', 'y'] });
  });
});
