import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Warning } from '../src/model/warning.ts';
import { apis, caseNames, documentPath, expectedRequest, expectedResponse, orderedPairs, readCase } from './support/rosetta-case.ts';
import { translationDocument, warningsAbout } from './support/rosetta-document.ts';
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

  it('names a feature for every warning about what its sources say', () => {
    const unnamed: string[] = [];
    for (const [client, upstream] of orderedPairs) {
      for (const [where, from, to, arrow] of [
        ['request', client, upstream, '→'],
        ['answer', upstream, client, '←'],
      ] as const) {
        const features = given.features.filter((feature) => feature.in === where && feature.from.includes(from));
        if (features.length === 0) continue;
        const named = features.flatMap((feature) => told(warningsAbout(given, feature, from, to)));
        for (const warning of warningsOf(`${client} ${arrow} ${upstream}`))
          if (!named.includes(warning)) unnamed.push(`${client} ${arrow} ${upstream}: ${warning}`);
      }
    }
    expect(unnamed).toEqual([]);
  });

  it('knows where a feature has no place: its own file does not lead back', () => {
    for (const where of ['request', 'answer'] as const) {
      const [feature, ...others] = given.features.filter((one) => one.in === where);
      if (feature === undefined || others.length > 0) continue;
      const overrides = where === 'request' ? given.requestOverrides : given.responseOverrides;
      for (const to of apis.filter((api) => !feature.from.includes(api))) {
        const warned = feature.from.some((from) => warningsAbout(given, feature, from, to).length > 0);
        const lost = feature.from.some((from) => overrides.has(`${from} ${to}`));
        if (!warned) expect([feature.name, to, feature.noPlace?.includes(to) ?? false]).toEqual([feature.name, to, lost]);
      }
    }
  });

  it('expects no warnings of pairs that do not exist', () => {
    const directions = orderedPairs.flatMap(([client, upstream]) => ['→', '←', '⇠'].map((arrow) => `${client} ${arrow} ${upstream}`));
    expect(directions).toEqual(expect.arrayContaining(Object.keys(given.warnings)));
  });
});

it('docs/translation.md is what these cases say: npm run docs:translation -w @plano/hermesllm', () => {
  expect(readFileSync(documentPath, 'utf8')).toBe(translationDocument(cases));
});
