import { z } from 'zod';
import { closed, duration, flag, headerName, list, oneOf, port, text, whole } from './schema-values.ts';

/** Who may use a socket. */
const auth = closed({
  keys: list(text).min(1).describe('Keys of which a client must present one'),
  header: headerName.optional().describe('Header that carries the key, by default authorization'),
});

const listenerAgent = closed({
  id: text,
  description: text,
  default: flag.optional(),
  input_filters: list(text).optional(),
});

/** One socket for clients. */
export const listener = closed({
  type: oneOf(['model', 'prompt', 'agent']),
  name: text,
  port: port.optional(),
  address: text.optional(),
  timeout: duration.optional(),
  router: oneOf(['plano_orchestrator_v1']).optional(),
  max_retries: whole(0, 20).optional(),
  agents: list(listenerAgent).optional(),
  input_filters: list(text).optional(),
  output_filters: list(text).optional(),
  auth: auth.optional(),
  tls: closed({ cert: text, key: text }).optional(),
  cors: closed({ origins: list(text).min(1) }).optional(),
});

const legacyGate = closed({
  address: text.optional(),
  port: port.optional(),
  message_format: oneOf(['openai']).optional(),
  timeout: duration.optional(),
});

/** The old form: one gate for prompts, one for models. */
const legacyListeners = closed({ ingress_traffic: legacyGate.optional(), egress_traffic: legacyGate.optional() });

/** Both forms. */
export const listeners = z.union([list(listener), legacyListeners], { error: () => 'a list of listeners' });

const internalListener = closed({ port, address: text.optional(), auth: auth.optional() });

/** Sockets for what is otherwise a function call. */
export const internalListeners = closed({ llm: internalListener.optional(), brightstaff: internalListener.optional() });
