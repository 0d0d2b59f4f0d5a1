import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations, overlaps } from '../../../test/support/stream-grammar.ts';
import { frame } from '../../codec.ts';
import type { Frame } from '../../model/api.ts';
import { refusalBlock, textBlock, toolCallBlock } from '../../model/block.ts';
import { foldStream } from '../../model/fold-stream.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart } from '../../model/stream-event.ts';
import { gemini } from './codec.ts';

const read = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8');
const framesOf = (name: string): Frame[] =>
  read(name)
    .split('\n\n')
    .filter((text) => text.trim() !== '')
    .map((text) => frame(text.replace(/^data: /, '')));
const decode = (frames: readonly Frame[], scope = recordingScope()): StreamEvent[] => runMachine(gemini.streamDecoder(scope), frames);
const chunks = (...wire: unknown[]): Frame[] => wire.map((value) => frame(JSON.stringify(value)));
const candidate = (parts: unknown[], more: object = {}): object => ({ candidates: [{ content: { parts }, ...more }] });
const stop = { finishReason: 'STOP' };

describe('streamDecoder', () => {
  it.each(['tool-turn', 'grounded'])('says what the whole answer says: %s', (name) => {
    const scope = recordingScope();
    const events = decode(framesOf(`${name}.stream.sse`), scope);
    const whole = gemini.decodeResponse(JSON.parse(read(`${name}.response.json`)), recordingScope());
    expect(foldStream(events)).toEqual({ response: whole, error: undefined });
    expect(grammarViolations(events)).toEqual([]);
    expect(overlaps(events)).toEqual([]);
    expect(scope.told()).toEqual(name === 'grounded' ? ['dropped candidates[0].groundingMetadata.webSearchQueries'] : []);
  });

  it('tells events as they come', () => {
    const machine = gemini.streamDecoder(recordingScope());
    const push = (value: unknown): readonly StreamEvent[] => machine.push(frame(JSON.stringify(value)));
    expect(push({ ...candidate([{ text: 'a' }]), modelVersion: 'm', responseId: 'r' })).toEqual([
      messageStart('r', 'm'),
      blockStart(0, textBlock('')),
      blockDelta(0, 'a'),
    ]);
    expect(push(candidate([{ text: 'b' }]))).toEqual([blockDelta(0, 'b')]);
    expect(push(candidate([{ functionCall: { id: 'c', name: 'f', args: { a: 1 } } }], stop))).toEqual([
      blockEnd(0),
      blockStart(1, toolCallBlock('c', 'f', '')),
      blockDelta(1, '{"a":1}'),
      blockEnd(1),
    ]);
    expect(push(candidate([{ text: '' }]))).toEqual([]);
    expect(machine.finish()).toEqual([messageEnd(finish('tool_use', 'STOP'), undefined)]);
    expect(machine.finish()).toEqual([]);
    expect(push(candidate([{ text: 'late' }]))).toEqual([]);
  });

  it('keeps candidates apart', () => {
    const events = decode(
      chunks(
        { candidates: [{ content: { parts: [{ text: 'a' }] } }, { index: 1, content: { parts: [{ text: 'x' }] } }] },
        { candidates: [{ index: 1, content: { parts: [{ text: 'y' }] }, finishReason: 'MAX_TOKENS' }] },
        candidate([{ text: 'b' }], stop),
      ),
    );
    expect(grammarViolations(events)).toEqual([]);
    const { response } = foldStream(events);
    expect(response.blocks).toEqual([textBlock('ab')]);
    expect(response.alternatives).toEqual([{ blocks: [textBlock('xy')], finish: finish('length', 'MAX_TOKENS'), logprobs: undefined }]);
  });

  it('refuses for a blocked prompt', () => {
    const events = decode(chunks({ promptFeedback: { blockReason: 'OTHER' }, usageMetadata: { promptTokenCount: 3 } }));
    const { response } = foldStream(events);
    expect(response.blocks).toEqual([refusalBlock('The prompt was blocked: OTHER')]);
    expect(response.finish).toEqual(finish('content_filter', 'OTHER'));
    expect(response.usage?.input).toBe(3);
  });

  it('puts log-probabilities on the text that they belong to', () => {
    const logprobsResult = { chosenCandidates: [{ token: 'a', logProbability: -1 }] };
    const events = decode(chunks(candidate([{ text: 'a' }], { ...stop, logprobsResult })));
    expect(events[2]).toEqual(blockDelta(0, 'a', [{ token: 'a', logprob: -1, bytes: null, alternatives: [] }]));
  });

  it.each<[string, Frame[], string | undefined, number]>([
    ['nothing', [], 'upstream_stream_truncated', 502],
    ['no finish reason', chunks(candidate([{ text: 'a' }])), 'upstream_stream_truncated', 502],
    ['garbage', [frame('{"candidates":')], 'upstream_stream_malformed', 502],
    ['a list', chunks([1, 2]), 'upstream_stream_malformed', 502],
    ['an error', chunks(candidate([{ text: 'a' }]), { error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }), undefined, 503],
    ['an error in a list', chunks([{ error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } }]), undefined, 429],
    [
      'an oversized event',
      [frame('{"error":{"message":"large","code":"stream_event_too_large"}}', 'error')],
      'stream_event_too_large',
      500,
    ],
  ])('ends with an error: %s', (_, frames, code, status) => {
    const events = decode(frames);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code, status } });
    expect(grammarViolations(events)).toEqual([]);
  });

  it.each(['tool-turn', 'grounded'])('never breaks the grammar, wherever %s is cut or disturbed', (name) => {
    const frames = framesOf(`${name}.stream.sse`);
    for (let at = 0; at < frames.length; at++) {
      const cut = decode(frames.slice(0, at));
      expect(cut.at(-1)?.type).toBe('error');
      expect(grammarViolations(cut)).toEqual([]);
      for (const junk of ['[DONE]', '', '{}', '{"candidates":[null,{"content":{"parts":[{"functionCall":{}}]}}]}', '[]', 'x']) {
        const disturbed = decode([...frames.slice(0, at), frame(junk), ...frames.slice(at)]);
        expect(grammarViolations(disturbed)).toEqual([]);
      }
    }
  });

  it('says so when sources come after their text has ended', () => {
    const scope = recordingScope();
    const groundingMetadata = { groundingChunks: [{ web: { uri: 'u' } }] };
    decode(chunks(candidate([{ text: 'a' }, { functionCall: { name: 'f' } }]), candidate([], { ...stop, groundingMetadata })), scope);
    expect(scope.told()).toEqual(['dropped groundingMetadata']);
  });
});
