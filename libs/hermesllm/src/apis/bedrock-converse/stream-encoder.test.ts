import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import type { LlmErrorKind } from '../../model/error.ts';
import { llmError } from '../../model/error.ts';
import { emptyRequest } from '../../model/request.ts';
import { finish } from '../../model/response.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import { streamEncoder } from './stream-encoder.ts';

const asked = emptyRequest('asked', true, []);
const late = { signature: undefined, redacted: undefined, citations: undefined };
const end = messageEnd(finish('stop', null), { ...emptyUsage(), input: 3, output: 4 });

function encode(...events: StreamEvent[]) {
  const scope = recordingScope();
  const frames = runMachine(streamEncoder(asked, scope), events);
  return { frames, wire: frames.map(({ event, data }) => [event, JSON.parse(data)]), told: scope.told() };
}

/** What is written of one block, with its texts and what its end tells. */
function encodeBlock(block: Block, texts: string[] = [], facts?: Partial<LateFacts>) {
  const deltas = texts.map((text) => blockDelta(0, text));
  const { wire, told } = encode(messageStart('', ''), blockStart(0, block), ...deltas, blockEnd(0, facts && { ...late, ...facts }), end);
  return { wire: wire.slice(1, -2), told };
}

const delta = (wire: object, contentBlockIndex = 0) => ['contentBlockDelta', { contentBlockIndex, delta: wire }];
const start = (wire: object, contentBlockIndex = 0) => ['contentBlockStart', { contentBlockIndex, start: wire }];
const stop = (contentBlockIndex = 0) => ['contentBlockStop', { contentBlockIndex }];
const gemini = { origin: 'gemini', data: 'sig' } as const;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('streamEncoder', () => {
  it('writes a stream with its headers', () => {
    const { frames, wire } = encode(messageStart('id', 'm'), blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0), end);
    expect(wire).toEqual([
      ['messageStart', { role: 'assistant' }],
      delta({ text: 'a' }),
      stop(),
      ['messageStop', { stopReason: 'end_turn' }],
      [
        'metadata',
        {
          usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
          metrics: { latencyMs: 0 },
        },
      ],
    ]);
    for (const { event, headers } of frames) {
      expect(headers).toEqual({ ':event-type': event, ':content-type': 'application/json', ':message-type': 'event' });
    }
  });

  it('takes counters and tier from the start if the end has none', () => {
    const usage = { ...emptyUsage(), input: 9 };
    const { wire } = encode(messageStart('', '', undefined, usage, 'priority'), messageEnd(finish('length', null), undefined));
    expect(wire.slice(1)).toEqual([
      ['messageStop', { stopReason: 'max_tokens' }],
      ['metadata', expect.objectContaining({ usage: expect.objectContaining({ inputTokens: 9 }), serviceTier: { type: 'priority' } })],
    ]);
  });

  it('tells the stop sequence', () => {
    expect(encode(messageEnd(finish('stop_sequence', null, 'END'), undefined)).wire[0]).toEqual([
      'messageStop',
      { stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'END' } },
    ]);
  });

  it.each<[string, Block, string[], Partial<LateFacts> | undefined, unknown[], string[]]>([
    ['text that began with the block', textBlock('a'), ['b'], undefined, [delta({ text: 'a' }), delta({ text: 'b' }), stop()], []],
    ['no text', textBlock(''), [], undefined, [], []],
    [
      'cited text',
      textBlock(''),
      ['a'],
      { citations: [{ url: 'https://a.example', title: 't', citedText: 'c', start: 0, end: 1, native: undefined }] },
      [
        delta({ text: 'a' }),
        delta({ citation: { title: 't', sourceContent: [{ text: 'c' }], location: { web: { url: 'https://a.example' } } } }),
        stop(),
      ],
      [],
    ],
    ['signed text', textBlock(''), ['a'], { signature: gemini }, [delta({ text: 'a' }), stop()], ['dropped blocks[0].signature']],
    ['a refusal', refusalBlock(''), ['no'], undefined, [delta({ text: 'no' }), stop()], []],
    [
      'a thought',
      reasoningBlock(''),
      ['h', 'm'],
      { signature: { origin: 'anthropic-messages', data: 'c2ln' } },
      [
        delta({ reasoningContent: { text: 'h' } }),
        delta({ reasoningContent: { text: 'm' } }),
        delta({ reasoningContent: { signature: 'c2ln' } }),
        stop(),
      ],
      [],
    ],
    [
      "another vendor's thought",
      reasoningBlock('', gemini),
      [],
      undefined,
      [delta({ reasoningContent: { signature: 'plano.gemini.sig' } }), stop()],
      [],
    ],
    [
      'a thought with a redacted part',
      reasoningBlock(''),
      ['t'],
      { redacted: { origin: 'anthropic-messages', data: 'RW5j' } },
      [delta({ reasoningContent: { text: 't' } }), stop(), delta({ reasoningContent: { redactedContent: 'RW5j' } }, 1), stop(1)],
      [],
    ],
    [
      "another vendor's redacted thought",
      reasoningBlock('', undefined, { origin: 'openai-responses', data: 'enc' }),
      [],
      undefined,
      [delta({ reasoningContent: { redactedContent: base64('plano.openai-responses.enc') } }), stop()],
      [],
    ],
    [
      'a call',
      toolCallBlock('a', 'n', ''),
      ['{"b"', ':1}'],
      undefined,
      [
        start({ toolUse: { toolUseId: 'a', name: 'n' } }),
        delta({ toolUse: { input: '{"b"' } }),
        delta({ toolUse: { input: ':1}' } }),
        stop(),
      ],
      [],
    ],
    [
      'a call without input',
      toolCallBlock('a', 'n', ''),
      [],
      undefined,
      [start({ toolUse: { toolUseId: 'a', name: 'n' } }), delta({ toolUse: { input: '{}' } }), stop()],
      [],
    ],
    [
      'a signed call',
      toolCallBlock('a', 'n', '{}'),
      [],
      { signature: gemini },
      [
        start({ toolUse: { toolUseId: 'a', name: 'n' } }),
        delta({ toolUse: { input: '{}' } }),
        stop(),
        delta({ reasoningContent: { redactedContent: base64('plano.previous.gemini.sig') } }, 1),
        stop(1),
      ],
      [],
    ],
    [
      'a custom call',
      toolCallBlock('a', 'n', '', true),
      ['say "hi', '"\n'],
      undefined,
      [
        start({ toolUse: { toolUseId: 'a', name: 'n' } }),
        delta({ toolUse: { input: '{"input":"' } }),
        delta({ toolUse: { input: 'say \\"hi' } }),
        delta({ toolUse: { input: '\\"\\n' } }),
        delta({ toolUse: { input: '"}' } }),
        stop(),
      ],
      [],
    ],
    [
      'an image',
      mediaBlock('image', { type: 'base64', data: 'AQ' }, { mediaType: 'image/png' }),
      ['ID'],
      undefined,
      [start({ image: { format: 'png' } }), delta({ image: { source: { bytes: 'AQID' } } }), stop()],
      [],
    ],
    ['audio', mediaBlock('audio', { type: 'base64', data: 'A' }, { mediaType: 'audio/wav' }), ['B'], undefined, [], ['dropped blocks[0]']],
    ['an image of an unknown type', mediaBlock('image', { type: 'base64', data: 'A' }), [], undefined, [], ['dropped blocks[0]']],
    [
      "its own vendor's tool",
      unknownBlock('bedrock-converse', { toolUse: { toolUseId: 's', name: 'n', type: 'server_tool_use', input: { q: 1 } } }),
      [],
      undefined,
      [start({ toolUse: { toolUseId: 's', name: 'n', type: 'server_tool_use' } }), delta({ toolUse: { input: '{"q":1}' } }), stop()],
      [],
    ],
    ['an unknown block of its own', unknownBlock('bedrock-converse', { searchResult: {} }), [], undefined, [], ['dropped blocks[0]']],
    ["another's unknown block", unknownBlock('gemini', { toolUse: {} }), [], undefined, [], ['dropped blocks[0]']],
  ])('writes %s', (_what, block, texts, facts, wire, told) => {
    expect(encodeBlock(block, texts, facts)).toEqual({ wire, told });
  });

  it('numbers only what the client sees', () => {
    const { wire } = encode(
      messageStart('', ''),
      blockStart(0, textBlock('')),
      blockEnd(0),
      blockStart(1, unknownBlock('gemini', {})),
      blockEnd(1),
      blockStart(2, textBlock('a')),
      blockEnd(2),
      blockStart(3, toolCallBlock('c', 'n', '{}')),
      blockEnd(3),
      end,
    );
    expect(wire.slice(1, -2).map(([, { contentBlockIndex }]) => contentBlockIndex)).toEqual([0, 0, 1, 1, 1]);
  });

  it('ends what is open', () => {
    const { wire } = encode(messageStart('', ''), blockStart(0, textBlock('a')), end);
    expect(wire.map(([name]) => name)).toEqual(['messageStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata']);
  });

  it('ends a refused answer as filtered', () => {
    expect(encode(messageStart('', ''), blockStart(0, refusalBlock('no')), blockEnd(0), end).wire.at(-2)).toEqual([
      'messageStop',
      { stopReason: 'content_filtered' },
    ]);
  });

  it('leaves out further answers and log-probabilities, and says so once', () => {
    const { wire, told } = encode(
      messageStart('', ''),
      blockStart(0, textBlock('')),
      blockDelta(0, 'a', []),
      blockDelta(0, 'b', []),
      blockEnd(0),
      blockStart(1, textBlock('x'), 1),
      blockEnd(1),
      blockStart(2, textBlock('y'), 2),
      blockEnd(2),
      { type: 'choice-end', choice: 1, finish: finish('stop', null) },
      end,
    );
    expect(wire.slice(1, -2)).toEqual([delta({ text: 'a' }), delta({ text: 'b' }), stop()]);
    expect(told).toEqual(['dropped logprobs', 'dropped alternatives']);
  });

  it('writes deltas as JSON.stringify would', () => {
    const odd = 'a"\\\n\u2028🌊\ud83c é';
    for (const block of [textBlock(''), reasoningBlock(''), toolCallBlock('a', 'n', '')]) {
      const { frames } = encode(messageStart('', ''), blockStart(0, textBlock('x')), blockEnd(0), blockStart(1, block), blockDelta(1, odd));
      const { data = '' } = frames.at(-1) ?? {};
      expect(data).toBe(JSON.stringify(JSON.parse(data)));
      expect(data).toContain(`"contentBlockIndex":1,`);
      expect(data).toContain(JSON.stringify(odd));
    }
  });

  it.each<[LlmErrorKind, string, object]>([
    ['invalid_request', 'validationException', { message: 'm' }],
    ['permission', 'validationException', { message: 'm' }],
    ['rate_limit', 'throttlingException', { message: 'm' }],
    ['server', 'internalServerException', { message: 'm' }],
    ['overloaded', 'serviceUnavailableException', { message: 'm' }],
    ['timeout', 'modelStreamErrorException', { message: 'm', originalStatusCode: 504, originalMessage: 'm' }],
  ])('fails with %s as %s, and says nothing after', (kind, name, body) => {
    const { frames } = encode(messageStart('', ''), blockStart(0, textBlock('a')), streamError(llmError(kind, 'm')), blockEnd(0), end);
    expect(frames).toHaveLength(3);
    expect(frames[2]).toEqual({
      event: name,
      data: JSON.stringify(body),
      headers: { ':exception-type': name, ':content-type': 'application/json', ':message-type': 'exception' },
    });
  });

  it("repeats its own model's failure", () => {
    expect(encode(streamError(llmError('server', 'm', { status: 502, code: 'ModelStreamErrorException' }))).frames[0]?.event).toBe(
      'modelStreamErrorException',
    );
  });
});
