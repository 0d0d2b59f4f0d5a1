import type { ToolChoice } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped } from '../../warn.ts';
import type { WireFunctionCallingConfig } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathAt, readObject, readString, readStrings, wrongMember } from '../../fields.ts';

export const toolConfigMembers = words('functionCallingConfig');
const callingMembers = words('mode allowedFunctionNames');

export function decodeToolChoice(toolConfig: Fields): ToolChoice | undefined {
  const config = readObject(toolConfig, 'functionCallingConfig', callingMembers);
  if (config === undefined) return undefined;
  const names = readStrings(config, 'allowedFunctionNames') ?? [];
  const mode = readString(config, 'mode')?.toUpperCase();
  const [first] = names;
  switch (mode) {
    case undefined:
    case 'MODE_UNSPECIFIED':
    case 'AUTO':
    case 'VALIDATED':
      if (mode === 'VALIDATED') approximated(config.scope, pathAt(config, 'mode'), 'VALIDATED was read as AUTO');
      if (first !== undefined) return { type: 'allowed', mode: 'auto', names };
      return mode === 'AUTO' || mode === 'VALIDATED' ? { type: 'auto' } : undefined;
    case 'ANY':
      if (first === undefined) return { type: 'required' };
      return names.length === 1 ? { type: 'tool', name: first } : { type: 'allowed', mode: 'required', names };
    case 'NONE':
      return { type: 'none' };
    default:
      throw wrongMember(config, 'mode', 'expected AUTO, ANY, NONE or VALIDATED');
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
      return config('ANY', [choice.name]);
    case 'allowed':
      if (choice.mode === 'required') return config('ANY', choice.names);
      approximated(scope, 'toolChoice', 'Only the allowed tools are sent');
      return config(strict ? 'VALIDATED' : 'AUTO', undefined);
  }
}

const config = (mode: WireFunctionCallingConfig['mode'], allowedFunctionNames: string[] | undefined): WireFunctionCallingConfig => ({
  mode,
  allowedFunctionNames,
});
