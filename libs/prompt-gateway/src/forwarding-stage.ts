import type {
  Decision,
  EffectiveConfig,
  ExchangeSummary,
  Flow,
  Gateway,
  HttpBody,
  HttpHeaders,
  RequestHead,
  UpstreamTarget,
} from '@plano/common';
import {
  connectionHeaders,
  emptySummary,
  forward,
  gatewayError,
  headerValue,
  hopByHopHeaders,
  isForwardedToClient,
  isForwardedUpstream,
  mediaType,
  refuse,
} from '@plano/common';

/** The next filter in Envoy's chain: a request that is forwarded there goes on with what was changed of it. */
export const nextFilterTarget: UpstreamTarget = { type: 'builtin', name: 'next-filter' };

/**
 * A gateway that sends every request on to one place and lets the answer through: the stage behind a prompt gateway where no LLM gateway can be
 * called, such as in Envoy, where the LLM gateway is the next filter.
 *
 * @param target default: the next filter
 * @param keepsHeaders whether all headers stay, because the next stage is ours too; else only those that a provider may see. Default true.
 * @example
 * const gateway = createPromptGateway(config, createForwardingStage());
 */
export function createForwardingStage(target: UpstreamTarget = nextFilterTarget, { keepsHeaders = true } = {}): Gateway {
  return {
    handleRequest: (head, body) => forwardRequest(head, body, target, keepsHeaders),
    refuse: (head, error) => refuse(head.path, error),
  };
}

function* forwardRequest(head: RequestHead, body: HttpBody, target: UpstreamTarget, keepsHeaders: boolean): Flow {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(headersFor(head.headers, keepsHeaders ? isKeptForNextStage : isForwardedUpstream))) {
    headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  const answer = yield* forward({ target, method: head.method, path: head.path, headers, body });
  if (!answer.ok) {
    const kind = {
      timeout: 'upstream_timeout',
      unreachable: 'upstream_unreachable',
      reset: 'upstream_reset',
      unsigned: 'missing_credential',
    } as const;
    return refuse(head.path, gatewayError(kind[answer.reason], answer.message));
  }
  return passAnswer(answer.status, answer.headers);
}

const isKeptForNextStage = (name: string): boolean => name !== 'host' && name !== 'content-length' && !hopByHopHeaders.has(name);

function passAnswer(status: number, upstream: HttpHeaders): Decision {
  const headers = headersFor(upstream, isForwardedToClient);
  for (const name of ['content-length', 'content-encoding', 'content-type']) {
    const value = headerValue(upstream, name);
    if (value !== undefined) headers[name] = value;
  }
  const stream = mediaType(upstream) === 'text/event-stream';
  let error: ExchangeSummary['error'] = null;
  return {
    action: 'accept',
    status,
    headers,
    stream,
    body: {
      push: (chunk) => [chunk],
      finish: () => [],
      fail(failure) {
        error = { code: `upstream_${failure.reason}`, message: failure.message };
        return undefined;
      },
    },
    summary: () => ({ ...emptySummary, stream, attempts: 1, error }),
  };
}

function headersFor(from: HttpHeaders, isKept: (name: string) => boolean): Record<string, string | readonly string[]> {
  const connection = headerValue(from, 'connection');
  const named = connection === undefined ? [] : connectionHeaders(connection);
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || named.includes(name) || !isKept(name)) continue;
    kept[name] = value;
  }
  return kept;
}

/** The stage of `use_agent_orchestrator`: the one endpoint of the configuration. */
export function createOrchestratorStage({ endpoints }: EffectiveConfig): Gateway {
  const [endpoint] = Object.values(endpoints);
  if (endpoint === undefined) throw new Error('use_agent_orchestrator needs an endpoint');
  const { scheme, host, port, authority, connectTimeoutMs } = endpoint;
  return createForwardingStage({ type: 'socket', scheme, host, port, authority, connectTimeoutMs }, { keepsHeaders: false });
}
