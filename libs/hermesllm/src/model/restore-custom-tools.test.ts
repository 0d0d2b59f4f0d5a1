import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runMachine } from '../../test/support/run-machine.ts';
import type { Block } from './block.ts';
import { toolCallBlock } from './block.ts';
import { foldStream } from './fold-stream.ts';
import type { LlmRequest } from './request.ts';
import { emptyRequest } from './request.ts';
import type { LlmResponse } from './response.ts';
import { finish } from './response.ts';
import { restoreCustomTools, restoreCustomToolsInStream } from './restore-custom-tools.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart } from './stream-event.ts';

const request: LlmRequest = {
  ...emptyRequest('m', true, []),
  tools: [{ type: 'custom', name: 'patch', description: undefined, format: undefined, namespace: undefined }],
};
const answer = (blocks: Block[]): LlmResponse => ({
  id: 'i',
  model: 'm',
  created: undefined,
  blocks,
  finish: finish('tool_use', 'tool_calls'),
  logprobs: undefined,
  usage: undefined,
  alternatives: undefined,
  serviceTier: undefined,
  extensions: undefined,
});

function streamed(name: string, pieces: readonly string[]): Block | undefined {
  const machine = restoreCustomToolsInStream(request);
  if (machine === undefined) throw new Error('the request has custom tools');
  const events = runMachine(machine, [
    messageStart('i', 'm'),
    blockStart(0, toolCallBlock('c', name, '')),
    ...pieces.map((piece) => blockDelta(0, piece)),
    blockEnd(0),
    messageEnd(finish('tool_use', 'tool_calls'), undefined),
  ]);
  return foldStream(events).response.blocks[0];
}

describe('restoreCustomTools', () => {
  it.each([
    ['the text of the input', '{"input":"a\\nb"}', 'a\nb'],
    ['no arguments for no text', '{}', ''],
    ['arguments of another form as they are', '{"patch":1}', '{"patch":1}'],
    ['an input that is no text as it is', '{"input":1}', '{"input":1}'],
    ['text that is not JSON as it is', 'a\nb', 'a\nb'],
  ])('takes %s', (_name, input, expected) => {
    const [block] = restoreCustomTools(request, answer([toolCallBlock('c', 'patch', input)])).blocks;
    expect(block).toEqual(toolCallBlock('c', 'patch', expected, true));
  });
  it('leaves functions alone', () => {
    const block = toolCallBlock('c', 'other', '{"input":"a"}');
    expect(restoreCustomTools(request, answer([block])).blocks).toEqual([block]);
  });
});

describe('restoreCustomToolsInStream', () => {
  it('is not needed without custom tools', () => {
    expect(restoreCustomToolsInStream(emptyRequest('m', true, []))).toBeUndefined();
  });
  it('gives the text for any split', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 9 }), (text, size) => {
        const input = JSON.stringify({ input: text });
        const pieces: string[] = [];
        for (let at = 0; at < input.length; at += size) pieces.push(input.slice(at, at + size));
        expect(streamed('patch', pieces)).toEqual(toolCallBlock('c', 'patch', text, true));
      }),
    );
  });
  it('hands on the text while it arrives', () => {
    const machine = restoreCustomToolsInStream(request);
    machine?.push(blockStart(0, toolCallBlock('c', 'patch', '')));
    expect(machine?.push(blockDelta(0, '{"input": "abc'))).toEqual([blockDelta(0, 'abc')]);
  });
  it.each([
    ['another form', ['{"x": 1, "y": "', 'z'.repeat(80), '"}']],
    ['short text that is not JSON', ['plain']],
  ])('hands on %s as it is', (_name, pieces) => {
    expect(streamed('patch', pieces)).toEqual(toolCallBlock('c', 'patch', pieces.join(''), true));
  });
  it('leaves functions alone', () => {
    expect(streamed('other', ['{"input":"a"}'])).toEqual(toolCallBlock('c', 'other', '{"input":"a"}'));
  });
});
