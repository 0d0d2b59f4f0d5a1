import type {
  AnswerHolder,
  ClientConversation,
  ConversationApi,
  Decision,
  EffectiveConfig,
  HostCapabilities,
  HttpBody,
  HttpHeaders,
  ResponseSide,
} from '@plano/common';
import { mediaType, withMetadata } from '@plano/common';
import { completionChunk, functionCallingModel } from './completion-chunk.ts';
import type { EventEdit, EventEditor } from './event-editor.ts';
import { createEventEditor } from './event-editor.ts';
import type { MadeCalls } from './made-calls.ts';
import { callMetadata, callText } from './made-calls.ts';

/** An answer and what is to be told with it. */
export interface DecorationInput {
  readonly conversation: ClientConversation;
  readonly made: MadeCalls;
  readonly config: EffectiveConfig;
  readonly host: HostCapabilities;
}

type Responded = Decision & { readonly action: 'respond' };
type Accepted = Decision & { readonly action: 'accept' };

/**
 * Tells with an answer which calls are behind it, once, and only with a good answer that can be read: errors and encoded bodies pass as they are.
 *
 * JSON gets `metadata`. So does one event of a stream: a Chat stream's first chunk, the event that holds the answer in Responses and Messages; no
 * event is added, so what an SDK adds up is the model's answer. With `full` a Chat stream gets chunks of its own before the first one instead.
 */
export function decorateAnswer(decision: Decision, input: DecorationInput): Decision {
  const { decoration, compatibility } = input.config.prompts;
  if (decoration === 'off' || decision.status < 200 || decision.status > 299) return decision;
  if ((decision.headers['content-encoding'] ?? 'identity') !== 'identity') return decision;
  const metadata = callMetadata(input.made, compatibility);
  const type = mediaType(decision.headers);
  if (type === 'text/event-stream') {
    const isPrefixed = decoration === 'full' && input.conversation.api === 'openai-chat';
    const editor = isPrefixed
      ? prefixed(leadingChunks(input, metadata))
      : createEventEditor(metadataEdit(input, metadata), input.host.utf8);
    return apply(decision, editor, input.host.utf8);
  }
  if (type !== 'application/json') return decision;
  const limit = input.config.limits.responseBodyBytes;
  const editor = jsonEditor((json) => withMetadata(json, metadata, null, input.host.utf8), limit, input.host.utf8);
  return apply(decision, editor, input.host.utf8);
}

const apply = (decision: Decision, editor: EventEditor, utf8: HostCapabilities['utf8']): Decision =>
  decision.action === 'respond' ? editRespond(decision, editor, utf8) : editAccept(decision, editor);

function leadingChunks({ host, made }: DecorationInput, metadata: Readonly<Record<string, string>>): string {
  const identity = { id: host.newId('chatcmpl-'), created: Math.floor(host.now() / 1000) };
  let text = completionChunk(identity, functionCallingModel, { role: 'assistant', content: callText(made) }, { metadata });
  for (const { id, result } of made.calls) {
    text += completionChunk(identity, functionCallingModel, { role: 'tool', content: result, tool_call_id: id });
  }
  return text;
}

/** Which event of a stream tells the calls, and the member in it that holds the answer. */
const decoratedEvents: Readonly<Record<ConversationApi, { readonly wanted: RegExp; readonly holder: AnswerHolder }>> = {
  // The first one of the answer: an error in a stream has no choices.
  'openai-chat': { wanted: /"choices"\s*:\s*\[/, holder: null },
  'openai-responses': { wanted: /"type"\s*:\s*"response\.(completed|incomplete)"/, holder: 'response' },
  'anthropic-messages': { wanted: /"type"\s*:\s*"message_start"/, holder: 'message' },
};

function metadataEdit({ conversation, config, host }: DecorationInput, metadata: Readonly<Record<string, string>>): EventEdit {
  const { wanted, holder } = decoratedEvents[conversation.api];
  return {
    times: 1,
    limit: config.limits.sseEventBytes,
    edit(data) {
      if (!wanted.test(data)) return undefined;
      const changed = withMetadata(host.utf8.encode(data), metadata, holder, host.utf8);
      return changed === undefined ? undefined : host.utf8.decode(changed);
    },
  };
}

/** Before the first piece that is not empty, whatever it is: what follows is not looked at. */
function prefixed(text: string): EventEditor {
  let written = false;
  return {
    push(piece) {
      if (written || piece.length === 0) return [piece];
      written = true;
      return [text, piece];
    },
    finish: () => [],
  };
}

/** Waits for a whole body and changes it; one above the limit, or of another form, passes as it came. */
function jsonEditor(change: (json: Uint8Array) => Uint8Array | undefined, limit: number, utf8: HostCapabilities['utf8']): EventEditor {
  let kept: HttpBody[] = [];
  let size = 0;
  let passing = false;
  return {
    push(piece) {
      if (passing) return [piece];
      kept.push(piece);
      size += piece.length;
      if (size <= limit) return [];
      passing = true;
      const all = kept;
      kept = [];
      return all;
    },
    finish() {
      if (kept.length === 0) return [];
      const json = join(kept.map((piece) => asBytes(piece, utf8)));
      return [change(json) ?? json];
    },
  };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function editRespond(decision: Responded, editor: EventEditor, utf8: HostCapabilities['utf8']): Responded {
  const pieces = [...editor.push(decision.body), ...editor.finish()];
  const texts = pieces.filter((piece) => typeof piece === 'string');
  const body = texts.length === pieces.length ? texts.join('') : join(pieces.map((piece) => asBytes(piece, utf8)));
  return { ...decision, body };
}

const asBytes = (piece: HttpBody, utf8: HostCapabilities['utf8']): Uint8Array => (typeof piece === 'string' ? utf8.encode(piece) : piece);

function editAccept(decision: Accepted, editor: EventEditor): Accepted {
  const inner = decision.body;
  const edited = (pieces: readonly HttpBody[]): readonly HttpBody[] => {
    const out: HttpBody[] = [];
    for (const piece of pieces) out.push(...editor.push(piece));
    return out;
  };
  const ended = (pieces: readonly HttpBody[]): readonly HttpBody[] => [...edited(pieces), ...editor.finish()];
  const body: ResponseSide = {
    push: (chunk) => edited(inner.push(chunk)),
    finish: () => ended(inner.finish()),
    fail(failure) {
      const last = inner.fail(failure);
      return last === undefined ? undefined : ended(last);
    },
    abort: () => inner.abort?.(),
  };
  return { ...decision, headers: withoutLength(decision.headers), body };
}

function withoutLength(headers: HttpHeaders): HttpHeaders {
  const kept: Record<string, string | readonly string[] | undefined> = { ...headers };
  delete kept['content-length'];
  return kept;
}
