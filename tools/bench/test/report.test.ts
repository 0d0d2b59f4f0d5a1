import { describe, expect, it } from 'vitest';
import { judge, verdictLine } from '../src/bars.ts';
import { type Cell, disturbance, renderReport, rowsOf, verdictsOf } from '../src/gateway-report.ts';
import { scenarios } from '../src/scenarios.ts';
import { summarize } from '../src/statistics.ts';
import { significant, textTable } from '../src/table.ts';

const cell = (round: number, scenario: string, contender: string, cpuMicroseconds: number, failed = 0): Cell => ({
  round,
  scenario,
  contender,
  completed: 100,
  failed,
  failures: failed > 0 ? { 'status 500': failed } : {},
  requestsPerSecond: 1000,
  p50Milliseconds: 1,
  p99Milliseconds: 2,
  cpuMicroseconds,
  rssMegabytes: 50,
  foreignShare: 0.01 * round,
});

const fiveRounds = (ratio: number, failed = 0) =>
  [1, 2, 3, 4, 5].flatMap((round) => [
    cell(round, 'json-chat', 'pass-through', 10 * round),
    cell(round, 'json-chat', 'plano', 10 * round * ratio, round === 3 ? failed : 0),
    cell(round, 'json-messages', 'plano', 20 * round * ratio),
  ]);

const jsonScenarios = scenarios.filter(({ suite, kind }) => suite === 'base' && kind === 'json');

describe('rowsOf', () => {
  it('takes ratios within the round, and translated scenarios to the untranslated pass-through', () => {
    const rows = rowsOf(fiveRounds(1.5), jsonScenarios);
    expect(rows.map(({ scenario, contender, ratios }) => [scenario, contender, ratios?.cpuMicroseconds.median])).toEqual([
      ['json-chat', 'pass-through', 1],
      ['json-chat', 'plano', 1.5],
      ['json-messages', 'plano', 3],
    ]);
  });

  it('has no ratios without the yardstick', () => {
    expect(rowsOf([cell(1, 'json-chat', 'plano', 10)], jsonScenarios)[0]?.ratios).toBeUndefined();
  });
});

describe('verdictsOf', () => {
  it('meets one bar and misses the other', () => {
    const verdicts = verdictsOf(rowsOf(fiveRounds(1.5), jsonScenarios), jsonScenarios, {});
    expect(verdicts.map(({ met, aimed, note }) => ({ met, aimed, note }))).toEqual([
      { met: true, aimed: false, note: undefined },
      { met: false, aimed: false, note: undefined },
    ]);
  });

  it('counts a row with failures as missed, however fast', () => {
    const [verdict] = verdictsOf(rowsOf(fiveRounds(0.5, 1), jsonScenarios), jsonScenarios, {});
    expect(verdict).toMatchObject({ met: false, note: '1 failed: status 500' });
  });

  it('says why nothing was measured', () => {
    const verdicts = verdictsOf([], jsonScenarios, { plano: 'not built', 'plano json-messages': 'status 404' });
    expect(verdicts.map(({ met, note }) => [met, note])).toEqual([
      [false, 'not built'],
      [false, 'status 404'],
    ]);
  });

  it('is about the latency where that is what the bar is for', () => {
    const alone = scenarios.filter(({ id }) => id === 'alone-chat');
    const measured = [1, 2, 3, 4, 5].flatMap((round) => [
      cell(round, 'alone-chat', 'pass-through', 10),
      { ...cell(round, 'alone-chat', 'plano', 90), p50Milliseconds: 1.5 },
    ]);
    expect(verdictsOf(rowsOf(measured, alone), alone, {})).toMatchObject([
      { name: 'plano, JSON, chat→chat, one connection, p50 × pass-through', met: true, aimed: false, ratio: { median: 1.5 } },
    ]);
  });

  it('warns of too few rounds', () => {
    const cells = fiveRounds(1).filter(({ round }) => round < 3);
    expect(verdictsOf(rowsOf(cells, jsonScenarios), jsonScenarios, {})[0]?.note).toBe('only 2 of at least 5 rounds');
  });
});

it.each([
  { rounds: [1, 2, 3], expected: undefined },
  { rounds: [1, 10, 30], expected: 'warning: other processes used 10 % of the machine (median of all cells): run again when it is quiet' },
])('warns of a machine that others use: $rounds', ({ rounds, expected }) => {
  expect(disturbance(rounds.map((round) => cell(round, 'json-chat', 'plano', 1)))).toBe(expected);
});

it('renders failures, problems and verdicts', () => {
  const rows = rowsOf(fiveRounds(1.5, 2), jsonScenarios);
  const text = renderReport(rows, jsonScenarios, verdictsOf(rows, jsonScenarios, {}), { portkey: 'not installed' });
  expect(text).toContain('plano (!)');
  expect(text).toContain('plano, json-chat: 2 failed: status 500');
  expect(text).toContain('portkey: not measured: not installed');
  expect(text).toContain('MISSED  plano, JSON, messages→chat, CPU × pass-through: 3.00 (3.00–3.00), must ≤ 2.20; aim ≤ 1.70 not reached');
});

describe('judge', () => {
  it.each([
    { ratio: 1.4, met: true, aimed: true },
    { ratio: 1.8, met: true, aimed: false },
    { ratio: 1.81, met: false, aimed: false },
  ])('$ratio against must 1.8, aim 1.4', ({ ratio, met, aimed }) => {
    expect(judge('x', { must: 1.8, aim: 1.4 }, summarize([ratio]))).toMatchObject({ met, aimed });
  });

  it('without an aim the must is the aim, and the line does not mention it', () => {
    expect(verdictLine(judge('x', { must: 2 }, summarize([1.9])))).toBe('met     x: 1.90 (1.90–1.90), must ≤ 2.00');
  });
});

it('textTable aligns the first column left and the others right', () => {
  expect(
    textTable(
      ['a', 'value'],
      [
        ['long', '1'],
        ['b', '22'],
      ],
    ),
  ).toBe('a     value\nlong      1\nb        22');
});

it.each([
  { value: 1234.5, text: '1235' },
  { value: 12.34, text: '12.3' },
  { value: 1.234, text: '1.23' },
  { value: 0.1234, text: '0.123' },
  { value: Number.NaN, text: '-' },
])('significant writes $value as $text', ({ value, text }) => expect(significant(value)).toBe(text));
