import { describe, expect, it } from 'vitest';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations, overlaps } from '../../../test/support/stream-grammar.ts';
import { createScope } from '../../default-scope.ts';
import type { Block } from '../../model/block.ts';
import { reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { foldStream } from '../../model/fold-stream.ts';
import { emptyRequest } from '../../model/request.ts';
import type { LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { unfoldResponse } from '../../model/unfold-response.ts';
import { emptyUsage } from '../../model/usage.ts';
import { openaiResponses } from './codec.ts';

const request = {
  ...emptyRequest('m', true, []),
  extensions: { api: 'openai-responses', fields: { include: ['reasoning.encrypted_content'] } } as const,
};

const own = { origin: 'openai-responses', data: 'gA' } as const;
const foreign = { origin: 'anthropic-messages', data: 'c2ln' } as const;

const answer = (blocks: Block[], members: Partial<LlmResponse> = {}): LlmResponse => ({
  id: 'resp_1',
  model: 'm',
  created: 7,
  blocks,
  finish: finish('stop', 'completed'),
  logprobs: undefined,
  usage: { ...emptyUsage(), input: 4, cacheRead: 2, output: 9, reasoning: 3 },
  alternatives: undefined,
  serviceTier: 'default',
  extensions: undefined,
  ...members,
});

const answers: [name: string, answer: LlmResponse][] = [
  ['text', answer([textBlock('Hello \u{1f30a} "\n')])],
  ['nothing', answer([])],
  [
    'text with citations and log-probabilities',
    answer(
      [
        textBlock('abc', undefined, [
          {
            url: 'https://t',
            title: 'T',
            citedText: undefined,
            start: 0,
            end: 2,
            native: {
              api: 'openai-responses',
              value: { type: 'url_citation', start_index: 0, end_index: 2, url: 'https://t', title: 'T' },
            },
          },
        ]),
      ],
      { logprobs: [{ token: 'abc', logprob: -1, bytes: [1], alternatives: [{ token: 'd', logprob: -2, bytes: [2] }] }] },
    ),
  ],
  [
    'a turn with tools',
    answer(
      [
        reasoningBlock('hm', { ...own, data: 'rs_1.gA' }, undefined, 'rs_1'),
        reasoningBlock('', undefined, { ...own, data: 'rs_2.gA' }, 'rs_2'),
        reasoningBlock('h\n\nm', foreign, undefined, 'rs_3'),
        reasoningBlock('', undefined, foreign, 'rs_4'),
        textBlock('a'),
        unknownBlock('openai-responses', { type: 'web_search_call', id: 'ws_1', status: 'completed' }),
        toolCallBlock('c1', 'f', '{"a": 1}'),
        toolCallBlock('c2', 'g', 'free\ntext', true),
      ],
      { finish: finish('tool_use', 'completed') },
    ),
  ],
  ['a refusal', answer([textBlock('a'), refusalBlock('No.')], { finish: finish('refusal', 'completed') })],
  ['a cut answer', answer([textBlock('a')], { finish: finish('length', 'max_output_tokens') })],
];

describe('there and back', () => {
  it.each(answers)('%s is the same whole', (_name, response) => {
    const scope = createScope([]);
    expect(
      openaiResponses.decodeResponse(JSON.parse(JSON.stringify(openaiResponses.encodeResponse(response, request, scope))), scope),
    ).toEqual(response);
  });

  it.each(answers)('%s is the same streamed', (_name, response) => {
    const events = through(unfoldResponse(response));
    expect(grammarViolations(events)).toEqual([]);
    expect(overlaps(events)).toEqual([]);
    expect(foldStream(events)).toEqual({ response, error: undefined });
  });

  it('a stream that is encoded again has the same deltas', () => {
    const events = through(answers.flatMap(([name, response]) => (name === 'a turn with tools' ? unfoldResponse(response) : [])));
    const deltas = events.filter(({ type }) => type === 'block-delta').map((event) => (event as { text: string }).text);
    expect(deltas).toEqual(['hm', 'h\n\nm', 'a', '{"a": 1}', 'free\ntext']);
  });
});

function through(events: readonly StreamEvent[]): StreamEvent[] {
  const scope = createScope([]);
  return runMachine(openaiResponses.streamDecoder(scope), runMachine(openaiResponses.streamEncoder(request, scope), events));
}

describe('the hot path', () => {
  it('has no frame per delta beyond the delta', () => {
    const encoder = openaiResponses.streamEncoder(request, createScope([]));
    for (const event of unfoldResponse(answer([textBlock('a')])).slice(0, 3)) encoder.push(event);
    for (let i = 0; i < 3; i++) expect(encoder.push({ type: 'block-delta', index: 0, text: 'b', logprobs: undefined })).toHaveLength(1);
  });
});
