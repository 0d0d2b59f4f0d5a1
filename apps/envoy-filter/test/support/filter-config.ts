import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';

/** The plugin configuration of a configuration as a user writes it. */
export function filterConfig(yaml: string, more: Readonly<Record<string, unknown>> = {}): string {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return JSON.stringify({ config: deriveConfig(parsed.config, {}), ...more });
}

/** One provider for each API. */
export const fiveProviders = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers:
  - { model: openai/gpt-5-mini, api: openai-chat, base_url: "http://127.0.0.1:4001/v1", access_key: sk-openai, default: true }
  - { model: openai/gpt-5, api: openai-responses, base_url: "http://127.0.0.1:4001/v1", access_key: sk-openai }
  - { model: anthropic/claude-sonnet-4-5, api: anthropic-messages, base_url: "http://127.0.0.1:4002/v1", access_key: sk-anthropic }
  - { model: "amazon_bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0", base_url: "http://127.0.0.1:4003", access_key: bedrock-key }
  - { model: gemini/gemini-2.5-flash, api: gemini, base_url: "http://127.0.0.1:4004/v1beta", access_key: AIza-gemini }
  - { model: plano/echo }
`;
