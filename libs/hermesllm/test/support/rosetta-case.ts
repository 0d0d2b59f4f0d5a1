import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/codec.ts';
import type { ApiId } from '../../src/model/api.ts';

// A case is a folder: one conversation as each API's own clients and servers write it, and what is lost between them.
//
// - `case.json`: what it shows, and which rows of docs/translation.md it stands for.
// - `request.<api>.json`, `response.<api>.json`: the conversation in that API. Translating any other API's file gives this one,
// - but for `request.<api>.from-<other>.json` (several: `from-<other>+<other>`): what the other API's file gives instead, because that
//   says less, or something else. Answers likewise: `response.<client>.from-<upstream>.json`.
// - `expected-warnings.json`: `type path` of every warning. `a → b`: a's request for the upstream b. `a ← b`: b's answer for the client a.
//   `a ⇠ b`: the same as a stream, where that differs.

/** The five APIs in the order of the documentation. */
export const apis: readonly ApiId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'bedrock-converse', 'gemini'];

/** A row of the documentation. */
export interface RosettaFeature {
  name: string;
  in: 'request' | 'answer';
  /** APIs whose own file has the feature. */
  from: ApiId[];
  /** Beginnings of the paths of warnings that are about it. Default: all. */
  paths?: string[];
  /** APIs that have no place for it, where that is no loss to be told of. */
  noPlace?: ApiId[];
}

export interface RosettaCase {
  name: string;
  title: string;
  /** One sentence on what there is to see. */
  shows: string;
  features: RosettaFeature[];
  models: Readonly<Record<ApiId, string>>;
  /** Expected warnings by direction. */
  warnings: Readonly<Record<string, readonly string[]>>;
  requests: Readonly<Record<ApiId, JsonObject>>;
  responses: Readonly<Record<ApiId, JsonObject>>;
  /** Expectations of single pairs, by `<to> <from>`. */
  requestOverrides: ReadonlyMap<string, JsonObject>;
  responseOverrides: ReadonlyMap<string, JsonObject>;
}

/** Models that the files name, where `case.json` says no other. */
const defaultModels: Readonly<Record<ApiId, string>> = {
  'openai-chat': 'gpt-5.2',
  'openai-responses': 'gpt-5.2',
  'anthropic-messages': 'claude-sonnet-4-5',
  'bedrock-converse': 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  gemini: 'gemini-2.5-flash',
};

export const rosettaFolder: string = fileURLToPath(new URL('../rosetta/', import.meta.url));

export const documentPath: string = fileURLToPath(new URL('../../../../docs/translation.md', import.meta.url));

export const caseNames = (): string[] =>
  readdirSync(rosettaFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

const readJson = (path: string): JsonObject => JSON.parse(readFileSync(path, 'utf8')) as JsonObject;

function readFive(folder: string, kind: 'request' | 'response'): Record<ApiId, JsonObject> {
  return Object.fromEntries(apis.map((api) => [api, readJson(join(folder, `${kind}.${api}.json`))])) as Record<ApiId, JsonObject>;
}

const overrideName = /^(request|response)\.([a-z-]+)\.from-([a-z+-]+)\.json$/;

function readOverrides(folder: string, kind: 'request' | 'response'): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const file of readdirSync(folder)) {
    const match = overrideName.exec(file);
    if (match?.[1] !== kind) continue;
    const body = readJson(join(folder, file));
    for (const from of (match[3] as string).split('+')) found.set(`${match[2]} ${from}`, body);
  }
  return found;
}

export function readCase(name: string): RosettaCase {
  const folder = join(rosettaFolder, name);
  const about = readJson(join(folder, 'case.json')) as unknown as Pick<RosettaCase, 'title' | 'shows' | 'features'> & {
    models?: Partial<Record<ApiId, string>>;
  };
  return {
    name,
    title: about.title,
    shows: about.shows,
    features: about.features,
    models: { ...defaultModels, ...about.models },
    warnings: readJson(join(folder, 'expected-warnings.json')) as Record<string, string[]>,
    requests: readFive(folder, 'request'),
    responses: readFive(folder, 'response'),
    requestOverrides: readOverrides(folder, 'request'),
    responseOverrides: readOverrides(folder, 'response'),
  };
}

/** The request that the upstream is expected to get from a client's. */
export const expectedRequest = (given: RosettaCase, client: ApiId, upstream: ApiId): JsonObject =>
  given.requestOverrides.get(`${upstream} ${client}`) ?? given.requests[upstream];

/** The answer that the client is expected to get of an upstream's. */
export const expectedResponse = (given: RosettaCase, client: ApiId, upstream: ApiId): JsonObject =>
  given.responseOverrides.get(`${client} ${upstream}`) ?? given.responses[client];

export const orderedPairs: readonly (readonly [client: ApiId, upstream: ApiId])[] = apis.flatMap((client) =>
  apis.filter((upstream) => upstream !== client).map((upstream) => [client, upstream] as const),
);
