import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations } from '../../../test/support/stream-grammar.ts';
import { frame } from '../../codec.ts';
import type { Frame } from '../../model/api.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock } from '../../model/block.ts';
import { foldStream } from '../../model/fold-stream.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import { streamDecoder } from './stream-decoder.ts';

const done = frame('[DONE]');
const chunk = (body: object): Frame => frame(JSON.stringify({ id: 'i', created: 5, model: 'm', ...body }));
const piece = (delta: object, more: object = {}): Frame => chunk({ choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const stop = (reason = 'stop'): Frame => piece({}, { finish_reason: reason });
const calls = (...tool_calls: object[]): Frame => piece({ tool_calls });
const decode = (...frames: Frame[]): StreamEvent[] => runMachine(streamDecoder(recordingScope()), frames);
const fold = (...frames: Frame[]) => {
  const events = decode(...frames);
  expect(grammarViolations(events)).toEqual([]);
  return foldStream(events);
};
const blocks = (...frames: Frame[]): Block[] => fold(...frames, stop(), done).response.blocks;
const late = (facts: object) => ({ signature: undefined, redacted: undefined, citations: undefined, ...facts });
const start = messageStart('i', 'm', 5);

describe('the stream as a whole', () => {
  it('starts with the first choice, ends at [DONE], and takes usage after the finish reason', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const frames = [
      chunk({ id: '', model: '', choices: [], prompt_filter_results: [] }),
      piece({ role: 'assistant', content: '', refusal: null }),
      piece({ content: 'a' }),
      stop(),
      chunk({ choices: [], usage, service_tier: 'flex' }),
      done,
      piece({ content: 'late' }),
    ];
    const decoder = streamDecoder(recordingScope());
    expect(frames.map((one) => decoder.push(one))).toEqual([
      [],
      [start],
      [blockStart(0, textBlock('')), blockDelta(0, 'a')],
      [],
      [],
      [blockEnd(0), messageEnd(finish('stop', 'stop'), { ...emptyUsage(), input: 1, output: 2 }, 'flex')],
      [],
    ]);
    expect(decoder.finish()).toEqual([]);
  });

  it('ends without [DONE] when there is a finish reason', () => {
    expect(fold(piece({ content: 'a' }), stop('length'))).toMatchObject({
      error: undefined,
      response: { finish: finish('length', 'length') },
    });
  });

  it('may be one chunk', () => {
    const tool_calls = [{ id: 'c', function: { name: 'f', arguments: '{}' } }];
    const choices = [{ index: 0, delta: { content: 'a', tool_calls }, finish_reason: 'stop' }];
    const { response } = fold(chunk({ choices, usage: { prompt_tokens: 1, completion_tokens: 2 } }));
    expect(response).toMatchObject({
      blocks: [textBlock('a'), toolCallBlock('c', 'f', '{}')],
      finish: { reason: 'tool_use', raw: 'stop' },
      usage: { input: 1, output: 2 },
    });
  });

  it('may tell usage in a choice, and without a head', () => {
    const { response } = fold(
      frame('{"choices":[{"delta":{"content":"a"},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":1}}]}'),
    );
    expect(response).toMatchObject({ id: '', model: '', created: undefined, blocks: [textBlock('a')], usage: { input: 3, output: 1 } });
  });

  it('may be empty', () => {
    expect(fold(done)).toMatchObject({ error: undefined, response: { blocks: [], finish: { reason: 'stop', raw: null } } });
  });

  it.each<[string, Frame[]]>([
    ['nothing', []],
    ['text', [piece({ content: 'a' })]],
    ['usage', [chunk({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } })]],
  ])('is cut after %s', (_name, frames) => {
    expect(fold(...frames).error).toMatchObject({ status: 502, code: 'upstream_stream_truncated' });
  });

  it.each<[string, Frame, object]>([
    ['an envelope', frame('{"error":{"message":"busy","type":"overloaded_error"}}'), { kind: 'overloaded', message: 'busy' }],
    [
      'an envelope with a choice',
      chunk({ error: { message: 'busy', code: 502 }, choices: [{ delta: {}, finish_reason: 'error' }] }),
      { status: 502 },
    ],
    ['an event', frame('{"message":"busy"}', 'error'), { kind: 'server', message: 'busy' }],
    ['an event of text', frame('busy', 'error'), { kind: 'server', message: 'busy' }],
    ['a list of one', frame('[{"error":{"code":503,"message":"busy"}}]'), { kind: 'overloaded', message: 'busy' }],
    ['members without an envelope', frame('{"object":"error","message":"busy","code":429}'), { kind: 'rate_limit', message: 'busy' }],
    ['a detail', frame('{"detail":"busy"}'), { message: 'busy' }],
    ['broken JSON', frame('{"choices":'), { code: 'upstream_stream_malformed' }],
    ['no object', frame('[1]'), { code: 'upstream_stream_malformed' }],
  ])('fails at %s, and says nothing more', (_name, broken, error) => {
    const events = decode(piece({ content: 'a' }), broken, piece({ content: 'b' }), done);
    expect(events.slice(0, -1)).toEqual([start, blockStart(0, textBlock('')), blockDelta(0, 'a')]);
    expect(events.at(-1)).toMatchObject({ type: 'error', error });
    expect(grammarViolations(events)).toEqual([]);
  });

  it.each<[string, Frame[], string[]]>([
    ['chunks without a choice, once', [chunk({ choices: [], filter: [1] }), frame('{"filter":1}')], ['dropped extensions.filter']],
    [
      'pieces, also where they open a block',
      [piece({ reasoning: 'a', reasoning_details: [1] }), piece({ reasoning: 'b', reasoning_details: [1] })],
      ['dropped choices[0].delta.reasoning_details'],
    ],
    ['members of a choice', [piece({}, { finish_reason: 'stop', matched_stop: 7, token_ids: null })], ['dropped choices[0].matched_stop']],
    ['nothing of events that are not of this API', [frame('{"type":"ping"}', 'ping')], []],
  ])('names what is left out of %s', (_name, frames, told) => {
    const scope = recordingScope();
    runMachine(streamDecoder(scope), [piece({ content: 'a' }), ...frames, stop(), done]);
    expect(scope.told()).toEqual(told);
  });

  it.each([
    frame(''),
    frame('{}'),
    frame('{"choices":null}'),
    frame('{"choices":[null,3]}'),
    frame('{"choices":[{"delta":3}]}'),
    frame('{"ping":1}', 'ping'),
  ])('passes over %j', (odd) => {
    expect(blocks(piece({ content: 'a' }), odd, piece({ content: 'b' }))).toEqual([textBlock('ab')]);
  });
});

describe('text, reasoning, refusals', () => {
  it('each continue their block, and another kind starts one', () => {
    expect(
      blocks(
        piece({ role: 'assistant', reasoning_content: 'h' }),
        piece({ reasoning: 'm', content: '' }),
        piece({ reasoning_content: null, content: 'a' }),
        piece({ content: 'b' }),
        piece({ refusal: 'n' }),
        piece({ refusal: 'o' }),
        piece({ content: 'c' }),
      ),
    ).toEqual([reasoningBlock('hm'), textBlock('ab'), refusalBlock('no'), textBlock('c')]);
  });

  it('of one chunk come in the order of an answer', () => {
    expect(blocks(piece({ content: 'a', reasoning_content: 'h' }))).toEqual([reasoningBlock('h'), textBlock('a')]);
  });

  it('come in parts from Mistral', () => {
    expect(
      blocks(
        piece({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }] }] }),
        piece({ content: [{ type: 'text', text: 'a' }] }),
      ),
    ).toEqual([reasoningBlock('h'), textBlock('a')]);
  });

  it('have log-probabilities', () => {
    const token = (text: string) => ({ token: text, logprob: -1, bytes: null, top_logprobs: [] });
    const hub = (text: string) => ({ token: text, logprob: -1, bytes: null, alternatives: [] });
    const events = decode(
      piece({ content: 'a' }, { logprobs: { content: [token('a')] } }),
      piece({ content: '' }, { logprobs: { content: [token('half')] } }),
      piece({ refusal: 'n' }, { logprobs: { content: null, refusal: [token('n')] } }),
      piece({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] }),
      piece({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }, { logprobs: { content: [token('{}')] } }),
    ).filter((event) => event.type === 'block-delta');
    expect(events).toEqual([
      blockDelta(0, 'a', [hub('a')]),
      blockDelta(0, '', [hub('half')]),
      blockDelta(1, 'n', [hub('n')]),
      blockDelta(2, '{}', [hub('{}')]),
    ]);
  });

  it('have citations, with places in their own text', () => {
    const annotation = (start_index: number) => ({
      type: 'url_citation',
      url_citation: { url: 'u', start_index, end_index: start_index + 1 },
    });
    const [, , second] = blocks(
      piece({ content: 'abc' }),
      piece({ refusal: 'x', annotations: [] }),
      piece({ content: 'def' }),
      piece({ annotations: [annotation(3)] }),
      piece({ annotations: [annotation(5)] }),
    );
    expect(second).toMatchObject({
      type: 'text',
      text: 'def',
      citations: [
        { url: 'u', start: 0, end: 1 },
        { start: 2, end: 3 },
      ],
    });
  });

  it('have citations also when they come too late, then without places', () => {
    const url_citation = { url: 'u', start_index: 0, end_index: 2 };
    const found = blocks(
      piece({ content: 'abc' }),
      calls({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }),
      piece({ annotations: [{ url_citation }] }),
    );
    expect(found[2]).toMatchObject({ type: 'text', text: '', citations: [{ url: 'u', start: undefined, end: undefined }] });
  });

  it('have a signature', () => {
    const events = decode(piece({ content: 'a' }), piece({ extra_content: { google: { thought_signature: 's' } } }), stop());
    expect(events).toContainEqual(blockEnd(0, late({ signature: { origin: 'gemini', data: 's' } })));
  });
});

describe('proof of reasoning', () => {
  const own = (data: string) => ({ origin: 'openai-chat', data }) as const;

  it('comes with blocks that repeat the text', () => {
    expect(
      blocks(
        piece({ reasoning_content: 'h', thinking_blocks: [{ type: 'thinking', thinking: 'h', signature: null }] }),
        piece({ reasoning_content: 'm', thinking_blocks: [{ type: 'thinking', thinking: 'm' }] }),
        piece({ reasoning_content: '', thinking_blocks: [{ type: 'thinking', thinking: '', signature: 's' }] }),
        piece({ reasoning_content: 'again' }),
        piece({ content: 'a' }),
      ),
    ).toEqual([reasoningBlock('hm', own('s')), reasoningBlock('again'), textBlock('a')]);
  });

  it('comes whole at the end of the text, as our own encoder writes it', () => {
    expect(
      blocks(
        piece({ reasoning_content: 'hm' }),
        piece({ thinking_blocks: [{ index: 0, type: 'thinking', thinking: 'hm', signature: 'plano.gemini.s' }] }),
      ),
    ).toEqual([reasoningBlock('hm', { origin: 'gemini', data: 's' })]);
  });

  it('comes with blocks that are the text', () => {
    expect(
      blocks(
        piece({ thinking_blocks: [{ type: 'thinking', thinking: 'h' }] }),
        piece({ thinking_blocks: [{ type: 'thinking', thinking: 'm', signature: 's' }] }),
        piece({ content: 'a' }),
        piece({ thinking_blocks: [{ type: 'thinking', thinking: 'more', signature: 't' }, 3, { type: 'odd' }] }),
        piece({ thinking_blocks: [{ type: 'redacted_thinking', data: 'r' }] }),
        piece({ content: 'b' }),
      ),
    ).toEqual([
      reasoningBlock('hm', own('s')),
      textBlock('a'),
      reasoningBlock('more', own('t')),
      reasoningBlock('', undefined, own('r')),
      textBlock('b'),
    ]);
  });
});

describe('calls', () => {
  const call = (id: string, name: string, args: string) => toolCallBlock(id, name, args);
  it.each<[string, Frame[], Block[]]>([
    [
      'pieces by index, in turns',
      [
        calls({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }),
        calls({ index: 0, function: { arguments: '{"x"' } }),
        calls({ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{"y"' } }),
        calls({ index: 0, function: { arguments: ':1}' } }, { index: 1, function: { arguments: ':2}' } }),
      ],
      [call('a', 'f', '{"x":1}'), call('b', 'g', '{"y":2}')],
    ],
    [
      'white space before the arguments, which may be all of them',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: ' ' } }),
        calls({ index: 0, function: { arguments: '\n{"x": ' } }),
        calls({ index: 0, function: { arguments: ' 1}' } }),
        calls({ index: 1, id: 'b', function: { name: 'g', arguments: ' \n' } }),
        calls({ index: 2, id: 'c', custom: { name: 'h', input: ' z' } }),
      ],
      [call('a', 'f', '{"x":  1}'), call('b', 'g', ''), toolCallBlock('c', 'h', ' z', true)],
    ],
    [
      'several in one chunk',
      [
        calls(
          { index: 0, id: 'a', function: { name: 'f', arguments: '{}' } },
          { index: 1, id: 'b', function: { name: 'f', arguments: '[]' } },
        ),
      ],
      [call('a', 'f', '{}'), call('b', 'f', '[]')],
    ],
    [
      'no index: ids tell them apart',
      [
        calls({ id: 'a', function: { name: 'f', arguments: '{' } }, { id: 'b', function: { name: 'f', arguments: '{}' } }),
        calls({ id: 'a', function: { arguments: '}' } }),
      ],
      [call('a', 'f', '{}'), call('b', 'f', '{}')],
    ],
    [
      'no index and no id: a name starts one, the rest goes to the last',
      [
        calls({ function: { name: 'f', arguments: '{' } }),
        calls({ function: { arguments: '}' } }),
        calls({ id: '', function: { name: 'f', arguments: '{}' } }),
      ],
      [call('call_1', 'f', '{}'), call('call_2', 'f', '{}')],
    ],
    [
      'every call at index 0, as from Ollama',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 0, id: 'b', function: { name: 'g', arguments: '{' } }),
        calls({ index: 0, id: 'b', function: { name: 'g', arguments: '}' } }),
      ],
      [call('a', 'f', '{}'), call('b', 'g', '{}')],
    ],
    [
      'the name repeated',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }),
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '}' } }),
      ],
      [call('a', 'f', '{}')],
    ],
    [
      'the name and the id late',
      [
        calls({ index: 0, function: { arguments: '{' } }),
        calls({ index: 0, id: 'a', function: { name: 'f' } }),
        calls({ index: 0, function: { arguments: '}' } }),
      ],
      [call('a', 'f', '{}')],
    ],
    ['no name at all', [calls({ index: 3, id: 'a', function: { arguments: '{}' } })], [call('a', '', '{}')]],
    ['arguments as an object', [calls({ id: 'a', function: { name: 'f', arguments: { x: 1 } } })], [call('a', 'f', '{"x":1}')]],
    [
      'a custom tool',
      [calls({ index: 0, id: 'a', type: 'custom', custom: { name: 'c', input: '' } }), calls({ index: 0, custom: { input: 'x' } })],
      [toolCallBlock('a', 'c', 'x', true)],
    ],
    [
      'a deprecated call',
      [piece({ function_call: { name: 'f', arguments: '{' } }), piece({ function_call: { arguments: '}' } })],
      [call('call_1', 'f', '{}')],
    ],
    [
      'a signature at the start',
      [calls({ id: 'a', function: { name: 'f', arguments: '{}' }, extra_content: { google: { thought_signature: 's' } } })],
      [toolCallBlock('a', 'f', '{}', false, { origin: 'gemini', data: 's' })],
    ],
    [
      'a signature late',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 0, extra_content: { google: { thought_signature: 's' } } }),
      ],
      [toolCallBlock('a', 'f', '{}', false, { origin: 'gemini', data: 's' })],
    ],
  ])('%s', (_name, frames, expected) => {
    const { response } = fold(...frames, stop(), done);
    expect(response.blocks).toEqual(expected);
    expect(response.finish).toEqual(finish('tool_use', 'stop'));
  });

  it('end the text before them, and text after them is a new block', () => {
    const events = decode(
      piece({ content: 'a' }),
      calls({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }),
      piece({ content: 'b' }),
      stop('tool_calls'),
      done,
    );
    expect(events).toEqual([
      start,
      blockStart(0, textBlock('')),
      blockDelta(0, 'a'),
      blockEnd(0),
      blockStart(1, toolCallBlock('c', 'f', '')),
      blockDelta(1, '{}'),
      blockStart(2, textBlock('')),
      blockDelta(2, 'b'),
      blockEnd(2),
      blockEnd(1),
      messageEnd(finish('tool_use', 'tool_calls'), undefined),
    ]);
  });

  it.each<[string, Frame[]]>([
    ['arguments that wait for a name without end', [calls({ index: 0, function: { arguments: 'x'.repeat(1024 * 1024 + 1) } })]],
    ['citations without end', [piece({ content: 'a', annotations: Array.from({ length: 10_001 }, () => ({ url: 'u' })) })]],
    ['calls without end', [calls(...Array.from({ length: 1025 }, (_, index) => ({ index, id: `c${index}`, function: { name: 'f' } })))]],
  ])('stop at %s', (_name, frames) => {
    const events = decode(...frames);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_stream_malformed' } });
    expect(grammarViolations(events)).toEqual([]);
  });
});

describe('media', () => {
  it('audio in pieces, and whole images', () => {
    const scope = recordingScope();
    const events = runMachine(streamDecoder(scope), [
      piece({ audio: { id: 'audio_1', transcript: '' } }),
      piece({ audio: { data: 'AA' } }),
      piece({ audio: { data: 'BB', transcript: 'hi' } }),
      piece({ images: [{ type: 'image_url', index: 0, image_url: { url: 'data:image/png;base64,AA' } }] }),
      stop(),
    ]);
    expect(grammarViolations(events)).toEqual([]);
    expect(foldStream(events).response.blocks).toEqual([
      mediaBlock('audio', { type: 'base64', data: 'AABB' }, { name: 'audio_1' }),
      mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' }),
    ]);
    expect(scope.told()).toEqual(['dropped audio.transcript']);
  });
});

describe('further answers', () => {
  const part = (index: number, delta: object, finish_reason: string | null = null) => ({ index, delta, finish_reason });
  it('have blocks, calls and an end of their own', () => {
    const { response } = fold(
      chunk({ choices: [part(1, { content: 'b' }), part(0, { content: 'a' })] }),
      chunk({ choices: [part(1, { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] })] }),
      chunk({ choices: [part(1, {}, 'tool_calls')] }),
      chunk({ choices: [part(0, { content: 'a' }, 'length')] }),
      done,
    );
    expect(response).toMatchObject({ blocks: [textBlock('aa')], finish: { reason: 'length' } });
    expect(response.alternatives).toMatchObject([
      { blocks: [textBlock('b'), toolCallBlock('c', 'f', '{}')], finish: { reason: 'tool_use' } },
    ]);
  });

  it('are 128 at most', () => {
    const { response } = fold(
      chunk({ choices: [part(0, { content: 'a' }, 'stop'), part(1e9, { content: 'b' }), part(-1, { content: 'c' })] }),
    );
    expect(response.alternatives).toBeUndefined();
    expect(response.blocks).toEqual([textBlock('ac')]);
  });
});
