import type { EffectiveConfig, ExchangeSummary, Gateway, HostCapabilities, UpstreamRequest } from '@plano/common';
import { envoyPathKey, envoySummaryKey } from '@plano/common';
import * as event from './operations.ts';
import { createFailureTexts } from './failure-texts.ts';
import type { FilterMetrics } from './filter-metrics.ts';
import { createFilterMetrics } from './filter-metrics.ts';
import type { EnvoyHost } from './host.ts';
import * as envoy from './host.ts';
import { createKeyCheck } from './listener-keys.ts';
import { createNativeUtf8 } from './native-utf8.ts';
import { readPluginConfig } from './plugin-config.ts';
import type { Stream, StreamOwner } from './stream.ts';
import {
  createStream,
  endForced,
  handle,
  onCallReply,
  onLog,
  onRequestBody,
  onRequestHeaders,
  onRequestTrailers,
  onResponseBody,
  onResponseHeaders,
  onResponseTrailers,
} from './stream.ts';

/** What a filter is made of. */
interface FilterParts {
  /** @throws Error with a readable reason when the configuration cannot be used: Envoy then refuses to start */
  createGateway(config: EffectiveConfig): Gateway;
  echo(request: UpstreamRequest, nowMs: number): { status: number; contentType: string; chunks: readonly string[] };
}

/** Takes an event of Envoy's; the meaning of the numbers is in `operations.ts`. */
type PluginEvent = (kind: number, id: number, first: number, second: number, size: number) => number;

/** Nanoseconds a byte of a body may take: a tenth of a second a megabyte. */
const watchdogNsPerByte = 100;

/** The script side of a filter: one owner for each plugin configuration, one stream for each HTTP stream of Envoy. */
export function createPlugin(parts: FilterParts, host: EnvoyHost): PluginEvent {
  const owners = new Map<number, StreamOwner>();
  const streams = new Map<number, Stream>();
  const calls = new Map<number, Stream>();
  let metrics: FilterMetrics | undefined;

  const capabilities: HostCapabilities = {
    redispatch: false,
    // Envoy does, in the clusters that its file makes for that.
    signing: true,
    utf8: createNativeUtf8(host),
    now: Date.now,
    newId: (prefix) => prefix + hexadecimal(host.randomBytes(16)),
    random: () => Number.parseInt(hexadecimal(host.randomBytes(4)), 16) / 2 ** 32,
  };

  function configure(root: number, size: number): number {
    try {
      const { watchdogMs, heapBytes, listener, node, config } = readPluginConfig(
        capabilities.utf8.decode(host.buffer(envoy.pluginConfiguration, 0, size)),
      );
      const gateway = parts.createGateway(config);
      const auth = [...config.listeners, ...config.internalListeners].find(({ name }) => name === listener)?.auth;
      metrics ??= createFilterMetrics(host);
      host.setLimits(watchdogMs, watchdogNsPerByte, heapBytes);
      owners.set(root, {
        host,
        gateway,
        capabilities: node === null ? capabilities : { ...capabilities, handover: node },
        listener,
        checkKeys: auth ? createKeyCheck(auth) : undefined,
        nodeAuth: config.internalListeners.find(({ type }) => type === 'brightstaff')?.auth ?? null,
        requestBodyBytes: config.limits.requestBodyBytes,
        inFlight: config.limits.inFlight,
        open: () => streams.size,
        streamTotalMs: config.timeouts.streamTotalMs ?? 0,
        failureTexts: createFailureTexts(gateway, host),
        echo: (request) => parts.echo(request, capabilities.now()),
        awaitCall,
        onSummary,
      });
      return 1;
    } catch (error) {
      host.log('critical', `Plano cannot start: ${error instanceof Error ? error.message : String(error)}`);
      return 0;
    }
  }

  function create(id: number, parent: number): number {
    const owner = owners.get(parent);
    if (owner !== undefined) streams.set(id, createStream(id, owner));
    return 0;
  }

  function awaitCall(token: number, stream: Stream): void {
    calls.set(token, stream);
    metrics?.calls(1);
  }

  function onReply(token: number, headerCount: number, size: number): number {
    const stream = calls.get(token);
    if (stream === undefined) return 0;
    calls.delete(token);
    metrics?.calls(-1);
    // Envoy brings replies to the root context; without this, what follows would be about no stream at all.
    host.setContext(stream.id);
    return handle(stream, () => {
      onCallReply(stream, size, headerCount);
      return 0;
    });
  }

  /** The stream whose event was ended by force is the one that still runs. */
  function onFailure(): number {
    for (const stream of streams.values()) if (stream.running) return endForced(stream);
    return 0;
  }

  function onSummary({ startedMs, firstWriteMs, head }: Stream, status: number, summary: ExchangeSummary): void {
    metrics?.record({ startedMs, firstWriteMs, endedMs: capabilities.now(), status, summary });
    host.setProperty(envoySummaryKey, JSON.stringify(summary));
    const query = head.path.indexOf('?');
    host.setProperty(envoyPathKey, query === -1 ? head.path : head.path.slice(0, query));
  }

  function forget(stream: Stream): number {
    streams.delete(stream.id);
    for (const [token, waiting] of calls) {
      if (waiting !== stream) continue;
      calls.delete(token);
      metrics?.calls(-1);
    }
    return 0;
  }

  return (kind, id, first, second, size) => {
    if (kind === event.eventContext) return create(id, first);
    if (kind === event.eventConfigure) return configure(id, first);
    if (kind === event.eventCallReply) return onReply(first, second, size);
    if (kind === event.eventFailure) return onFailure();
    const stream = streams.get(id);
    if (stream === undefined) return 0;
    switch (kind) {
      case event.eventRequestHeaders:
        return handle(stream, onRequestHeaders, second !== 0);
      case event.eventRequestBody:
        return handle(stream, onRequestBody, second !== 0, first);
      case event.eventRequestTrailers:
        return handle(stream, onRequestTrailers);
      case event.eventResponseHeaders:
        return handle(stream, onResponseHeaders, second !== 0);
      case event.eventResponseBody:
        return handle(stream, onResponseBody, second !== 0, first);
      case event.eventResponseTrailers:
        return handle(stream, onResponseTrailers);
      case event.eventLog:
        onLog(stream);
        return 0;
      case event.eventDelete:
        return forget(stream);
      default:
        return 0;
    }
  };
}

const hexadecimal = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
