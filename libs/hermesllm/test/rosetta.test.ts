import { describe, expect, it } from 'vitest';
import type { Warning } from '../src/model/warning.ts';
import { apis, caseNames, expectedRequest, expectedResponse, orderedPairs, readCase } from './support/rosetta-case.ts';
import { normalRequest, normalResponse } from './support/rosetta-normal-form.ts';
import { requestOf, responseOf, saidOf, streamBytesOf, streamOf } from './support/rosetta-translation.ts';

// Every conversation of test/rosetta from every API to every other one: the request, the answer whole and as a stream, the warnings.
// What a case's files mean stands in support/rosetta-case.ts.

const told = (warnings: readonly Warning[]): string[] => warnings.map(({ type, path }) => `${type} ${path}`.trim());
const cases = caseNames().map(readCase);

it('has cases', () => expect(cases.length).toBeGreaterThanOrEqual(25));

describe.each(cases)('$name', (given) => {
  const warningsOf = (direction: string): readonly string[] => given.warnings[direction] ?? [];

  it.each(orderedPairs)('request of %s for %s', (client, upstream) => {
    const { body, warnings } = requestOf(given, client, upstream);
    expect(normalRequest(upstream, body)).toEqual(normalRequest(upstream, expectedRequest(given, client, upstream)));
    expect(told(warnings)).toEqual(warningsOf(`${client} → ${upstream}`));
  });

  it.each(orderedPairs)('request of %s for %s, to be streamed', (client, upstream) => {
    const { stream: _said, stream_options: _usage, ...body } = requestOf(given, client, upstream, true).body;
    expect(normalRequest(upstream, body)).toEqual(normalRequest(upstream, expectedRequest(given, client, upstream)));
  });

  it.each(orderedPairs)('answer for %s of %s', (client, upstream) => {
    const { body, warnings } = responseOf(given, client, upstream);
    expect(normalResponse(client, body)).toEqual(normalResponse(client, expectedResponse(given, client, upstream)));
    expect(told(warnings)).toEqual(warningsOf(`${client} ← ${upstream}`));
  });

  it.each(orderedPairs)('answer for %s of %s, as a stream', (client, upstream) => {
    const { said, warnings } = streamOf(given, client, upstream);
    expect(said).toEqual(saidOf(client, expectedResponse(given, client, upstream)));
    const whole = warningsOf(`${client} ← ${upstream}`);
    expect(told(warnings)).toEqual(given.warnings[`${client} ⇠ ${upstream}`] ?? whole);
  });

  it.each(apis)('%s passes as it is', (api) => {
    expect(requestOf(given, api, api)).toMatchObject({ text: JSON.stringify(given.requests[api]), warnings: [] });
    expect(responseOf(given, api, api)).toMatchObject({ text: JSON.stringify(given.responses[api]), warnings: [] });
    const { bytes, said, warnings } = streamOf(given, api, api);
    expect(bytes).toEqual(streamBytesOf(given, api));
    expect(said).toEqual(saidOf(api, given.responses[api]));
    expect(warnings).toEqual([]);
  });

  it('expects no warnings of pairs that do not exist', () => {
    const directions = orderedPairs.flatMap(([client, upstream]) => ['→', '←', '⇠'].map((arrow) => `${client} ${arrow} ${upstream}`));
    expect(directions).toEqual(expect.arrayContaining(Object.keys(given.warnings)));
  });
});
