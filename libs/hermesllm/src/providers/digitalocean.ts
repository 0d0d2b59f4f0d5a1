import { defineProvider } from './provider.ts';

/** {@link https://docs.digitalocean.com/products/gradient-ai-platform/ | DigitalOcean} serverless inference. */
export const digitalocean = defineProvider({
  id: 'digitalocean',
  aliases: ['do', 'do_ai'],
  catalogueKey: 'digitalocean',
  baseUrl: 'https://inference.do-ai.run/v1',
  keyVariables: ['DO_API_KEY'],
  zeroConfigRank: 7,
  apis: ['openai-chat'],
  capabilities: { promptCache: { claudeMarkers: true, automatic: true } },
});
