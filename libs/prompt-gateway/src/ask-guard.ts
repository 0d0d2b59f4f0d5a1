import type { FlowReply, FlowStep, GatewayError, HostCapabilities } from '@plano/common';
import { call, gatewayError } from '@plano/common';
import { callFailure } from './call-failure.ts';
import type { PromptContext } from './prompt-context.ts';

/** What the guard says of a prompt; `refusal` is the answer to a jailbreak. */
export type GuardVerdict =
  | { readonly type: 'allowed' }
  | { readonly type: 'refused'; readonly refusal: string }
  | { readonly type: 'failed'; readonly error: GatewayError };

const allowed: GuardVerdict = { type: 'allowed' };

/** Asks the guard service about a prompt. One that cannot be asked lets nothing through: what is configured as guarded never goes unguarded. */
export function* askGuard(
  { config }: PromptContext,
  prompt: string,
  headers: Readonly<Record<string, string>>,
  host: HostCapabilities,
): Generator<FlowStep, GuardVerdict, FlowReply> {
  const { guards } = config.prompts;
  if (guards === null || guards.service === null || guards.jailbreakMessage === null) return allowed;
  const { scheme, host: name, port, authority, path, timeoutMs } = guards.service;
  const bodyLimit = config.limits.endpointBodyBytes;
  const reply = yield* call(
    {
      target: { type: 'socket', scheme, host: name, port, authority },
      method: 'POST',
      path,
      headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ input: prompt, task: 'jailbreak' }),
    },
    { timeoutMs, bodyLimit },
  );
  const failure = callFailure(reply, { host: 'prompt_guard', path, bodyLimit }, host.utf8.decode);
  // A guard's own status is not the client's fault.
  if (failure !== undefined) return { type: 'failed', error: { ...failure, ...asServerError(failure) } };
  const verdict = readVerdict(reply.ok ? host.utf8.decode(reply.body) : '');
  if (verdict === undefined) {
    return { type: 'failed', error: gatewayError('upstream_invalid', `prompt_guard${path} answered without a verdict`) };
  }
  return verdict ? { type: 'refused', refusal: guards.jailbreakMessage } : allowed;
}

const asServerError = ({ status }: GatewayError): Partial<GatewayError> => (status < 500 ? { status: 502, category: 'server' } : {});

function readVerdict(text: string): boolean | undefined {
  try {
    const { jailbreak_verdict: verdict } = JSON.parse(text) as { jailbreak_verdict?: unknown };
    return typeof verdict === 'boolean' ? verdict : undefined;
  } catch {
    return undefined;
  }
}
