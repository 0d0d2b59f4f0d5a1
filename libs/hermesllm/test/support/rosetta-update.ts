import { isDeepStrictEqual } from 'node:util';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/codec.ts';
import type { ApiId } from '../../src/model/api.ts';
import type { Warning } from '../../src/model/warning.ts';
import type { RosettaCase } from './rosetta-case.ts';
import { caseNames, orderedPairs, readCase, rosettaFolder } from './rosetta-case.ts';
import { normalRequest, normalResponse } from './rosetta-normal-form.ts';
import { requestOf, responseOf, streamOf } from './rosetta-translation.ts';

// Writes what the pairs of a case give where that differs from its own files, and the warnings. For new cases and changed codecs;
// what it wrote is to be read before it is believed: `node test/support/rosetta-update.ts [case…]`.

const warningsText = (warnings: readonly Warning[]): string[] => warnings.map(({ type, path }) => `${type} ${path}`.trim());

const write = (path: string, value: unknown): void => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

/** Collects the outcomes that differ from a case's own file, equal ones together. */
function differences(kind: 'request' | 'response', normal: (api: ApiId, wire: JsonObject) => JsonObject) {
  const byFile = new Map<string, { to: ApiId; from: ApiId[]; body: JsonObject }>();
  return {
    note(given: RosettaCase, to: ApiId, from: ApiId, body: JsonObject): void {
      const own = kind === 'request' ? given.requests[to] : given.responses[to];
      if (isDeepStrictEqual(normal(to, body), normal(to, own))) return;
      const key = `${to} ${JSON.stringify(normal(to, body))}`;
      const known = byFile.get(key);
      if (known === undefined) byFile.set(key, { to, from: [from], body });
      else known.from.push(from);
    },
    write(folder: string): void {
      for (const { to, from, body } of byFile.values()) write(join(folder, `${kind}.${to}.from-${from.join('+')}.json`), body);
    },
  };
}

function updateCase(name: string): void {
  const folder = join(rosettaFolder, name);
  for (const file of readdirSync(folder)) if (file.includes('.from-')) rmSync(join(folder, file));
  write(join(folder, 'expected-warnings.json'), {});
  const given = readCase(name);
  const warnings: Record<string, string[]> = {};
  const requests = differences('request', normalRequest);
  const responses = differences('response', normalResponse);
  for (const [client, upstream] of orderedPairs) {
    const request = requestOf(given, client, upstream);
    requests.note(given, upstream, client, request.body);
    const response = responseOf(given, client, upstream);
    responses.note(given, client, upstream, response.body);
    const asked = warningsText(request.warnings);
    const answered = warningsText(response.warnings);
    const streamed = warningsText(streamOf(given, client, upstream).warnings);
    if (asked.length > 0) warnings[`${client} → ${upstream}`] = asked;
    if (answered.length > 0) warnings[`${client} ← ${upstream}`] = answered;
    if (!isDeepStrictEqual(streamed, answered)) warnings[`${client} ⇠ ${upstream}`] = streamed;
  }
  requests.write(folder);
  responses.write(folder);
  write(join(folder, 'expected-warnings.json'), warnings);
}

const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : caseNames()) updateCase(name);
