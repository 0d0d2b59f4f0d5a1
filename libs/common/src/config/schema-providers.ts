import { z } from 'zod';
import { providerIds } from './provider-facts.ts';
import { anyText, closed, duration, flag, headers, list, oneOf, text, whole } from './schema-values.ts';

/** One model, or all of a provider's. */
export const modelProvider = closed({
  model: text.describe('<provider>/<model id>, or <provider>/* for all models of a provider'),
  name: text.optional(),
  access_key: text.optional().describe('$VARIABLE or file:PATH'),
  default: flag.optional(),
  base_url: text.optional(),
  passthrough_auth: flag.optional(),
  http_host: text.optional(),
  provider_interface: z.enum(providerIds as [string, ...string[]]).optional(),
  headers: headers.optional(),
  api: oneOf(['openai-chat', 'openai-responses', 'anthropic-messages', 'bedrock-converse', 'gemini']).optional(),
  endpoints: list(closed({ base_url: text.optional(), access_key: text.optional(), weight: whole(1, 1_000_000).optional() }))
    .min(1)
    .optional(),
  max_concurrency: whole(1).optional(),
  circuit_breaker: z
    .union(
      [closed({ failures: whole(1, 1_000_000).optional(), window: duration.optional(), open: duration.optional() }), z.literal(false)],
      { error: () => 'a map, or `false`' },
    )
    .optional(),
  beta_headers: closed({ forward: list(text).optional(), strip: list(text).optional() }).optional(),
  // Of the old inline form only what migration reads is checked; the reference accepts anything beside it.
  routing_preferences: list(z.looseObject({ name: text.optional(), description: anyText.optional() })).optional(),
});

/** Names that stand for models. */
export const modelAliases = z.record(text, closed({ target: text }), { error: () => 'a map of aliases to `target`' });
