import { alwaysThinks, fixedSampling, isAdaptiveClaude, refusesForcedTool } from '../apis/claude-models.ts';
import { nearestEffort } from '../apis/nearest-effort.ts';
import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { maybeObject } from '../read.ts';
import { defaultSettings } from '../scope.ts';
import { dropParameters } from './drop-parameters.ts';
import type { Quirk } from './provider.ts';

/** A budget as the adaptive form, and the effort that stands for it unless the client has named one. */
function fitThinking(wire: JsonObject, model: string, warn: (warning: Warning) => void): JsonObject {
  const thinking = maybeObject(wire['thinking']);
  if (thinking?.['type'] === 'disabled' && alwaysThinks(model)) return dropParameters(wire, ['thinking'], 'This model always thinks', warn);
  if (thinking?.['type'] !== 'enabled') return wire;
  const { budget_tokens: budget, ...rest } = thinking;
  const config = maybeObject(wire['output_config']);
  const effort = config?.['effort'] ?? (typeof budget === 'number' ? nearestEffort(budget, defaultSettings.effortBudgets) : undefined);
  warn({ type: 'approximated', path: 'thinking', reason: `${model} takes no budget; sent adaptive, and the effort ${String(effort)}` });
  return {
    ...wire,
    thinking: { ...rest, type: 'adaptive' },
    output_config: effort === undefined ? wire['output_config'] : { ...config, effort: effort === 'minimal' ? 'low' : effort },
  };
}

function fitSampling(wire: JsonObject, warn: (warning: Warning) => void): JsonObject {
  const { temperature, top_p: topP } = wire;
  const refused = ['top_k'];
  if (temperature !== 1) refused.push('temperature');
  if (typeof topP !== 'number' || topP < 0.99) refused.push('top_p');
  return dropParameters(wire, refused, fixedSampling, warn);
}

/** A choice that the model cannot be forced to is left to it. */
function fitToolChoice(wire: JsonObject, model: string, warn: (warning: Warning) => void): JsonObject {
  const { type, name: _forced, ...rest } = maybeObject(wire['tool_choice']) ?? {};
  if ((type !== 'any' && type !== 'tool') || !refusesForcedTool(model)) return wire;
  warn({ type: 'approximated', path: 'tool_choice', reason: `${model} cannot be forced to call a tool; sent auto` });
  return { ...wire, tool_choice: { ...rest, type: 'auto' } };
}

/**
 * For requests of the same API: what other clients say is written so in the first place. Source:
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking, …/about-claude/models/migration-guide.
 */
export const claudeAdaptiveThinking: Quirk = {
  name: 'claude-adaptive-thinking',
  apis: ['anthropic-messages'],
  reads: ['thinking', 'output_config', 'temperature', 'top_p', 'top_k', 'tool_choice'],
  when: (target) => isAdaptiveClaude(target.model),
  apply: (wire, target, warn) => fitToolChoice(fitSampling(fitThinking(wire, target.model, warn), warn), target.model, warn),
};
