import type { ApiId } from '../model/api.ts';
import type { Extensions } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { setMember } from '../read.ts';
import { foreign } from '../warn.ts';

/** Fields that only their own API has; undefined for none. */
export function extensionsOf(api: ApiId, fields: Readonly<Record<string, unknown>> | undefined): Extensions | undefined {
  for (const _ in fields) return { api, fields };
  return undefined;
}

/**
 * What a client asks of its answer, and gets whoever answers: reasoning that it can send back
 * (https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items), and the stop sequence that matched.
 */
const honoured: Readonly<Record<string, readonly string[]>> = {
  'openai-responses include': ['reasoning.encrypted_content'],
  'bedrock-converse additionalModelResponseFieldPaths': ['/stop_sequence'],
};

const isHonoured = (api: ApiId, key: string, value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((wish) => honoured[`${api} ${key}`]?.includes(wish as string) === true);

/**
 * Writes the fields that belong to the target too, and reports the others. What is written already stays, and fields in `taken` are left
 * out: they are written from what the hub knows.
 */
export function addExtensions(
  wire: Record<string, unknown>,
  extensions: Extensions | undefined,
  belongs: (origin: ApiId, key: string) => boolean,
  scope: Scope,
  taken?: ReadonlySet<string>,
): void {
  if (extensions === undefined) return;
  const { api, fields } = extensions;
  for (const key in fields) {
    if (!belongs(api, key)) {
      if (!isHonoured(api, key, fields[key])) foreign(scope, `extensions.${key}`, api);
    } else if (!taken?.has(key) && (!Object.hasOwn(wire, key) || wire[key] === undefined)) setMember(wire, key, fields[key]);
  }
}
