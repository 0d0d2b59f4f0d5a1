import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecs } from '../src/apis/codecs.ts';
import type { Codec } from '../src/codec.ts';
import { frame } from '../src/codec.ts';
import { createScope } from '../src/default-scope.ts';
import { decodeUtf8, encodeUtf8 } from '../src/framing/utf8.ts';
import { isHermesError } from '../src/hermes-error.ts';
import type { ApiId, Frame } from '../src/model/api.ts';
import { foldStream } from '../src/model/fold-stream.ts';
import type { LlmRequest } from '../src/model/request.ts';
import { emptyRequest } from '../src/model/request.ts';
import type { LlmResponse } from '../src/model/response.ts';
import { sequential } from '../src/model/sequential.ts';
import { unfoldResponse } from '../src/model/unfold-response.ts';
import type { Warning } from '../src/model/warning.ts';
import type { Scope } from '../src/scope.ts';
import { createTranslator } from '../src/translate.ts';
import { commonRequest, commonResponse } from './support/arbitrary-hub.ts';
import { cut } from './support/chunks.ts';
import { bytesOf, runMachine } from './support/run-machine.ts';
import { grammarViolations } from './support/stream-grammar.ts';

// The laws that every codec obeys. `PLANO_LAW_RUNS` sets how many cases of each are generated.

const runs = Number(process.env['PLANO_LAW_RUNS'] ?? 2000);
const options = { numRuns: runs };
const each = codecs.map((codec) => [codec.api, codec] as const);
const pairs = codecs.flatMap((client) => codecs.map((upstream) => [client.api, upstream.api, client, upstream] as const));
const translator = createTranslator(codecs);

function scopeWith(warnings: Warning[] = []): Scope {
  let next = 0;
  return createScope(warnings, { now: () => 1_700_000_000_000, newId: (prefix) => `${prefix}${(++next).toString().padStart(6, '0')}` });
}
const json = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
const asked = (response: LlmResponse): LlmRequest => ({ ...emptyRequest(response.model, true, []), includeUsage: true });

function framesOf(codec: Codec, response: LlmResponse): Frame[] {
  const events = codec.sequentialBlocks ? runMachine(sequential(), unfoldResponse(response)) : unfoldResponse(response);
  return runMachine(codec.streamEncoder(asked(response), scopeWith()), events);
}
const bytesOfFrames = (codec: Codec, frames: readonly Frame[]): Buffer =>
  bytesOf(
    runMachine(
      codec.framings[0].encoder(),
      frames.map((one) => [one]),
    ),
  );

/** What an answer says, without what may differ between a stream and a whole answer. No reasoning is as good as none reported. */
const said = ({ blocks, finish, usage, model }: LlmResponse): unknown =>
  json({
    blocks: blocks.map((block) => (block.type === 'reasoning' ? { ...block, id: undefined } : block)),
    reason: finish.reason,
    usage: usage === undefined ? undefined : { ...usage, reasoning: usage.reasoning === 0 ? undefined : usage.reasoning },
    model,
  });

/** `strict: false` and `detail: auto` are what an API means that leaves them out. */
const plain = (request: LlmRequest): unknown => json(withoutDefaults(request));
const withoutDefaults = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const out: Container = {};
  for (const [key, member] of Object.entries(value)) {
    if ((key === 'strict' && member === false) || (key === 'detail' && member === 'auto')) continue;
    out[key] = withoutDefaults(member);
  }
  return out;
};

describe.each(each)('%s', (_api, codec) => {
  it('1 identity: same-API requests keep every byte but the edited members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.integer({ min: 0, max: 2 }), (body, model, indent) => {
        const given = { ...body, messages: [], contents: [], input: [], max_tokens: 1 };
        const text = JSON.stringify({ ...given, model: 'before', stream: false }, null, indent);
        const translated = translator.translateRequest(text, { client: codec.api, upstream: codec.api, model });
        const expected = codec.modelInBody ? JSON.stringify({ ...given, model: '@', stream: false }, null, indent) : text;
        const sent = typeof translated.body === 'string' ? translated.body : decodeUtf8(translated.body);
        if (codec.modelInBody) expect(JSON.parse(sent)).toEqual({ ...json(given), model, stream: false });
        const key = /("model":\s*)"@"/;
        const [before = '', , after = ''] = codec.modelInBody ? split(expected, key) : [expected, '', ''];
        expect(sent.startsWith(before) && sent.endsWith(after)).toBe(true);
      }),
      options,
    );
  });

  it('2 round trip: decoding what was encoded gives the request back', () => {
    fc.assert(
      fc.property(commonRequest, (request) => {
        const warnings: Warning[] = [];
        const wire = json(codec.encodeRequest(request, scopeWith(warnings)));
        const back = codec.decodeRequest(wire, scopeWith(warnings));
        const expected = codec.modelInBody ? request : { ...request, model: back.model, stream: back.stream };
        expect(plain(back)).toEqual(
          plain({ ...expected, extensions: back.extensions, store: back.store, includeUsage: back.includeUsage }),
        );
        expect(warnings.filter((warning) => warning.type === 'dropped')).toEqual([]);
      }),
      options,
    );
  });

  it('2 round trip: decoding what was encoded gives the answer back', () => {
    fc.assert(
      fc.property(commonResponse, (response) => {
        const wire = json(codec.encodeResponse(response, asked(response), scopeWith()));
        const back = codec.decodeResponse(wire, scopeWith());
        const model = back.model === '' ? response.model : back.model;
        expect(said({ ...back, model })).toEqual(said(response));
      }),
      options,
    );
  });

  it('3 fold: the stream and the whole answer agree', () => {
    fc.assert(
      fc.property(commonResponse, (response) => {
        const whole = codec.decodeResponse(json(codec.encodeResponse(response, asked(response), scopeWith())), scopeWith());
        const folded = foldStream(runMachine(codec.streamDecoder(scopeWith()), framesOf(codec, response)));
        expect(folded.error).toBeUndefined();
        expect(said(folded.response)).toEqual(said(whole));
      }),
      options,
    );
  });

  it('5 grammar: whole, truncated and disturbed streams decode to legal events', () => {
    fc.assert(
      fc.property(
        commonResponse,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.tuple(fc.nat(), junk), { maxLength: 3 }),
        (response, part, disturbances) => {
          const frames = framesOf(codec, response);
          const disturbed = frames.slice(0, Math.ceil(frames.length * part));
          for (const [at, piece] of disturbances) disturbed.splice(at % (disturbed.length + 1), 0, piece);
          expect(grammarViolations(runMachine(codec.streamDecoder(scopeWith()), frames))).toEqual([]);
          expect(grammarViolations(runMachine(codec.streamDecoder(scopeWith()), disturbed))).toEqual([]);
        },
      ),
      options,
    );
  });

  it('5 grammar: a stream that is cut anywhere before its end is an error', () => {
    fc.assert(
      fc.property(commonResponse, fc.nat(), (response, at) => {
        const frames = framesOf(codec, response);
        const blockEnds = frames.length - closingFrames[codec.api];
        const events = runMachine(codec.streamDecoder(scopeWith()), frames.slice(0, at % Math.max(1, blockEnds)));
        expect(events.at(-1)?.type).toBe('error');
      }),
      options,
    );
  });

  it('6 conservation: an unknown member is carried, in extensions or named in a warning', () => {
    fc.assert(
      fc.property(
        commonRequest,
        fc.array(fc.tuple(fc.nat(), fc.stringMatching(/^x_[a-z]{3}$/)), { minLength: 1, maxLength: 4 }),
        (request, additions) => {
          const wire = json(codec.encodeRequest(request, scopeWith())) as Record<string, unknown>;
          const added = additions.map(([place, key]) => addMember(wire, place, key));
          const warnings: Warning[] = [];
          const decoded = codec.decodeRequest(wire, scopeWith(warnings));
          const kept = JSON.stringify(decoded);
          for (const { key, path } of added) {
            if (kept.includes(`"${key}"`)) continue;
            expect(
              warnings.map((warning) => warning.path).some((warned) => path.startsWith(warned) || warned.endsWith(key)),
              `${path} vanished`,
            ).toBe(true);
          }
        },
      ),
      options,
    );
  });

  it('decoders refuse any JSON with a path or understand it, and never fail otherwise', () => {
    fc.assert(
      fc.property(fc.jsonValue(), commonRequest, fc.nat(), (value, request, place) => {
        const wire = json(codec.encodeRequest(request, scopeWith())) as Record<string, unknown>;
        replaceMember(wire, place, value);
        for (const candidate of [value, wire]) {
          try {
            codec.decodeRequest(candidate, scopeWith());
          } catch (error) {
            expect(isHermesError(error) && error.status).toBe(400);
          }
        }
        codec.decodeResponse(value, scopeWith());
        codec.decodeError(500, value);
        runMachine(codec.streamDecoder(scopeWith()), [frame(JSON.stringify(value)), frame('{'), frame('')]);
      }),
      options,
    );
  });
});

describe.each(pairs)('from %s to %s', (_client, _upstream, client, upstream) => {
  it('4 chunking: any split of the bytes gives the same stream', () => {
    fc.assert(
      fc.property(commonResponse, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (response, sizes) => {
        const bytes = bytesOfFrames(upstream, framesOf(upstream, response));
        const run = (pieces: readonly Uint8Array[]): string => {
          let next = 0;
          const translated = translator.translateRequest(
            JSON.stringify(client.encodeRequest({ ...emptyRequest('m', true, []), messages: minimal, maxTokens: 5 }, scopeWith())),
            { client: client.api, upstream: upstream.api, stream: true },
            { now: () => 0, newId: (prefix) => `${prefix}${++next}` },
          );
          return bytesOf(runMachine(translator.translateStream(translated), pieces)).toString('latin1');
        };
        expect(run(cut(bytes, sizes))).toBe(run([bytes]));
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });

  it('a translated stream says what the whole answer says', () => {
    fc.assert(
      fc.property(commonResponse, (response) => {
        const request = { ...emptyRequest('m', true, []), messages: minimal, maxTokens: 5 };
        const translated = translator.translateRequest(
          JSON.stringify(client.encodeRequest(request, scopeWith())),
          { client: client.api, upstream: upstream.api, stream: true },
          { now: () => 0 },
        );
        const bytes = bytesOfFrames(upstream, framesOf(upstream, response));
        const out = bytesOf(runMachine(translator.translateStream(translated), [bytes]));
        const frames = runMachine(client.framings[0].decoder({ decode: decodeUtf8, encode: encodeUtf8, createDecoder: utf8Decoder }, 1e9), [
          out,
        ]);
        const { response: received, error } = foldStream(runMachine(client.streamDecoder(scopeWith()), frames));
        expect(error).toBeUndefined();
        const whole = upstream.decodeResponse(json(upstream.encodeResponse(response, asked(response), scopeWith())), scopeWith());
        const expected = client.decodeResponse(json(client.encodeResponse(whole, asked(response), scopeWith())), scopeWith());
        expect(json({ blocks: texts(received), reason: received.finish.reason })).toEqual(
          json({ blocks: texts(expected), reason: expected.finish.reason }),
        );
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });
});

describe('7 bounds', () => {
  it.each(each)('a %s stream without an end stops at the limit with a named error', (_api, codec) => {
    const client = codecs.find((other) => other !== codec) ?? codec;
    const translated = translator.translateRequest(
      JSON.stringify(client.encodeRequest({ ...emptyRequest('m', true, []), messages: minimal, maxTokens: 5 }, scopeWith())),
      { client: client.api, upstream: codec.api, stream: true },
      { eventLimit: 10_000 },
    );
    const stream = translator.translateStream(translated);
    const start = codec.framings[0].id === 'sse' ? 'data: ' : '';
    const out: (string | Uint8Array)[] = [...stream.push(Buffer.from(start))];
    for (let i = 0; i < 100; i++) out.push(...stream.push(Buffer.from('x'.repeat(1000))));
    out.push(...stream.finish());
    expect(stream.facts().error?.message).toBeTruthy();
    expect(bytesOf(out).length).toBeLessThan(10_000);
  });
});

const minimal = [
  {
    role: 'user' as const,
    blocks: [{ type: 'text' as const, text: 'Hi', citations: undefined, cache: undefined, signature: undefined }],
    name: undefined,
  },
];
const utf8Decoder = () => ({ decode: decodeUtf8, finish: () => '' });

/** Frames after the last block's end, of which a decoder may miss some and still know the answer whole. */
const closingFrames: Readonly<Record<ApiId, number>> = {
  'openai-chat': 3,
  'openai-responses': 1,
  'anthropic-messages': 2,
  'bedrock-converse': 2,
  gemini: 1,
};

const junk: fc.Arbitrary<Frame> = fc.oneof(
  fc.jsonValue().map((value) => frame(JSON.stringify(value))),
  fc.string().map((value) => frame(value)),
  fc
    .tuple(fc.constantFrom('error', 'ping', 'message_stop', 'content_block_delta', 'messageStop', 'response.completed'), fc.jsonValue())
    .map(([event, value]) => frame(JSON.stringify(value), event)),
  fc.constant(frame('[DONE]')),
);

const texts = (response: LlmResponse): unknown =>
  response.blocks.map((block) =>
    block.type === 'text' || block.type === 'reasoning'
      ? [block.type, block.text]
      : block.type === 'tool-call'
        ? [block.name, JSON.parse(block.input === '' ? '{}' : block.input)]
        : block.type,
  );

function split(text: string, at: RegExp): [string, string, string] {
  const match = at.exec(text);
  if (match === null) throw new Error('the member is not there');
  const from = match.index + (match[1] ?? '').length;
  return [text.slice(0, from), match[0], text.slice(match.index + match[0].length)];
}

type Container = Record<string, unknown>;

/** All objects inside a JSON value that a codec reads members of: schemas and tool inputs are the user's own. */
function objectsIn(value: unknown, path = ''): { object: Container; path: string }[] {
  if (Array.isArray(value)) return value.flatMap((element, index) => objectsIn(element, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  const found = [{ object: value as Container, path }];
  for (const [key, member] of Object.entries(value)) {
    if (['parameters', 'input_schema', 'json', 'input', 'args', 'schema', 'parametersJsonSchema', 'response'].includes(key)) continue;
    found.push(...objectsIn(member, path === '' ? key : `${path}.${key}`));
  }
  return found;
}

function addMember(wire: Container, place: number, key: string): { key: string; path: string } {
  const all = objectsIn(wire);
  const chosen = all[place % all.length] as { object: Container; path: string };
  chosen.object[key] = 1;
  return { key, path: chosen.path === '' ? key : `${chosen.path}.${key}` };
}

function replaceMember(wire: Container, place: number, value: unknown): void {
  const all = objectsIn(wire).flatMap(({ object }) => Object.keys(object).map((key) => ({ object, key })));
  const chosen = all[place % all.length];
  if (chosen !== undefined) chosen.object[chosen.key] = value;
}
