import type { JsonObject } from '@plano/hermesllm';
import { fitValue } from './json-schema/fit-value.ts';
import type { FunctionTool } from './function-tool.ts';
import { isObject } from './function-tool.ts';
import type { SpokenCall } from './parse-model-answer.ts';

/** A call that may be made: its arguments fit the schema. */
interface VerifiedCall {
  readonly name: string;
  readonly arguments: JsonObject;
}

/** All calls, or what is wrong with the first bad one. */
export type Verification =
  | { readonly ok: true; readonly calls: readonly VerifiedCall[] }
  | {
      readonly ok: false;
      readonly reason: string;
      /** The function and the required parameters that are missing, when that is what is wrong. */
      readonly missing: { readonly tool: FunctionTool; readonly parameters: readonly string[] } | null;
    };

/** Checks calls against the tools that were offered; the arguments of the result are converted to the types of their schemas. */
export function verifyToolCalls(calls: readonly SpokenCall[], tools: readonly FunctionTool[]): Verification {
  const verified: VerifiedCall[] = [];
  for (const call of calls) {
    const tool = tools.find(({ name }) => name === call.name);
    if (tool === undefined) return refused(`There is no function \`${call.name}\``);
    const input = argumentsOf(call.arguments);
    if (input === undefined) return refused(`The arguments of \`${call.name}\` are not an object`);
    const missing = tool.required.filter((name) => !Object.hasOwn(input, name));
    if (missing.length > 0) {
      const names = missing.map((name) => `\`${name}\``).join(', ');
      return {
        ok: false,
        reason: `\`${call.name}\` lacks the required ${missing.length === 1 ? 'parameter' : 'parameters'} ${names}`,
        missing: { tool, parameters: missing },
      };
    }
    const unknown = unknownArgument(input, tool);
    if (unknown !== undefined) return refused(`\`${call.name}\` has no parameter \`${unknown}\``);
    const fit = fitValue(input, { ...tool.parameters, type: 'object' }, tool.parameters ?? {}, call.name);
    if (!fit.ok) return refused(fit.message);
    verified.push({ name: call.name, arguments: fit.value as JsonObject });
  }
  return { ok: true, calls: verified };
}

const refused = (reason: string): Verification => ({ ok: false, reason, missing: null });

/** Some models write the arguments as JSON text; none at all is an empty object. */
function argumentsOf(input: unknown): JsonObject | undefined {
  if (input === undefined || input === null || input === '') return {};
  if (typeof input !== 'string') return isObject(input) ? input : undefined;
  try {
    const parsed: unknown = JSON.parse(input);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** An argument that the schema does not name, unless the schema lets others in explicitly. */
function unknownArgument(input: JsonObject, { parameters }: FunctionTool): string | undefined {
  const properties = parameters?.['properties'];
  const others = parameters?.['additionalProperties'];
  if (!isObject(properties) || others === true || isObject(others) || isObject(parameters?.['patternProperties'])) return undefined;
  return Object.keys(input).find((name) => !Object.hasOwn(properties, name));
}
