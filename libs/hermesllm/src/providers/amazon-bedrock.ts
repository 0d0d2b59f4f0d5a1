import { isObject } from '../read.ts';
import { changeParts } from './change-parts.ts';
import { mistralId, shortId } from './chat-capabilities.ts';
import { bedrockBetas } from './claude-betas.ts';
import { dropWithin } from './drop-parameters.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

/**
 * Converse has no header for Claude's betas: they are a model field of its body. Source:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#bedrock-runtime_Converse-request-additionalModelRequestFields.
 */
const bedrockConverseBetas: Quirk = {
  name: 'bedrock-converse-betas',
  apis: ['bedrock-converse'],
  when: (target) => target.betas !== undefined && target.betas.length > 0 && target.model.includes('anthropic'),
  apply: (wire, target) => {
    const fields = isObject(wire['additionalModelRequestFields']) ? wire['additionalModelRequestFields'] : {};
    if (fields['anthropic_beta'] !== undefined) return wire;
    return { ...wire, additionalModelRequestFields: { ...fields, anthropic_beta: target.betas } };
  },
};

/**
 * OpenAI's models refuse stop sequences there, and those that reason sampling. Source: @ai-sdk/amazon-bedrock 5.0 and LiteLLM 1.110, whose
 * authors asked the service.
 */
const bedrockOpenaiLimits: Quirk = {
  name: 'bedrock-openai-limits',
  apis: ['bedrock-converse'],
  reads: ['inferenceConfig'],
  when: ({ model }) => /openai\.gpt-/.test(model),
  apply: (wire, { model }, warn) => {
    const refused = model.includes('gpt-oss') ? ['stopSequences'] : ['stopSequences', 'temperature', 'topP'];
    return dropWithin(wire, 'inferenceConfig', refused, 'OpenAI does not take it at Bedrock', warn);
  },
};

/**
 * Mistral wants ids of nine letters and digits there, too, and not those that Bedrock itself makes. Source: @ai-sdk/amazon-bedrock 5.0
 * (`normalize-tool-call-id.ts`), mistral-common (`validator.py`).
 */
const bedrockMistralIds: Quirk = {
  name: 'bedrock-mistral-ids',
  apis: ['bedrock-converse'],
  reads: ['messages'],
  when: ({ model }) => /mistral\./.test(model),
  apply: (wire) =>
    changeParts(wire, 'messages', 'content', ['toolUse', 'toolResult'], (inner) => {
      const { toolUseId: id } = inner;
      return typeof id !== 'string' || mistralId.test(id) ? inner : { ...inner, toolUseId: shortId(id) };
    }),
};

/**
 * {@link https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html | Amazon Bedrock} by Converse. The base_url carries
 * the region, for example `https://bedrock-runtime.us-east-1.amazonaws.com`. A
 * {@link https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html | Bedrock API key} is a bearer token; without one the host signs.
 */
export const amazonBedrock = defineProvider({
  id: 'amazon_bedrock',
  aliases: ['amazon'],
  alsoKnownAs: ['bedrock', 'aws', 'aws_bedrock'],
  catalogueKey: 'amazon',
  keyVariables: ['AWS_BEARER_TOKEN_BEDROCK'],
  keyRequired: false,
  apis: ['bedrock-converse'],
  betaHeaders: { 'anthropic-beta': { in: 'body', forward: bedrockBetas, strip: [] } },
  quirks: [bedrockConverseBetas, bedrockOpenaiLimits, bedrockMistralIds],
});
