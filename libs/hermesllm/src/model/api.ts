/** The wire protocols that are translated. An API says how a request looks, not who serves it. */
export type ApiId = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'bedrock-converse' | 'gemini';

/** How an API frames its streams on the wire. */
export type Framing = 'sse' | 'json-array' | 'aws-event-stream';

/** One framed stream message: an SSE event, an element of a JSON array, or an AWS event-stream message. */
export interface Frame {
  /** SSE `event:` field, or `:event-type` / `:exception-type` of an AWS message. */
  event: string | undefined;
  /** The payload as text. */
  data: string;
  /** String headers of an AWS message; exception frames are told apart by `:message-type`. */
  headers: Readonly<Record<string, string>> | undefined;
}

/** Server-sent events that stand inside frames of AWS, and how to take them out. */
export interface WrappedFrames {
  readonly framing: 'aws-event-stream';
  /** Turns each frame into the API's own. */
  readonly unwrap: (frame: Frame) => Frame;
}
