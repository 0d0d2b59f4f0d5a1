import protobuf from 'protobufjs';

type Field = readonly [type: string, id: number, rule?: 'repeated'];

/** Messages of OTLP's traces, as far as the gateway writes them: names, types and numbers of the fields. */
const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ExportTraceServiceRequest: { resourceSpans: ['ResourceSpans', 1, 'repeated'] },
  ExportTraceServiceResponse: {},
  ResourceSpans: { resource: ['Resource', 1], scopeSpans: ['ScopeSpans', 2, 'repeated'], schemaUrl: ['string', 3] },
  Resource: { attributes: ['KeyValue', 1, 'repeated'], droppedAttributesCount: ['uint32', 2] },
  ScopeSpans: { scope: ['InstrumentationScope', 1], spans: ['Span', 2, 'repeated'], schemaUrl: ['string', 3] },
  InstrumentationScope: {
    name: ['string', 1],
    version: ['string', 2],
    attributes: ['KeyValue', 3, 'repeated'],
    droppedAttributesCount: ['uint32', 4],
  },
  Span: {
    traceId: ['bytes', 1],
    spanId: ['bytes', 2],
    traceState: ['string', 3],
    parentSpanId: ['bytes', 4],
    name: ['string', 5],
    kind: ['int32', 6],
    startTimeUnixNano: ['fixed64', 7],
    endTimeUnixNano: ['fixed64', 8],
    attributes: ['KeyValue', 9, 'repeated'],
    droppedAttributesCount: ['uint32', 10],
    events: ['Event', 11, 'repeated'],
    droppedEventsCount: ['uint32', 12],
    droppedLinksCount: ['uint32', 14],
    status: ['Status', 15],
    flags: ['fixed32', 16],
  },
  Event: {
    timeUnixNano: ['fixed64', 1],
    name: ['string', 2],
    attributes: ['KeyValue', 3, 'repeated'],
    droppedAttributesCount: ['uint32', 4],
  },
  Status: { message: ['string', 2], code: ['int32', 3] },
  KeyValue: { key: ['string', 1], value: ['AnyValue', 2] },
  AnyValue: {
    stringValue: ['string', 1],
    boolValue: ['bool', 2],
    intValue: ['int64', 3],
    doubleValue: ['double', 4],
    arrayValue: ['ArrayValue', 5],
  },
  ArrayValue: { values: ['AnyValue', 1, 'repeated'] },
};

const root = new protobuf.Root();
for (const [name, fields] of Object.entries(messages)) {
  const type = new protobuf.Type(name);
  for (const [field, [fieldType, id, rule]] of Object.entries(fields)) type.add(new protobuf.Field(field, id, fieldType, rule));
  root.add(type);
}
const request = root.lookupType('ExportTraceServiceRequest');

/** An attribute as it was sent: of its value only the member that was set. */
export interface SentAttribute {
  readonly key: string;
  readonly value: SentValue;
}

export interface SentValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly SentValue[] };
}

/** A request of OTLP, identifiers in hexadecimal and numbers of 64 bits as text. */
export interface SentRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly SentAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly version: string };
      readonly spans: readonly SentSpan[];
    }[];
  }[];
}

export interface SentSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly SentAttribute[];
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes?: readonly SentAttribute[] }[];
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly flags?: number;
}

/**
 * Reads a request.
 *
 * @throws Error for bytes that are no request, or that hold a field this table does not know
 */
export function readExportRequest(bytes: Uint8Array): SentRequest {
  const message = request.decode(bytes);
  const strict = request.verify(request.toObject(message));
  if (strict !== null) throw new Error(strict);
  checkFields(bytes, 'ExportTraceServiceRequest');
  return request.toObject(message, { longs: String }) as SentRequest;
}

const wireTypes: Readonly<Record<string, number>> = {
  uint32: 0,
  int32: 0,
  int64: 0,
  bool: 0,
  fixed64: 1,
  double: 1,
  string: 2,
  bytes: 2,
  fixed32: 5,
};

/** A decoder passes over what it does not know; this does not. */
function checkFields(bytes: Uint8Array, name: string): void {
  const reader = protobuf.Reader.create(bytes);
  const fields = Object.entries(messages[name] ?? {});
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const found = fields.find(([, [, id]]) => id === tag >>> 3);
    if (found === undefined) throw new Error(`${name} has an unknown field ${tag >>> 3}`);
    const [field, [type]] = found;
    const wireType = tag & 7;
    if (wireType !== (wireTypes[type] ?? 2)) throw new Error(`${name}.${field} has wire type ${wireType}`);
    if (wireTypes[type] === undefined) checkFields(reader.bytes(), type);
    else reader.skipType(wireType);
  }
}
