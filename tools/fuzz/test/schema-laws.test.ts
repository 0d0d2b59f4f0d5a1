import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Body, Codec, Frame, LlmRequest, LlmResponse, Machine, Scope, Translated } from '@plano/hermesllm';
import {
  createScope,
  createTranslator,
  decodeUtf8,
  encodeUtf8,
  isHermesError,
  portableUtf8,
  sequential,
  unfoldResponse,
} from '@plano/hermesllm';
import { anyRequest, anyResponse } from '../src/arbitrary-conversation.ts';
import { codecs, repeatable } from '../src/codecs.ts';
import { unusedExcuses } from './known-deviations.ts';
import { geminiModel, strictSchemas } from './strict-schemas.ts';

// What is sent to an upstream, and what a client is answered, is legal in the eyes of a strict reader of its API.
// `PLANO_LAW_RUNS` sets how many cases of each law are generated, over all pairs together.

const pairs = codecs.flatMap((client) => codecs.map((upstream) => [client.api, upstream.api, client, upstream] as const));
const numRuns = Math.ceil(Number(process.env['PLANO_LAW_RUNS'] ?? 2000) / pairs.length);
const seed = process.env['PLANO_LAW_SEED'];
const parameters = { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };
const translator = createTranslator(codecs);

// Rules of single models (reasoning models refuse `top_p`, for one) are the providers' adapters' matter, not the codecs'.
const upstreamModelOf = ({ api }: Codec): string => (api === 'gemini' ? geminiModel : 'model_x');

const scope = (): Scope => createScope([], repeatable());
const text = (body: Body): string => (typeof body === 'string' ? body : decodeUtf8(body));
const read = (body: Body): unknown => JSON.parse(text(body)) as unknown;

function runMachine<In, Out>(machine: Machine<In, Out>, inputs: readonly In[]): Out[] {
  const out: Out[] = [];
  for (const input of inputs) out.push(...machine.push(input));
  out.push(...machine.finish());
  return out;
}

/** The request as its client sends it, translated; undefined when the client's own API cannot say it. */
function sent(request: LlmRequest, client: Codec, upstream: Codec): { translated: Translated; wire: string } | undefined {
  let wire: string;
  try {
    wire = JSON.stringify(client.encodeRequest(request, scope()));
  } catch (error) {
    if (isHermesError(error)) return undefined;
    throw error;
  }
  if (strictSchemas[client.api].request(JSON.parse(wire), request.stream) !== undefined) return undefined;
  const route = { client: client.api, upstream: upstream.api, model: upstreamModelOf(upstream), stream: request.stream };
  return { translated: translator.translateRequest(wire, route, repeatable()), wire };
}

/** Asks for a word, and for the usage that some APIs report only when asked. */
const question = (stream: boolean): LlmRequest => ({
  ...(fc.sample(anyRequest, { seed: 1, numRuns: 1 })[0] as LlmRequest),
  stream,
  model: 'm',
  messages: [
    {
      role: 'user',
      blocks: [{ type: 'text', text: 'Hi', citations: undefined, cache: undefined, signature: undefined }],
      name: undefined,
    },
  ],
  maxTokens: 100,
  tools: undefined,
  toolChoice: undefined,
  parallelToolCalls: undefined,
  outputFormat: undefined,
  reasoning: undefined,
  includeUsage: true,
});

function asked(client: Codec, upstream: Codec, stream: boolean): Translated {
  const made = sent(question(stream), client, upstream);
  if (made === undefined) throw new Error('The question is not legal');
  return made.translated;
}

function streamOf(codec: Codec, response: LlmResponse): Uint8Array[] {
  const events = codec.sequentialBlocks ? runMachine(sequential(), unfoldResponse(response)) : unfoldResponse(response);
  const frames = runMachine(codec.streamEncoder(question(true), scope()), events);
  return runMachine(
    codec.framings[0].encoder(),
    frames.map((one) => [one]),
  ).map((piece) => (typeof piece === 'string' ? encodeUtf8(piece) : piece));
}

describe.each(pairs)('%s client, %s upstream', (_client, _upstream, client, upstream) => {
  it('a translated request is one that the upstream accepts', () => {
    let legal = 0;
    fc.assert(
      fc.property(anyRequest, (request) => {
        const made = sent(request, client, upstream);
        if (made === undefined) return;
        legal++;
        const body = read(made.translated.body);
        const found = strictSchemas[upstream.api].request(body, made.translated.stream);
        expect(found, `${made.wire}\n became ${JSON.stringify(body)}`).toBeUndefined();
      }),
      parameters,
    );
    expect(legal).toBeGreaterThan(numRuns / 4);
  });

  it('a translated answer is one that the client accepts', () => {
    const translated = asked(client, upstream, false);
    fc.assert(
      fc.property(anyResponse, (response) => {
        const wire = JSON.stringify(upstream.encodeResponse(response, question(false), scope()));
        const body = read(translator.translateResponse(translated, 200, wire).body);
        expect(strictSchemas[client.api].response(body), `${wire}\n became ${JSON.stringify(body)}`).toBeUndefined();
      }),
      parameters,
    );
  });

  it('every event of a translated stream is one that the client accepts', () => {
    fc.assert(
      fc.property(anyResponse, (response) => {
        const pieces = runMachine(translator.translateStream(asked(client, upstream, true)), streamOf(upstream, response));
        const bytes = pieces.map((piece) => (typeof piece === 'string' ? encodeUtf8(piece) : piece));
        const frames: Frame[] = runMachine(client.framings[0].decoder(portableUtf8, 1e9), bytes);
        expect(frames.length).toBeGreaterThan(0);
        for (const frame of frames) expect(strictSchemas[client.api].event(frame), JSON.stringify(frame)).toBeUndefined();
      }),
      parameters,
    );
  });
});

// Each is needed over a hundred times in an ordinary run, so chance does not leave one out.
it('needs every excuse of known-deviations.ts', () => {
  expect(unusedExcuses()).toEqual([]);
});
