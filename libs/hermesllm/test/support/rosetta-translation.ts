import { codecs } from '../../src/apis/codecs.ts';
import type { Codec, JsonObject } from '../../src/codec.ts';
import { createScope } from '../../src/default-scope.ts';
import type { ApiId } from '../../src/model/api.ts';
import { foldStream } from '../../src/model/fold-stream.ts';
import type { LlmResponse } from '../../src/model/response.ts';
import { sequential } from '../../src/model/sequential.ts';
import { unfoldResponse } from '../../src/model/unfold-response.ts';
import type { Warning } from '../../src/model/warning.ts';
import type { Scope } from '../../src/scope.ts';
import type { Translated } from '../../src/translate.ts';
import { createTranslator } from '../../src/translate.ts';
import { cutEvenly } from './chunks.ts';
import type { RosettaCase } from './rosetta-case.ts';
import { bytesOf, runMachine, textOf } from './run-machine.ts';

const translator = createTranslator(codecs);
const codecOf = (api: ApiId): Codec => codecs.find((codec) => codec.api === api) as Codec;

/** A still clock, and numbered identifiers. */
function stillOptions(): { now: () => number; newId: (prefix: string) => string } {
  let ids = 0;
  return { now: () => 1_700_000_000_000, newId: (prefix) => `${prefix}${(++ids).toString().padStart(6, '0')}` };
}
const stillScope = (): Scope => createScope([], stillOptions());

/** What came out of one direction of one pair. */
export interface RosettaResult {
  /** The text itself: same-API bodies keep their bytes. */
  text: string;
  body: JsonObject;
  warnings: readonly Warning[];
}

function ask(given: RosettaCase, client: ApiId, upstream: ApiId, stream: boolean): Translated {
  const wire = given.requests[client];
  const usage = client === 'openai-chat' ? { stream_options: { include_usage: true } } : {};
  const body = JSON.stringify(stream && codecOf(client).modelInBody ? { ...wire, stream, ...usage } : wire);
  return translator.translateRequest(body, { client, upstream, model: given.models[upstream], stream }, stillOptions());
}

const parsed = (text: string, warnings: readonly Warning[]): RosettaResult => ({ text, body: JSON.parse(text) as JsonObject, warnings });

/** The client's request for the upstream. */
export function requestOf(given: RosettaCase, client: ApiId, upstream: ApiId, stream = false): RosettaResult {
  const { body, warnings } = ask(given, client, upstream, stream);
  return parsed(textOf([body]), [...warnings]);
}

/** The upstream's answer for the client. */
export function responseOf(given: RosettaCase, client: ApiId, upstream: ApiId): RosettaResult {
  const answer = translator.translateResponse(ask(given, client, upstream, false), 200, JSON.stringify(given.responses[upstream]));
  return parsed(textOf([answer.body]), answer.warnings);
}

/** An answer as its API streams it. */
export function streamBytesOf(given: RosettaCase, api: ApiId): Uint8Array {
  const codec = codecOf(api);
  const response = codec.decodeResponse(given.responses[api], stillScope());
  if (response.model === '') response.model = given.models[api];
  const events = codec.sequentialBlocks ? runMachine(sequential(), unfoldResponse(response)) : unfoldResponse(response);
  const request = { ...codec.decodeRequest(given.requests[api], stillScope()), stream: true, includeUsage: true };
  const frames = runMachine(codec.streamEncoder(request, stillScope()), events);
  return new Uint8Array(
    bytesOf(
      runMachine(
        codec.framings[0].encoder(),
        frames.map((one) => [one]),
      ),
    ),
  );
}

/** The upstream's answer as a stream, in pieces of the given size, as the client gets it; and what that amounts to. */
export function streamOf(
  given: RosettaCase,
  client: ApiId,
  upstream: ApiId,
  pieces = 61,
): { bytes: Uint8Array; said: unknown; warnings: Warning[] } {
  const translated = ask(given, client, upstream, true);
  const before = translated.warnings.length;
  const bytes = new Uint8Array(
    bytesOf(runMachine(translator.translateStream(translated), cutEvenly(streamBytesOf(given, upstream), pieces))),
  );
  const codec = codecOf(client);
  const frames = runMachine(codec.framings[0].decoder(translated.utf8, translated.eventLimit), [bytes]).flat();
  const { response, error } = foldStream(runMachine(codec.streamDecoder(stillScope()), frames));
  if (error !== undefined) throw new Error(`The stream ended with an error: ${error.message}`);
  return { bytes, said: saidBy(client, response), warnings: translated.warnings.slice(before) };
}

/** What a whole answer amounts to, to be compared with a stream of it. */
export const saidOf = (api: ApiId, body: JsonObject): unknown => saidBy(api, codecOf(api).decodeResponse(body, stillScope()));

/**
 * Identifiers of reasoning items are made anew; no reasoning tokens are as good as none reported. How long a cache keeps what was written to
 * it stands in the first event of Messages, when Converse has not yet said it. Proof of reasoning is for the results of calls: without calls
 * Chat Completions leaves it out of a whole answer, but a stream has sent it before it is known that there are none.
 */
function saidBy(api: ApiId, { blocks, finish, usage, alternatives, logprobs }: LlmResponse): unknown {
  const proves = api !== 'openai-chat' || blocks.some(({ type }) => type === 'tool-call');
  return JSON.parse(
    JSON.stringify({
      blocks: blocks.map((block) =>
        block.type === 'reasoning' ? { ...block, id: undefined, signature: proves ? block.signature : undefined } : block,
      ),
      reason: finish.reason,
      stopSequence: finish.stopSequence,
      usage: usage && { ...usage, cacheWriteLong: undefined, reasoning: usage.reasoning === 0 ? undefined : usage.reasoning },
      alternatives: alternatives?.map((answer) => ({ blocks: answer.blocks, reason: answer.finish.reason })),
      logprobs,
    }),
  );
}
