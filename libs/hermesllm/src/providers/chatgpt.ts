import type { JsonObject } from '../codec.ts';
import { invalidRequest } from '../hermes-error.ts';
import type { Warning } from '../model/warning.ts';
import { openaiBetas } from './beta-header-rules.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

const codexInstructions = "You are Codex, based on GPT-5. You are running as a coding agent in the Codex CLI on a user's computer.";

function codexRequest(wire: JsonObject, warn: (warning: Warning) => void): JsonObject {
  if (wire['stream'] === false) throw invalidRequest('stream', 'the ChatGPT Codex provider only streams; set it to true');
  const { instructions, input } = wire;
  const changed: Record<string, unknown> = { ...wire, store: false, stream: true };
  if (wire['store'] === true) warn({ type: 'dropped', path: 'store', reason: 'the ChatGPT Codex provider stores no responses' });
  if (typeof instructions !== 'string' || instructions === '') changed['instructions'] = codexInstructions;
  else if (!instructions.includes(codexInstructions)) changed['instructions'] = `${codexInstructions}\n\n${instructions}`;
  if (typeof input === 'string') changed['input'] = [{ type: 'message', role: 'user', content: input }];
  else if (typeof input === 'object' && input !== null && !Array.isArray(input)) changed['input'] = [input];
  return changed;
}

/**
 * The subscription's backend answers only requests that look like those of the Codex command line. Source: https://github.com/openai/codex
 * (codex-rs/core, requests with ChatGPT sign-in) and katanemo/plano 0.4.36.
 */
const chatgptCodex: Quirk = {
  name: 'chatgpt-codex',
  apis: ['openai-responses'],
  when: () => true,
  apply: (wire, _target, warn) => codexRequest(wire, warn),
};

/** ChatGPT subscriptions by the backend of the Codex command line; the client's own token is passed through unless a key is configured. */
export const chatgpt = defineProvider({
  id: 'chatgpt',
  alsoKnownAs: ['codex'],
  catalogueKey: 'chatgpt',
  baseUrl: 'https://chatgpt.com/backend-api/codex',
  keyVariables: ['CHATGPT_ACCESS_TOKEN'],
  keyRequired: false,
  apis: ['openai-chat', 'openai-responses'],
  headers: {
    'chatgpt-account-id': { environment: 'CHATGPT_ACCOUNT_ID' },
    originator: 'codex_cli_rs',
    'user-agent': 'codex_cli_rs/0.0.0 (Unknown 0; unknown) unknown',
    session_id: { generated: 'uuid' },
  },
  betaHeaders: openaiBetas,
  capabilities: { supportsDeveloperRole: true, alwaysStreams: true, promptCache: { claudeMarkers: false, automatic: true } },
  quirks: [chatgptCodex],
});
