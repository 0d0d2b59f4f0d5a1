import { describe, expect, it } from 'vitest';
import { deriveConfig } from './derive.ts';
import { parseConfig } from './parse-config.ts';
import { unmetRequirements } from './unmet-requirements.ts';

function unmet(text: string): string[] {
  const parsed = parseConfig(`version: v0.4.0\n${text}`, { file: 'f', environment: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return unmetRequirements(deriveConfig(parsed.config, {})).map(({ path }) => path);
}

const own = '{ model: openai/a, access_key: k }';
const model = 'listeners: [{ type: model, name: l }]\n';
const preference = 'routing_preferences: [{ name: p, description: d, models: [openai/a] }]\n';
const agents = (listed: string) =>
  `agents: [{ id: a, url: "http://a" }, { id: b, url: "http://b" }]\nlisteners: [{ type: agent, name: l, port: 1, agents: [${listed}] }]\n`;
const prompt =
  'listeners: [{ type: prompt, name: l }]\nendpoints: { e: { endpoint: e } }\nprompt_targets: [{ name: t, description: d, endpoint: { name: e, path: / } }]\n';
const guard = (more = '') => `prompt_guards: { input_guards: { jailbreak: { on_exception: { message: no } } }${more} }`;
const one = '{ id: a, description: d }';
const two = `${one}, { id: b, description: d }`;

describe('unmetRequirements', () => {
  const table: [string, string, string[]][] = [
    ['nothing asked', `${model}model_providers: [${own}]`, []],
    ['preferences without routing model', `${model}${preference}model_providers: [${own}]`, ['routing_preferences']],
    [
      'preferences with the routing model',
      `${model}${preference}model_providers: [${own}, { model: plano/Plano-Orchestrator, base_url: "http://h" }]`,
      [],
    ],
    [
      'preferences with a routing model of one’s own',
      `${model}${preference}model_providers: [${own}]\noverrides: { llm_routing_model: openai/a }`,
      [],
    ],
    ['one agent', `${agents(one)}model_providers: [${own}]`, []],
    ['several agents', `${agents(two)}model_providers: [${own}]`, ['listeners']],
    ['several agents and a model that chooses', `${agents(two)}model_providers: [${own}]\noverrides: { agent_orchestration_model: a }`, []],
    ['prompt targets without any model', `${prompt}model_providers: [${own}]`, ['prompt_targets']],
    ['prompt targets with a default', `${prompt}model_providers: [{ model: openai/a, access_key: k, default: true }]`, []],
    ['prompt targets with a model', `${prompt}model_providers: [${own}]\nfunction_calling: { model: openai/a }`, []],
    [
      'Arch-Function without Arch-Function',
      `${prompt}model_providers: [${own}]\nfunction_calling: { engine: arch-function }`,
      ['function_calling.engine'],
    ],
    ['a guard without a service', `${model}model_providers: [${own}]\n${guard()}`, ['prompt_guards.input_guards']],
    ['a guard with a service', `${model}model_providers: [${own}]\n${guard(', service: { url: "http://g" }')}`, []],
    ['Arch-Function', `${prompt}model_providers: [${own}, { model: plano/Arch-Function, base_url: "http://h" }]`, []],
  ];
  it.each(table)('%s', (_name, text, expected) => {
    expect(unmet(text)).toEqual(expected);
  });
});
