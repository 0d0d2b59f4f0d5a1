import { isObject } from '../read.ts';
import { bedrockBetas } from './claude-betas.ts';
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
  quirks: [bedrockConverseBetas],
});
