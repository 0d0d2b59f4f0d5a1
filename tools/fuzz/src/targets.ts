import { Buffer } from 'node:buffer';
import type { ApiId, Body, Codec, Frame, Machine, Translated } from '@plano/hermesllm';
import {
  createScope,
  createTranslator,
  decodeUtf8,
  encodeUtf8,
  isHermesError,
  portableUtf8,
  scanMembers,
  spliceMembers,
} from '@plano/hermesllm';
import { awsFraming, jsonArrayFraming, sseFraming } from '@plano/hermesllm/framing';
import { codecs, repeatable } from './codecs.ts';
import { gatewayTargets } from './gateway-targets.ts';
import type { Target } from './target.ts';
import { bounded } from './target.ts';

// What may be fed with any bytes. Each target throws when one of its promises is broken: nothing but a HermesError of
// status 400 may be thrown, the output stays in proportion to the input, and how a stream is cut does not show.

const translator = createTranslator(codecs);
const eventLimit = 64 * 1024;
const splits = [1, 7] as const;

const scope = () => createScope([], repeatable());
const cut = (bytes: Uint8Array, size: number): Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
};

function runMachine<In, Out>(machine: Machine<In, Out>, inputs: readonly In[]): Out[] {
  const out: Out[] = [];
  for (const input of inputs) for (const made of machine.push(input)) out.push(made);
  for (const made of machine.finish()) out.push(made);
  return out;
}

/** What `run` returns; undefined when it refuses the input as it may. */
function allowed<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch (error) {
    if (isHermesError(error) && error.status === 400) return undefined;
    throw error;
  }
}

function parse(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(decodeUtf8(bytes)) as unknown };
  } catch {
    return undefined;
  }
}

const framings = [sseFraming, jsonArrayFraming, awsFraming].map(
  (framing): Target => ({
    name: `frames-${framing.id}`,
    corpus: 'stream',
    run(bytes) {
      const read = (pieces: readonly Uint8Array[]): string => JSON.stringify(runMachine(framing.decoder(portableUtf8, eventLimit), pieces));
      const whole = read([bytes]);
      bounded(whole.length, bytes.length, framing.id);
      for (const size of splits) {
        if (read(cut(bytes, size)) !== whole) throw new Error(`${framing.id}: pieces of ${size} give other frames`);
      }
    },
  }),
);

const members: Target = {
  name: 'members',
  corpus: 'json',
  run(bytes) {
    const spans = allowed(() => scanMembers(bytes, portableUtf8));
    if (spans === undefined) return;
    const same = spliceMembers(bytes, spans, {}, encodeUtf8);
    if (Buffer.compare(same, bytes) !== 0) throw new Error('members: an edit of nothing changed the bytes');
    const edited = spliceMembers(bytes, spans, { model: '"x"' }, encodeUtf8);
    if (parse(bytes) === undefined) return;
    const value = parse(edited)?.value as { model?: unknown } | undefined;
    if (value?.model !== 'x') throw new Error('members: the edit of a legal body is not legal');
  },
};

const wires = (codec: Codec): Target[] => [
  {
    name: `request-${codec.api}`,
    corpus: 'json',
    run(bytes) {
      for (const upstream of codecs) {
        const made = allowed(() =>
          translator.translateRequest(bytes, { client: codec.api, upstream: upstream.api, model: 'm' }, repeatable()),
        );
        if (made !== undefined) bounded(made.body.length, bytes.length, `${codec.api} > ${upstream.api}`);
      }
    },
  },
  {
    name: `response-${codec.api}`,
    corpus: 'json',
    run(bytes) {
      const parsed = parse(bytes);
      if (parsed !== undefined && codec.decodeFailure(parsed.value) === undefined)
        JSON.stringify(codec.decodeResponse(parsed.value, scope()));
      for (const client of codecs) {
        const translated = route(client.api, codec.api, false);
        for (const status of [200, 400, 529]) {
          const answer = translator.translateResponse(translated, status, bytes);
          bounded(answer.body.length, bytes.length, `${codec.api} > ${client.api}`);
          answer.facts();
        }
        bounded(translator.streamResponse(translated, bytes).body.length, bytes.length, `${codec.api} > ${client.api} streamed`);
      }
    },
  },
  {
    name: `events-${codec.api}`,
    corpus: 'stream',
    run(bytes) {
      const frames: Frame[] = [];
      for (const line of decodeUtf8(bytes).split('\n'))
        frames.push({ event: eventOf(line), data: line.replace(/^data: /, ''), headers: undefined });
      bounded(JSON.stringify(runMachine(codec.streamDecoder(scope()), frames)).length, bytes.length, `${codec.api} events`);
    },
  },
  {
    name: `stream-${codec.api}`,
    corpus: 'stream',
    run(bytes) {
      for (const client of codecs) {
        const read = (pieces: readonly Uint8Array[]): string => {
          const machine = translator.translateStream(route(client.api, codec.api, true));
          const text = textOf(runMachine(machine, pieces));
          return `${text}\n${JSON.stringify(machine.facts())}`;
        };
        const whole = read([bytes]);
        bounded(whole.length, bytes.length, `${codec.api} > ${client.api} stream`);
        for (const size of splits) {
          if (read(cut(bytes, size)) !== whole) throw new Error(`${codec.api} > ${client.api}: pieces of ${size} give another stream`);
        }
      }
    },
  },
];

/** Bedrock's event names stand beside the payload; an object's only member names it here. */
const eventOf = (line: string): string | undefined =>
  /^(?:event: ?)?(\w+)/.exec(line)?.[1] ??
  /"type":"([^"]+)"/.exec(line)?.[1] ??
  (line.includes('"delta"') ? 'contentBlockDelta' : undefined);

const textOf = (pieces: readonly Body[]): string => Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))).toString('latin1');

const question: Readonly<Record<ApiId, string>> = {
  'openai-chat': '{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream_options":{"include_usage":true}}',
  'openai-responses': '{"model":"m","input":"Hi"}',
  'anthropic-messages': '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}',
  'bedrock-converse': '{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}',
  gemini: '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}',
};

const route = (client: ApiId, upstream: ApiId, stream: boolean): Translated =>
  translator.translateRequest(
    stream && client.startsWith('openai') ? question[client].replace('{', '{"stream":true,') : question[client],
    { client, upstream, model: 'm', stream },
    {
      ...repeatable(),
      eventLimit,
    },
  );

/** Every parser that reads what others wrote. */
export const targets: readonly Target[] = [...framings, members, ...codecs.flatMap(wires), ...gatewayTargets];
