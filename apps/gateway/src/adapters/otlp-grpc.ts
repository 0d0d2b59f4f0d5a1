import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import type { Resource } from '@opentelemetry/resources';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { v4 as uuid } from 'uuid';
import { packageVersion } from '../package-version.ts';
import type { Span } from '../tracing/span.ts';
import type { SpanExporter } from '../tracing/span-queue.ts';

type LibrarySpan = Parameters<OTLPTraceExporter['export']>[0][number];
type HrTime = LibrarySpan['startTime'];

const sampledFlag = 1;
const kinds = { internal: 0, server: 1, client: 2 } as const;
const statusUnset = 0;
const statusError = 2;

/**
 * Sends spans by OTLP over gRPC. Loading it loads OpenTelemetry's exporter and gRPC, so it is imported only when tracing is on.
 *
 * Every service of ours is a resource of its own, beside what `OTEL_RESOURCE_ATTRIBUTES` says of this process.
 */
export function createOtlpExporter({ endpoint, timeoutMs }: { endpoint: string; timeoutMs: number }): SpanExporter {
  const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: timeoutMs });
  const resourceOf = createResources();
  const scope = { name: 'brightstaff', version: packageVersion() };
  return {
    export: (spans) =>
      new Promise((resolve, reject) => {
        exporter.export(
          spans.map((span) => librarySpan(span, resourceOf(span.service), scope)),
          ({ code, error }) => {
            if (code === 0) resolve();
            else reject(error ?? new Error('The collector did not take the spans'));
          },
        );
      }),
    close: () => void exporter.shutdown().catch(() => {}),
  };
}

function createResources(): (service: string) => Resource {
  const own = resourceFromAttributes({ 'service.version': packageVersion(), 'service.instance.id': uuid() });
  const common = own.merge(detectResources({ detectors: [envDetector] }));
  const made = new Map<string, Resource>();
  return (service) => {
    let resource = made.get(service);
    if (resource === undefined) {
      resource = common.merge(resourceFromAttributes({ 'service.name': service }));
      made.set(service, resource);
    }
    return resource;
  };
}

function librarySpan(span: Span, resource: Resource, instrumentationScope: LibrarySpan['instrumentationScope']): LibrarySpan {
  const { traceId, spanId, parentId, parentIsRemote, startMs, endMs, error } = span;
  const context = { traceId, spanId, traceFlags: sampledFlag };
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => context,
    ...(parentId === undefined
      ? {}
      : { parentSpanContext: { traceId, spanId: parentId, traceFlags: sampledFlag, isRemote: parentIsRemote } }),
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(endMs - startMs),
    ended: true,
    status: error === undefined ? { code: statusUnset } : { code: statusError, message: error },
    attributes: span.attributes,
    events: span.events.map(({ name, atMs, attributes }) => ({ name, time: hrTime(atMs), attributes })),
    links: [],
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
function hrTime(milliseconds: number): HrTime {
  const microseconds = Math.round(milliseconds * 1000);
  return [Math.floor(microseconds / 1_000_000), (microseconds % 1_000_000) * 1000];
}
