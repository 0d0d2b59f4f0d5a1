import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { SentAttribute, SentRequest, SentSpan, SentValue } from './otlp-messages.ts';
import { readExportRequest } from './otlp-messages.ts';

type AttributeValue = string | number | boolean | readonly AttributeValue[];

/** A span as the collector got it, in plain values. */
export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for a root. */
  readonly parentId: string | undefined;
  readonly kind: 'internal' | 'server' | 'client';
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly events: readonly { readonly name: string; readonly at: bigint; readonly attributes: Readonly<Record<string, AttributeValue>> }[];
  readonly error: string | undefined;
  /** Of the resource. */
  readonly resource: Readonly<Record<string, AttributeValue>>;
}

/** What it does with a request: takes it, says that it cannot, or never answers. */
export type CollectorMood = 'takes' | 'refuses' | 'hangs';

/** A collector of traces on a free port, over gRPC. */
export interface Collector {
  /** `http://…` */
  readonly endpoint: string;
  readonly spans: readonly CollectedSpan[];
  /** Requests that came, taken or not. */
  requests(): number;
  behave(mood: CollectorMood): void;
  close(): void;
}

/** Starts one; `port` 0 is a free one. */
export async function startCollector(mood: CollectorMood = 'takes', wantedPort = 0): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  let requests = 0;
  let current = mood;
  const server = new Server();
  const service = {
    Export: {
      path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
      requestDeserialize: (bytes: Buffer) => readExportRequest(bytes),
      responseSerialize: () => Buffer.alloc(0),
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  } as const;
  server.addService(service, {
    Export(call: ServerUnaryCall<SentRequest, null>, answer: sendUnaryData<null>) {
      requests++;
      if (current === 'hangs') return;
      if (current === 'refuses') {
        answer({ code: status.RESOURCE_EXHAUSTED, details: 'too much' });
        return;
      }
      spans.push(...collected(call.request));
      answer(null, null);
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${wantedPort}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    requests: () => requests,
    behave(next) {
      current = next;
    },
    close: () => server.forceShutdown(),
  };
}

const kinds = { 1: 'internal', 2: 'server', 3: 'client' } as const;

const collected = ({ resourceSpans }: SentRequest): CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = plain(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => collect(span, attributes)));
  });

function collect(span: SentSpan, resource: CollectedSpan['resource']): CollectedSpan {
  const kind = kinds[span.kind as keyof typeof kinds];
  if (span.traceId.length !== 16 || span.spanId.length !== 8 || kind === undefined) throw new Error(`${span.name} is malformed`);
  return {
    service: String(resource['service.name']),
    name: span.name,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: span.parentSpanId === undefined ? undefined : hex(span.parentSpanId),
    kind,
    start: BigInt(span.startTimeUnixNano),
    end: BigInt(span.endTimeUnixNano),
    attributes: plain(span.attributes),
    events: (span.events ?? []).map((event) => ({ name: event.name, at: BigInt(event.timeUnixNano), attributes: plain(event.attributes) })),
    error: span.status?.code === 2 ? (span.status.message ?? '') : undefined,
    resource,
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const plain = (attributes: readonly SentAttribute[] = []): Record<string, AttributeValue> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

function valueOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: SentValue): AttributeValue {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(valueOf);
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? '';
}
