import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { ToolChoice } from '../../model/request.ts';
import { optionalString, optionalStrings } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, reportUnknown } from '../../warn.ts';
import { optionalMembers } from './members.ts';
import { geminiToolName } from './tool-name.ts';
import type { WireFunctionCallingConfig } from './wire.ts';

export const toolConfigMembers: ReadonlySet<string> = new Set(['functionCallingConfig']);
const callingMembers: ReadonlySet<string> = new Set(['mode', 'allowedFunctionNames']);

export function decodeToolChoice(toolConfig: JsonObject, scope: Scope): ToolChoice | undefined {
  const path = 'toolConfig.functionCallingConfig';
  const config = optionalMembers(toolConfig, 'functionCallingConfig', 'toolConfig', callingMembers);
  if (config === undefined) return undefined;
  reportUnknown(config, callingMembers, path, scope);
  const names = optionalStrings(config, 'allowedFunctionNames', path) ?? [];
  const mode = optionalString(config, 'mode', path)?.toUpperCase();
  const [first] = names;
  switch (mode) {
    case undefined:
    case 'MODE_UNSPECIFIED':
      return first === undefined ? undefined : { type: 'allowed', mode: 'auto', names };
    case 'VALIDATED':
      approximated(scope, `${path}.mode`, 'VALIDATED was read as AUTO');
      return first === undefined ? { type: 'auto' } : { type: 'allowed', mode: 'auto', names };
    case 'AUTO':
      return first === undefined ? { type: 'auto' } : { type: 'allowed', mode: 'auto', names };
    case 'ANY':
      if (first === undefined) return { type: 'required' };
      return names.length === 1 ? { type: 'tool', name: first } : { type: 'allowed', mode: 'required', names };
    case 'NONE':
      return { type: 'none' };
    default:
      throw invalidRequest(`${path}.mode`, 'expected AUTO, ANY, NONE or VALIDATED');
  }
}

/** `functions`: there are functions to choose from. `strict`: their calls shall be validated. */
export function encodeToolChoice(
  choice: ToolChoice | undefined,
  functions: boolean,
  strict: boolean,
  scope: Scope,
): WireFunctionCallingConfig | undefined {
  if (!functions) {
    if (choice !== undefined && choice.type !== 'auto' && choice.type !== 'none') {
      dropped(scope, 'toolChoice', 'There are no functions to choose from');
    }
    return undefined;
  }
  if (choice === undefined) return strict ? config('VALIDATED', undefined) : undefined;
  switch (choice.type) {
    case 'auto':
      return config(strict ? 'VALIDATED' : 'AUTO', undefined);
    case 'required':
      return config('ANY', undefined);
    case 'none':
      return config('NONE', undefined);
    case 'tool':
      return config('ANY', [geminiToolName(choice.name)]);
    case 'allowed':
      if (choice.mode === 'required') return config('ANY', choice.names.map(geminiToolName));
      approximated(scope, 'toolChoice', 'Only the allowed tools are sent');
      return config(strict ? 'VALIDATED' : 'AUTO', undefined);
  }
}

const config = (mode: WireFunctionCallingConfig['mode'], allowedFunctionNames: string[] | undefined): WireFunctionCallingConfig => ({
  mode,
  allowedFunctionNames,
});
