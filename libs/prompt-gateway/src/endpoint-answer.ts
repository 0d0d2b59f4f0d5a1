import type { GatewayError, HttpHeaders } from '@plano/common';
import { contentText, gatewayError, mediaType } from '@plano/common';

/** What a developer's API answered, as far as a prompt or a client can use it. */
export interface EndpointAnswer {
  readonly text: string;
  readonly isJson: boolean;
  /** The answer as a `chat.completion`; undefined when it is none. */
  readonly completion: Completion | undefined;
}

/** What is used of a `chat.completion`. */
interface Completion {
  readonly model: string;
  /** Text of the first choice; null when it has none. */
  readonly text: string | null;
}

const isTextual = (type: string): boolean =>
  type === '' ||
  type.startsWith('text/') ||
  type === 'application/json' ||
  type.endsWith('+json') ||
  type === 'application/xml' ||
  type.endsWith('+xml') ||
  type === 'application/yaml' ||
  type === 'application/x-ndjson';

/** Reads a successful answer. Bytes that are no UTF-8 become U+FFFD; a type that no prompt can hold is an error. */
export function readEndpointAnswer(
  reply: { readonly headers: HttpHeaders; readonly body: Uint8Array },
  where: string,
  decode: (bytes: Uint8Array) => string,
): EndpointAnswer | GatewayError {
  const type = mediaType(reply.headers);
  if (!isTextual(type)) return gatewayError('upstream_invalid', `${where} answered with ${type}, which cannot be put into a prompt`);
  const encoding = reply.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return gatewayError('upstream_invalid', `${where} answered with an encoding that was not asked for`);
  }
  const text = decode(reply.body);
  const parsed = parse(text);
  return { text, isJson: parsed.ok, completion: parsed.ok ? readCompletion(parsed.value) : undefined };
}

export const isGatewayError = (value: EndpointAnswer | GatewayError): value is GatewayError => 'kind' in value;

type Members = Readonly<Record<string, unknown>>;
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

function readCompletion(value: unknown): Completion | undefined {
  if (!isMembers(value) || !Array.isArray(value['choices'])) return undefined;
  const [choice] = value['choices'] as readonly unknown[];
  const message = isMembers(choice) && isMembers(choice['message']) ? choice['message'] : undefined;
  const text = contentText(message?.['content']);
  return { model: typeof value['model'] === 'string' ? value['model'] : '', text: text === '' ? null : text };
}

function parse(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
