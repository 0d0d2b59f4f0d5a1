import { describe, expect, it } from 'vitest';
import { functionTool } from './function-tool.ts';
import { createHallucinationDetector } from './hallucination-detector.ts';

const weather = functionTool('get_current_weather', {
  name: 'get_current_weather',
  parameters: {
    type: 'object',
    properties: { location: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['C', 'F'] }, note: {} },
    required: ['location', 'days', 'unit'],
  },
});
const certain = [0];
const uncertain = [Math.log(0.6), Math.log(0.3), Math.log(0.1)];

/** Feeds tokens; those in the list are uncertain. What is suspected, by token. */
function suspected(tokens: readonly string[], doubtful: readonly string[] = tokens) {
  const detector = createHallucinationDetector([weather]);
  const found: Record<string, string | null> = {};
  for (const token of tokens) {
    const suspicion = detector.push(token, doubtful.includes(token) ? uncertain : certain);
    if (suspicion !== undefined) found[token] = suspicion.parameter;
  }
  return { found, kinds: detector.kinds };
}

const cut = (text: string): string[] => text.split('|');
const vector =
  'tool|_calls|":| [{"|name|":| "|get|_current|_weather|",| "|arguments|":| {"|location|":| "|Se|attle|",| "|days|":| "|2|"}}|]}';

describe('createHallucinationDetector', () => {
  it('tests the first value token of each required parameter', () => {
    expect(suspected(cut(vector)).found).toEqual({ Se: 'location', 2: 'days' });
  });

  it('knows what each token is part of', () => {
    const letters = suspected(cut(vector))
      .kinds.map((kind) => kind.slice(0, 1))
      .join('');
    expect(letters).toBe('nnnnnnnfffnnnnnpnnvvnnpnnvnn');
  });

  it('finds nothing when the model is certain', () => {
    expect(suspected(cut(vector), []).found).toEqual({});
  });

  it('finds nothing without log-probabilities', () => {
    const detector = createHallucinationDetector([weather]);
    expect(
      cut(vector)
        .map((token) => detector.push(token, []))
        .filter((each) => each !== undefined),
    ).toEqual([]);
  });

  it.each([
    [
      'a brace of its own',
      'tool|_calls|":| [|{"|name|":"|get|_current|_weather|",|"|arguments|":|{|"|location|":|"|Se|attle|"}}',
      { Se: 'location' },
    ],
    ['apostrophes', "[{'|name|':| '|get|_current|_weather|',| '|arguments|':| {'|location|':| '|Se|attle|'}}", { Se: 'location' }],
    [
      'a name that ends with its quote',
      '[{"|name|":| "|get_current|_weather"|,| "|arguments|":| {"|location|":| "|Se|attle|"}}',
      { Se: 'location' },
    ],
    [
      'a colon together with the quotes',
      '{"|name|":"|get_current_weather|","|arguments|":{"|location|":"|Se|attle|","|days|":"|2|"}}',
      { Se: 'location', 2: 'days' },
    ],
    [
      'values without quotes',
      '{"|name|":| "|get_current_weather|",| "|arguments|":| {"|days|":| |2|,| "|location|":| "|Se|"}}',
      { 2: 'days', Se: 'location' },
    ],
    [
      'a list with commas',
      '{"|name|":| "|get_current_weather|",| "|arguments|":| {"|location|":| ["|Se|",| "|Aa|"]|,| "|days|":| |2|}}',
      { Se: 'location', 2: 'days' },
    ],
    ['a parameter that is not required', '{"|name|":| "|get_current_weather|",| "|arguments|":| {"|note|":| "|x|"}}', {}],
    ['an enum', '{"|name|":| "|get_current_weather|",| "|arguments|":| {"|unit|":| "|C|"}}', {}],
    ['every token of an unknown function', '{"|name|":| "|no|_such|",| "|arguments|":| {"|a|":| "|x|y|"}}', { x: null, y: null }],
    ['an answer without a call', '{"|response|":| "|Hello| there|"}', {}],
    ['a question', '{"|required|_functions|":| ["|get|_current|_weather|"],| "|clar|ification|":| "|Where|?"}', {}],
  ])('reads %s', (_name, tokens, expected) => {
    expect(suspected(cut(tokens)).found).toEqual(expected);
  });

  it('tests again in the next call', () => {
    const call = '{"|name|":| "|get_current_weather|",| "|arguments|":| {"|location|":| "|Se|"}}|,| ';
    const detector = createHallucinationDetector([weather]);
    const tested = cut(call + call).filter((token) => detector.push(token, uncertain) !== undefined);
    expect(tested).toEqual(['Se', 'Se']);
  });
});
