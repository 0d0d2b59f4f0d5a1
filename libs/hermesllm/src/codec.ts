import type { StreamFraming } from './framing/stream-framing.ts';
import type { Machine } from './machine.ts';
import type { ApiId, Frame } from './model/api.ts';
import type { LlmError } from './model/error.ts';
import type { LlmRequest } from './model/request.ts';
import type { LlmResponse, ResponseFacts } from './model/response.ts';
import type { StreamEvent } from './model/stream-event.ts';
import type { Warning } from './model/warning.ts';
import type { Scope } from './scope.ts';

/** A JSON object as parsed: nothing about its members is known yet. */
export type JsonObject = { readonly [key: string]: unknown };

/** An error as a client of the API receives it. */
export interface EncodedError {
  status: number;
  body: JsonObject;
  /** Headers that belong to the error's form, lower-case names, for example `x-amzn-errortype`. */
  headers: Readonly<Record<string, string>> | undefined;
}

/** Proofs that another API's upstream gave, which clients hold sealed in the fields of this one: here they would be refused. */
export interface HistoryProofs {
  /** Texts of which a body has one in it when there may be something to do for this model. */
  marks(model: string): readonly string[];
  /** The member that holds the history, and the list inside its elements, if the pieces stand there. */
  readonly list: string;
  readonly inner: string | undefined;
  /** The piece as the upstream takes it: the same object, its own proof restored, or undefined when nothing of use is left. */
  restore(piece: JsonObject): JsonObject | undefined;
  /** Adds the proofs that this model demands and nobody gave; the same object when none is missing. */
  complete?(wire: JsonObject, model: string, warn: (warning: Warning) => void): JsonObject;
  /** Whether an API's member that asks to think has to go once pieces are gone: the member's name. */
  thinkingField?(wire: JsonObject): string | undefined;
  /** The members that `thinkingField` may name. */
  readonly thinkingFields?: readonly string[];
}

/**
 * One API in both directions. `decode…` reads the wire into the hub, `encode…` writes the hub onto the wire.
 * Requests come from strangers: `decodeRequest` is the one validating step and throws `HermesError` with a path.
 * Responses and stream events come from upstreams that add fields weekly: decoders never throw on what they do not know.
 */
export interface Codec {
  readonly api: ApiId;
  /** How streams may be framed; the first is the usual way. */
  readonly framings: readonly [StreamFraming, ...StreamFraming[]];
  /** The frame that only says "this is the end", for upstreams that leave it out; undefined where the last frame says more. */
  readonly endFrame: Frame | undefined;
  /** Whether the stream encoder needs the blocks one after another. */
  readonly sequentialBlocks: boolean;
  /**
   * Members without which a same-API request is refused here, and how their values begin; everything else the upstream judges. Of several
   * with spaces between them one is enough.
   */
  readonly requiredMembers: Readonly<Record<string, '[' | ''>>;
  /** Whether the body itself carries `model` and `stream`; otherwise they stand in the path. */
  readonly modelInBody: boolean;
  /** For same-API requests, whose body is not decoded. Undefined: the API holds none, or takes them all. */
  readonly proofs?: HistoryProofs;
  /** A tool's name as the API allows it, for `encodeRequest` and back again: a function of the name alone, that keeps different names different. */
  toolName(name: string): string;
  /** Parsed JSON of a request to the hub. Throws `HermesError` (400) with the path of what is wrong. */
  decodeRequest(wire: unknown, scope: Scope): LlmRequest;
  /** The hub's request as JSON of this API; what it cannot say goes to `scope.warn`. */
  encodeRequest(request: LlmRequest, scope: Scope): JsonObject;
  /** Parsed JSON of a whole answer to the hub; what is unknown or missing is tolerated. */
  decodeResponse(wire: unknown, scope: Scope): LlmResponse;
  /** What a log wants of an answer that passes unchanged, without the rest; undefined where that takes the whole answer. */
  decodeFacts?(wire: unknown): ResponseFacts | undefined;
  /** Some APIs echo request fields in their response. */
  encodeResponse(response: LlmResponse, request: LlmRequest, scope: Scope): JsonObject;
  /** The error that a body under a 2xx status is instead of an answer, if it is one. */
  decodeFailure(wire: unknown): LlmError | undefined;
  /** Frames of one stream to hub events, which keep the grammar of `StreamEvent`. */
  streamDecoder(scope: Scope): Machine<Frame, StreamEvent>;
  /** Hub events of one stream to frames; `request` is what is answered. */
  streamEncoder(request: LlmRequest, scope: Scope): Machine<StreamEvent, Frame>;
  /** Frames that follow a stream which the encoder did not write, where events are numbered; `last` is the last event of that stream. */
  continueAfter?(frames: readonly Frame[], last: Frame | undefined): readonly Frame[];
  /** `body` is parsed JSON, or the text of a body that is not JSON. `header` reads a response header. */
  decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError;
  /** An error in the envelope that clients of this API read. */
  encodeError(error: LlmError): EncodedError;
}

/** Makes a frame. */
export const frame = (data: string, event?: string, headers?: Readonly<Record<string, string>>): Frame => ({ event, data, headers });

/** Parsed JSON, or undefined for text that is none. */
export function parseData(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
