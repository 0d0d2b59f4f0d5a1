import type { EffectiveParameter } from '@plano/common';
import type { WrongArgument } from './read-arguments.ts';

/** A call that cannot be made yet. */
export interface IncompleteCall {
  readonly missing: readonly EffectiveParameter[];
  readonly wrong: readonly WrongArgument[];
}

/** The question to the user that would complete a call. */
export function askForParameters({ missing, wrong }: IncompleteCall): string {
  const sentences: string[] = [];
  if (missing.length > 0) sentences.push(`To answer that I need ${list(missing.map(described))}.`);
  for (const { parameter, expected } of wrong) sentences.push(`${described(parameter)} must be ${expected}.`);
  sentences.push(missing.length + wrong.length === 1 ? 'Could you tell me?' : 'Could you tell me these?');
  return sentences.join(' ');
}

const described = ({ name, description, enum: choices, format }: EffectiveParameter): string => {
  const notes = [description, choices === null ? '' : `one of ${choices.join(', ')}`, format === null ? '' : `format ${format}`];
  const note = notes.filter((text) => text !== '').join('; ');
  return note === '' ? name : `${name} (${note})`;
};

const list = (items: readonly string[]): string =>
  items.length === 1 ? items[0]! : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]!}`;
