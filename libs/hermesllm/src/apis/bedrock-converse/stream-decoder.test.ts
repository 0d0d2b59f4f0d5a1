import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { frame } from '../../codec.ts';
import { awsEventStreamDecoder, encodeAwsFrame } from '../../framing/aws-event-stream.ts';
import { pipe } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, truncated } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import { streamDecoder } from './stream-decoder.ts';

const event = (name: string, wire: object): Frame => frame(JSON.stringify(wire), name, { ':event-type': name, ':message-type': 'event' });
const start = event('messageStart', { role: 'assistant', p: 'abc' });
const delta = (index: number, wire: object): Frame => event('contentBlockDelta', { contentBlockIndex: index, delta: wire, p: 'a' });
const open = (index: number, wire: object): Frame => event('contentBlockStart', { contentBlockIndex: index, start: wire });
const stop = (index: number): Frame => event('contentBlockStop', { contentBlockIndex: index });
const end = (stopReason = 'end_turn'): Frame => event('messageStop', { stopReason });
const metadata = event('metadata', { usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 }, metrics: { latencyMs: 9 } });
const counted = { ...emptyUsage(), input: 3, output: 4 };
const exception = (type: string, wire: unknown): Frame =>
  frame(typeof wire === 'string' ? wire : JSON.stringify(wire), type, { ':message-type': 'exception', ':exception-type': type });

function decode(...frames: Frame[]): StreamEvent[] {
  return runMachine(streamDecoder(recordingScope()), frames);
}

/** The events between the start and the end. */
const inner = (...frames: Frame[]): StreamEvent[] => decode(start, ...frames, end(), metadata).slice(1, -1);

const late = { signature: undefined, redacted: undefined, citations: undefined };

describe('streamDecoder', () => {
  it('waits with the end for the counters', () => {
    const decoder = streamDecoder(recordingScope());
    expect(decoder.push(start)).toEqual([messageStart('', '')]);
    expect(decoder.push(delta(0, { text: 'a' }))).toEqual([blockStart(0, textBlock('')), blockDelta(0, 'a')]);
    expect(decoder.push(stop(0))).toEqual([blockEnd(0)]);
    expect(decoder.push(end())).toEqual([]);
    expect(decoder.push(metadata)).toEqual([messageEnd(finish('stop', 'end_turn'), counted)]);
    expect(decoder.finish()).toEqual([]);
  });

  it('reads tool calls, reasoning and citations', () => {
    const citation = { title: 't', location: { web: { url: 'https://a.example' } } };
    expect(
      inner(
        delta(0, { reasoningContent: { text: 'hm' } }),
        delta(0, { reasoningContent: { signature: 'c2' } }),
        delta(0, { reasoningContent: { signature: 'ln' } }),
        stop(0),
        delta(1, { text: 'x' }),
        delta(1, { citation }),
        stop(1),
        open(2, { toolUse: { toolUseId: 'a', name: 'n' } }),
        delta(2, { toolUse: { input: '' } }),
        delta(2, { toolUse: { input: '{"b"' } }),
        delta(2, { toolUse: { input: ':1}' } }),
        stop(2),
      ),
    ).toEqual([
      blockStart(0, reasoningBlock('')),
      blockDelta(0, 'hm'),
      blockEnd(0, { ...late, signature: { origin: 'anthropic-messages', data: 'c2ln' } }),
      blockStart(1, textBlock('')),
      blockDelta(1, 'x'),
      blockEnd(1, {
        ...late,
        citations: [
          {
            url: 'https://a.example',
            title: 't',
            citedText: undefined,
            start: undefined,
            end: undefined,
            native: { api: 'bedrock-converse', value: citation },
          },
        ],
      }),
      blockStart(2, toolCallBlock('a', 'n', '')),
      blockDelta(2, '{"b"'),
      blockDelta(2, ':1}'),
      blockEnd(2),
    ]);
  });

  it('ends with a call when tools are called', () => {
    const events = decode(start, open(0, { toolUse: { toolUseId: 'a', name: 'n' } }), stop(0), end('end_turn'), metadata);
    expect(events.at(-1)).toMatchObject({ finish: { reason: 'tool_use', raw: 'end_turn' } });
  });

  it('tells the stop sequence and the tier', () => {
    const stopped = event('messageStop', { stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'END' } });
    expect(decode(start, stopped, event('metadata', { serviceTier: { type: 'flex' } })).at(-1)).toEqual(
      messageEnd(finish('stop_sequence', 'stop_sequence', 'END'), undefined, 'flex'),
    );
  });

  it('reads redacted reasoning', () => {
    expect(
      inner(
        delta(0, { reasoningContent: { redactedContent: 'UQ==' } }),
        delta(0, { reasoningContent: { redactedContent: 'Ug==' } }),
        stop(0),
      ),
    ).toEqual([blockStart(0, reasoningBlock('')), blockEnd(0, { ...late, redacted: { origin: 'anthropic-messages', data: 'UVI=' } })]);
  });

  it("hands on the vendor's own tools and images when they are whole", () => {
    const tool = { toolUseId: 's', name: 'nova_grounding', type: 'server_tool_use' };
    const result = { toolUseId: 's', type: 'r', status: 'success' };
    expect(
      inner(
        open(0, { toolUse: tool }),
        delta(0, { toolUse: { input: '{"q":' } }),
        delta(0, { toolUse: { input: '"x"}' } }),
        stop(0),
        open(1, { toolResult: result }),
        delta(1, { toolResult: [{ text: 'a' }] }),
        delta(1, { toolResult: [{ json: {} }] }),
        stop(1),
        open(2, { image: { format: 'png' } }),
        delta(2, { image: { source: { bytes: 'AQ==' } } }),
        delta(2, { image: { source: { bytes: 'Ag==' } } }),
        stop(2),
        open(3, { toolUse: tool }),
        stop(3),
      ),
    ).toEqual([
      blockStart(0, unknownBlock('bedrock-converse', { toolUse: { ...tool, input: { q: 'x' } } })),
      blockEnd(0),
      blockStart(1, unknownBlock('bedrock-converse', { toolResult: { ...result, content: [{ text: 'a' }, { json: {} }] } })),
      blockEnd(1),
      blockStart(2, mediaBlock('image', { type: 'base64', data: 'AQI=' }, { mediaType: 'image/png' })),
      blockEnd(2),
      blockStart(3, unknownBlock('bedrock-converse', { toolUse: { ...tool, input: {} } })),
      blockEnd(3),
    ]);
  });

  it.each<[string, Frame[], StreamEvent[]]>([
    [
      'gaps in the numbers',
      [delta(4, { text: 'a' }), stop(4), delta(9, { text: 'b' }), stop(9)],
      [blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0), blockStart(1, textBlock('')), blockDelta(1, 'b'), blockEnd(1)],
    ],
    ['a missing stop', [delta(0, { text: 'a' })], [blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0)]],
    [
      'deltas of another kind in one block',
      [delta(0, { reasoningContent: { text: 't' } }), delta(0, { text: 'a' }), stop(0)],
      [blockStart(0, reasoningBlock('')), blockDelta(0, 't'), blockEnd(0), blockStart(1, textBlock('')), blockDelta(1, 'a'), blockEnd(1)],
    ],
    [
      'input without a start',
      [delta(0, { toolUse: { input: '{}' } }), stop(0)],
      [blockStart(0, toolCallBlock('', '', '')), blockDelta(0, '{}'), blockEnd(0)],
    ],
    [
      'a start that says nothing',
      [open(0, {}), delta(0, { text: 'a' }), stop(0)],
      [blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0)],
    ],
    ['empty deltas', [delta(0, { text: '' }), delta(0, {}), delta(0, { reasoningContent: 3 }), stop(0)], []],
    ['stops of nothing', [stop(0), stop(7)], []],
    ['events that are not known', [event('initial-response', {}), event('somethingNew', { a: 1 }), frame('x', undefined)], []],
  ])('tolerates %s', (_what, frames, expected) => {
    expect(inner(...frames)).toEqual(expected);
  });

  it('tolerates a missing start', () => {
    expect(decode(delta(0, { text: 'a' }), end()).map(({ type }) => type)).toEqual([
      'message-start',
      'block-start',
      'block-delta',
      'block-end',
      'message-end',
    ]);
  });

  it('takes the counters before the end, too', () => {
    expect(decode(start, metadata, end())).toEqual([messageStart('', ''), messageEnd(finish('stop', 'end_turn'), counted)]);
  });

  it('says nothing after the end', () => {
    expect(
      decode(start, end(), metadata, delta(0, { text: 'a' }), exception('throttlingException', {}), start, end(), metadata),
    ).toHaveLength(2);
  });

  it.each([
    [[delta(0, { hologram: {} }), delta(0, { hologram: {} })], ['dropped contentBlockDelta.hologram']],
    [[event('hologram', {}), event('hologram', {})], ['dropped hologram']],
    [[event('initial-response', {})], []],
  ])('reports once that deltas and events are not known', (frames, told) => {
    const scope = recordingScope();
    runMachine(streamDecoder(scope), [start, ...frames, end(), metadata]);
    expect(scope.told()).toEqual(told);
  });

  it('is complete without counters, and not without a reason', () => {
    expect(decode(start, delta(0, { text: 'a' }), end()).at(-1)).toEqual(messageEnd(finish('stop', 'end_turn'), undefined));
    expect(decode(start, delta(0, { text: 'a' })).at(-1)).toEqual(truncated());
    expect(decode(start, metadata).at(-1)).toEqual(truncated());
    expect(decode()).toEqual([truncated()]);
  });

  it.each([
    ['internalServerException', 'server', 500],
    ['modelStreamErrorException', 'server', 502],
    ['serviceUnavailableException', 'overloaded', 503],
    ['throttlingException', 'rate_limit', 429],
    ['validationException', 'invalid_request', 400],
    ['modelTimeoutException', 'timeout', 504],
    ['somethingNewException', 'server', 500],
  ])('fails with %s', (type, kind, status) => {
    const code = type.charAt(0).toUpperCase() + type.slice(1);
    const events = decode(start, delta(0, { text: 'Par' }), exception(type, { message: 'because' }), end(), metadata);
    expect(events).toHaveLength(4);
    expect(events[3]).toEqual({ type: 'error', error: { kind, status, message: 'because', code, param: undefined, requestId: undefined } });
  });

  it.each<[string, Frame, object]>([
    ['an exception without headers', frame('{"message":"m"}', 'throttlingException'), { kind: 'rate_limit', message: 'm' }],
    ['an exception that is not JSON', exception('throttlingException', 'slow down'), { kind: 'rate_limit', message: 'slow down' }],
    [
      'an exception that says nothing',
      exception('throttlingException', ''),
      { kind: 'rate_limit', message: 'The upstream failed: ThrottlingException' },
    ],
    [
      'an exception of a model',
      exception('modelStreamErrorException', { originalMessage: 'o', originalStatusCode: 500 }),
      { message: 'o' },
    ],
    [
      'an error',
      frame('', 'InternalFailure', { ':message-type': 'error', ':error-code': 'InternalFailure', ':error-message': 'broke' }),
      { kind: 'server', status: 500, message: 'broke', code: 'InternalFailure' },
    ],
    ['a payload that is not JSON', frame('{', 'contentBlockDelta'), { kind: 'server', status: 502, code: 'upstream_stream_malformed' }],
    ['a payload that is no object', frame('[]', 'messageStop'), { code: 'upstream_stream_malformed' }],
  ])('fails with %s', (_what, given, error) => {
    expect(decode(start, given)).toEqual([messageStart('', ''), { type: 'error', error: expect.objectContaining(error) }]);
  });

  it('holds no more than its limit', () => {
    const piece = 'x'.repeat(1024 * 1024);
    const frames = Array.from({ length: 20 }, () => delta(0, { reasoningContent: { signature: piece } }));
    const events = decode(start, ...frames);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_stream_malformed' } });
    expect(events).toHaveLength(3);
  });
});

describe('behind the framing', () => {
  const bytes = [start, delta(0, { text: 'a' }), stop(0), end(), metadata].map((each) => encodeAwsFrame(each));
  const run = (chunks: readonly Uint8Array[]): StreamEvent[] =>
    runMachine(pipe(awsEventStreamDecoder(), streamDecoder(recordingScope())), chunks);

  it('reads a stream', () => {
    expect(run(bytes).map(({ type }) => type)).toEqual(['message-start', 'block-start', 'block-delta', 'block-end', 'message-end']);
  });

  it('fails at a message that is corrupt', () => {
    const broken = bytes.map((each) => each.slice());
    const [, hit = new Uint8Array(61)] = broken;
    hit[60] = (hit[60] as number) ^ 1;
    expect(run(broken)).toEqual([
      messageStart('', ''),
      { type: 'error', error: expect.objectContaining({ code: 'upstream_stream_malformed' }) },
    ]);
  });

  it('fails at a stream that is cut', () => {
    expect(run(bytes.slice(0, 2)).at(-1)).toEqual(truncated());
    expect(run([...bytes.slice(0, 2), (bytes[2] as Uint8Array).slice(0, 30)]).at(-1)).toEqual(truncated());
  });

  it('is complete when only the counters are cut', () => {
    expect(run([...bytes.slice(0, 4), (bytes[4] as Uint8Array).slice(0, 30)]).at(-1)).toMatchObject({
      type: 'message-end',
      usage: undefined,
    });
  });
});
