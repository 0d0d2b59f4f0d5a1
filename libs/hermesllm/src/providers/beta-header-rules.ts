import type { BetaHeaderRule } from './provider.ts';

/** The rule of a provider that understands whatever beta its API has. */
const forwardAll: BetaHeaderRule = { in: 'header', forward: ['*'], strip: [] };

/** Beta headers of the Messages API. */
export const anthropicBetas: Readonly<Record<string, BetaHeaderRule>> = { 'anthropic-beta': forwardAll };

/** Beta headers of OpenAI's APIs, for example `responses=experimental`. */
export const openaiBetas: Readonly<Record<string, BetaHeaderRule>> = { 'openai-beta': forwardAll };
