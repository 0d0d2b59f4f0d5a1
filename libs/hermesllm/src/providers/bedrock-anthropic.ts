import { isAdaptiveClaude } from '../apis/claude-models.ts';
import { formatInstruction } from '../apis/output-format.ts';
import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { isObject, listOf, maybeObject } from '../read.ts';
import { bedrockBetas } from './claude-betas.ts';
import { claudeInPath } from './claude-in-path.ts';
import { dropParameters } from './drop-parameters.ts';
import { invokeModelFrame } from './invoke-model-frame.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

/** A Messages request that asks in its system prompt for what the format says, and holds no tool to its schema. */
function inWords(wire: JsonObject, warn: (warning: Warning) => void): JsonObject {
  const strict = listOf(wire['tools']).some((tool) => maybeObject(tool)?.['strict'] !== undefined);
  const tools = strict
    ? listOf(wire['tools']).map((tool) =>
        isObject(tool) ? dropParameters(tool, ['strict'], refusal, (warning) => warn({ ...warning, path: 'tools' })) : tool,
      )
    : wire['tools'];
  const { format, ...config } = maybeObject(wire['output_config']) ?? {};
  const schema = maybeObject(format)?.['schema'];
  if (schema === undefined) return strict ? { ...wire, tools } : wire;
  warn({ type: 'emulated', path: 'output_config.format', reason: `The system prompt asks for it: ${refusal}` });
  const text = formatInstruction({ type: 'json-schema', name: undefined, description: undefined, schema, strict: undefined });
  const said = wire['system'];
  const system = [...(typeof said === 'string' ? [{ type: 'text', text: said }] : listOf(said)), { type: 'text', text }];
  return { ...wire, system, tools, output_config: Object.keys(config).length === 0 ? undefined : config };
}

const refusal = 'Bedrock does not know it of Claude 4.7 and later';

/**
 * Bedrock answers 400 to the schemas of the newest Claude models. Source: https://github.com/vercel/ai/issues/14773,
 * https://github.com/anthropics/anthropic-sdk-python/issues/1759, https://github.com/lobehub/lobehub/issues/19876.
 */
const bedrockClaudeSchemas: Quirk = {
  name: 'bedrock-claude-schemas',
  apis: ['anthropic-messages'],
  when: ({ model }) => isAdaptiveClaude(model),
  apply: (wire, _target, warn) => inWords(wire, warn),
};

/**
 * Claude on Amazon Bedrock by InvokeModel: the Messages API as it is, with two fields moved and its events wrapped in AWS frames. Unlike
 * Converse it carries everything Messages can say. The base_url is the same as that of `amazon_bedrock`.
 */
export const bedrockAnthropic = defineProvider({
  id: 'bedrock_anthropic',
  alsoKnownAs: ['bedrock_claude'],
  catalogueKey: 'amazon',
  keyVariables: ['AWS_BEARER_TOKEN_BEDROCK'],
  keyRequired: false,
  apis: ['anthropic-messages'],
  auth: { 'anthropic-messages': 'sigv4-or-bearer' },
  paths: {
    'anthropic-messages': {
      prefix: '',
      path: '/model/{model}/invoke',
      streamPath: '/model/{model}/invoke-with-response-stream',
      countTokensPath: undefined,
    },
  },
  betaHeaders: { 'anthropic-beta': { in: 'body', forward: bedrockBetas, strip: [] } },
  anthropicVersionHeader: false,
  streams: { 'anthropic-messages': { framing: 'aws-event-stream', unwrap: invokeModelFrame } },
  // https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
  quirks: [bedrockClaudeSchemas, claudeInPath('bedrock-2023-05-31', { betasInBody: true, streamInPath: true })],
});
