import { z } from 'zod';
import { anyText, closed, duration, flag, headers, list, oneOf, text, whole } from './schema-values.ts';

const scalar = z.union([z.string(), z.int(), z.boolean()], { error: () => 'text, a whole number, `true` or `false`' });

const parameter = closed({
  name: text,
  description: anyText,
  type: text,
  required: flag.optional(),
  default: scalar.optional(),
  enum: list(scalar).optional(),
  in_path: flag.optional(),
  format: anyText.optional(),
});

/** A developer's API that a prompt can be turned into a call of. */
export const promptTarget = closed({
  name: text,
  description: anyText,
  default: flag.optional(),
  auto_llm_dispatch_on_response: flag.optional(),
  parameters: list(parameter).optional(),
  endpoint: closed({
    name: text,
    path: text,
    http_method: oneOf(['GET', 'POST']).optional(),
    http_headers: headers.optional(),
  }).optional(),
  system_prompt: anyText.optional(),
});

/** A server of the developer. */
export const endpoint = closed({
  endpoint: text.describe('host or host:port'),
  connect_timeout: duration.optional(),
  protocol: oneOf(['http', 'https']).optional(),
  http_host: text.optional(),
  prefix_affinity: flag.optional(),
});

/** An agent. */
export const agent = closed({ id: text, url: text });

/** A filter, called over MCP or plain HTTP. */
export const filter = closed({
  id: text,
  url: text,
  type: oneOf(['mcp', 'http']).optional(),
  transport: oneOf(['streamable-http']).optional(),
  tool: text.optional(),
});

/** Checks before a prompt is sent on. */
export const promptGuards = closed({
  input_guards: closed({ jailbreak: closed({ on_exception: closed({ message: text }) }) }).optional(),
  service: closed({ url: text, timeout: duration.optional() }).optional(),
});

/** Which model turns prompts into calls. */
export const functionCalling = closed({
  engine: oneOf(['arch-function', 'model']).optional(),
  model: text.optional(),
  context_tokens: whole(256, 10_000_000).optional(),
  max_tokens: whole(16, 1_000_000).optional(),
  timeout: duration.optional(),
});

/** Token counting. */
export const tokens = closed({ max_characters: whole(1, 100_000_000).optional() });
