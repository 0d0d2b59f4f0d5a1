// Everything that knows no API and no provider: a bundle of it and two codecs holds two APIs.

export type { Codec, EncodedError, JsonObject } from './codec.ts';
export { frame } from './codec.ts';
export { dataUrl, parseDataUrl } from './data-url.ts';
export type { ScopeOptions } from './default-scope.ts';
export { createScope, warningLimit } from './default-scope.ts';
export type { Edit, MemberSpan } from './framing/json-splice.ts';
export { applyEdits, checkDepth, defaultDepthLimit, scanElements, scanMembers, spliceMembers } from './framing/json-splice.ts';
export type { EventBoundaries, StreamFraming } from './framing/stream-framing.ts';
export type { Utf8, Utf8Decoder } from './framing/utf8.ts';
export { decodeUtf8, encodeUtf8, portableUtf8, streamingDecoder } from './framing/utf8.ts';
export { errorOf, HermesError, invalidRequest, isHermesError } from './hermes-error.ts';
export type { Machine } from './machine.ts';
export { none, pipe } from './machine.ts';
export type { ApiId, Frame, Framing, WrappedFrames } from './model/api.ts';
export { unwrapStream } from './unwrap-stream.ts';
export type {
  Block,
  CacheHint,
  Citation,
  CitedPlace,
  MediaBlock,
  MediaSource,
  ReasoningBlock,
  RefusalBlock,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
  UnknownBlock,
} from './model/block.ts';
export type { ErrorDetails, LlmError, LlmErrorKind } from './model/error.ts';
export { kindOfStatus, llmError } from './model/error.ts';
export type { FoldedStream } from './model/fold-stream.ts';
export { foldStream } from './model/fold-stream.ts';
export type {
  CustomTool,
  Extensions,
  FunctionTool,
  HostedTool,
  LlmRequest,
  Message,
  OutputFormat,
  ReasoningRequest,
  Tool,
  ToolChoice,
} from './model/request.ts';
export type { Answer, Finish, FinishReason, LlmResponse, TokenLogprob } from './model/response.ts';
export { sequential } from './model/sequential.ts';
export type { Signature } from './model/signature.ts';
export { openSignature, sealSignature } from './model/signature.ts';
export type { LateFacts, StreamEvent } from './model/stream-event.ts';
export { unfoldResponse } from './model/unfold-response.ts';
export type { Usage } from './model/usage.ts';
export { totalInput } from './model/usage.ts';
export type { Warning } from './model/warning.ts';
export type { CountedText, RequestMetadata } from './request-metadata.ts';
export { messagesText, requestMetadata, wholePrompt } from './request-metadata.ts';
export type { Scope, TranslationSettings } from './scope.ts';
export { defaultSettings } from './scope.ts';
export type {
  AnswerFacts,
  Body,
  OpenedRequest,
  RequestAdapter,
  Route,
  StreamOptions,
  Translated,
  TranslatedResponse,
  TranslateOptions,
  Translator,
} from './translate.ts';
export { createTranslator } from './translate.ts';
export type { StreamTranslation } from './translate-stream.ts';
