import type { JsonObject } from '../codec.ts';
import type { ApiId } from '../model/api.ts';
import type { Extensions, LlmRequest } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { setMember, unknownFields } from '../read.ts';
import { saysNothing } from '../says-nothing.ts';
import { dropped, foreign } from '../warn.ts';

/** Fields that only their own API has; undefined for none. */
export function extensionsOf(api: ApiId, fields: Readonly<Record<string, unknown>> | undefined): Extensions | undefined {
  for (const _ in fields) return { api, fields };
  return undefined;
}

/** `safety_identifier` is the newer name of OpenAI's `user`: what the one says need not be said by the other, too. */
const namesUser = (key: string, value: unknown, user: string | undefined): boolean => key === 'safety_identifier' && value === user;

/** The end user, where no field that OpenAI's APIs share names it. */
export const unnamedUser = ({ user, extensions }: LlmRequest): string | undefined =>
  extensions?.api.startsWith('openai') === true && namesUser('safety_identifier', extensions.fields['safety_identifier'], user)
    ? undefined
    : user;

/**
 * Writes the fields that belong to the target too, and reports the others. What is written already stays, and fields in `taken` are left
 * out: they are written from what the hub knows.
 */
export function addExtensions(
  wire: Record<string, unknown>,
  { extensions, user }: Pick<LlmRequest, 'extensions' | 'user'>,
  belongs: (origin: ApiId, key: string) => boolean,
  scope: Scope,
  taken?: ReadonlySet<string>,
): void {
  if (extensions === undefined) return;
  const { api, fields } = extensions;
  for (const key in fields) {
    if (!belongs(api, key)) {
      if (!saysNothing(key, fields[key]) && !namesUser(key, fields[key], user)) foreign(scope, `extensions.${key}`, api);
    } else if (!taken?.has(key) && (!Object.hasOwn(wire, key) || wire[key] === undefined)) setMember(wire, key, fields[key]);
  }
}

/** What an answer says, beside what is `known`, that only its own API has. */
export function answerExtensions(api: ApiId, wire: JsonObject, known: ReadonlySet<string>): Extensions | undefined {
  const fields = unknownFields(wire, known) as Record<string, unknown> | undefined;
  for (const key in fields) if (fields[key] === null) delete fields[key];
  return extensionsOf(api, fields);
}

/** Reports what an answer says that only its own API has; `api` is the one that it is written for, and nothing is lost where both are one. */
export function reportExtensions(extensions: Extensions | undefined, api: ApiId | undefined, scope: Scope): void {
  if (extensions !== undefined && extensions.api !== api)
    for (const key in extensions.fields) foreign(scope, `extensions.${key}`, extensions.api);
}

/** Names the members of an answer's piece that are not read, where they say something; whether there are some. */
export function reportUnread(wire: JsonObject, read: ReadonlySet<string>, path: string, scope: Scope): boolean {
  let some = false;
  for (const key in wire) {
    if (read.has(key) || saysNothing(key, wire[key])) continue;
    dropped(scope, `${path}.${key}`, 'No other API has this member');
    some = true;
  }
  return some;
}
