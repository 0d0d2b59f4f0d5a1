import { bedrockBetas } from './claude-betas.ts';
import { claudeInPath } from './claude-in-path.ts';
import { invokeModelFrame } from './invoke-model-frame.ts';
import { defineProvider } from './provider.ts';

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
  quirks: [claudeInPath('bedrock-2023-05-31', { betasInBody: true, streamInPath: true })],
});
