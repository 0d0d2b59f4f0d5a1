import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonRequest, commonResponse } from '../../../test/support/arbitrary-hub.ts';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations } from '../../../test/support/stream-grammar.ts';
import type { JsonObject } from '../../codec.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { foldStream } from '../../model/fold-stream.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import type { LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { unfoldResponse } from '../../model/unfold-response.ts';
import { emptyUsage } from '../../model/usage.ts';
import { byteLength, byteOffsets } from './byte-offsets.ts';
import { gemini } from './codec.ts';

const { decodeRequest, encodeRequest, decodeResponse, encodeResponse, streamDecoder, streamEncoder } = gemini;
const read = (name: string): JsonObject => JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));
const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const asked = emptyRequest('asked', true, []);
const own = (data: string) => ({ origin: 'gemini', data }) as const;

const rich: LlmRequest = {
  ...emptyRequest('', false, [
    message('system', [textBlock('one'), textBlock('two')]),
    message('user', [
      textBlock('look'),
      mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' }),
      mediaBlock('document', { type: 'base64', data: 'AA' }, { mediaType: 'application/pdf', name: 'N' }),
      mediaBlock('audio', { type: 'base64', data: 'AA' }, { mediaType: 'audio/wav' }),
      mediaBlock('video', { type: 'file', id: 'gs://b/o', api: 'gemini' }, { mediaType: 'video/mp4' }),
      unknownBlock('gemini', { codeExecutionResult: { outcome: 'OUTCOME_OK' } }),
    ]),
    message('assistant', [
      reasoningBlock('hm', own('sig')),
      textBlock('see', undefined, undefined, own('sig2')),
      toolCallBlock('a', 'tide', '{"a":[1,{"b":null}]}', false, own('sig3')),
      toolCallBlock('b', 'tide', '{}'),
    ]),
    message('tool', [toolResultBlock('a', [textBlock('04:10')], false), toolResultBlock('b', [textBlock('no')], true)]),
    message('user', [textBlock('and?')]),
    message('assistant', [textBlock('So')]),
  ]),
  maxTokens: 10,
  temperature: 1.5,
  topP: 0.5,
  topK: 3,
  stop: ['x'],
  seed: -4,
  presencePenalty: 0.5,
  frequencyPenalty: 0.25,
  candidates: 2,
  logprobs: { alternatives: undefined },
  tools: [
    {
      type: 'function',
      name: 'tide',
      description: 'd',
      schema: { type: 'object' },
      strict: undefined,
      cache: undefined,
      namespace: undefined,
    },
    { type: 'hosted', kind: 'code-execution', api: 'gemini', value: { codeExecution: {} } },
  ],
  toolChoice: { type: 'allowed', mode: 'required', names: ['tide', 'other'] },
  outputFormat: { type: 'json-schema', name: undefined, description: undefined, schema: { type: 'object' }, strict: true },
  reasoning: { mode: 'on', effort: undefined, budget: 2000, summary: undefined, include: true },
  metadata: { team: 'a' },
  serviceTier: 'default',
  store: true,
  extensions: {
    api: 'gemini',
    fields: { safetySettings: [], generationConfig: { speechConfig: {} }, toolConfig: { includeServerSideToolInvocations: true } },
  },
};

const richAnswer: LlmResponse = {
  id: 'r',
  model: 'm',
  created: undefined,
  blocks: [
    reasoningBlock('hm', own('sig')),
    textBlock('é text', undefined, [{ url: 'u', title: 't', citedText: undefined, start: 2, end: 6, native: undefined }], own('sig2')),
    mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' }),
    unknownBlock('gemini', { executableCode: { code: '1' } }),
    toolCallBlock('c', 'f', '{"a":1}', false, own('sig3')),
  ],
  finish: finish('tool_use', 'STOP'),
  logprobs: undefined,
  usage: { ...emptyUsage(), input: 3, cacheRead: 2, output: 9, reasoning: 4, inputAudio: 1 },
  alternatives: [{ blocks: [textBlock('b')], finish: finish('length', 'MAX_TOKENS'), logprobs: undefined }],
  serviceTier: 'flex',
  extensions: undefined,
};

describe('round trips', () => {
  it('gives a rich request back', () => {
    const scope = recordingScope();
    const wire = json(encodeRequest(rich, scope));
    expect(decodeRequest(wire, scope)).toEqual(rich);
    expect(scope.told()).toEqual([]);
  });

  it('gives a rich answer back, whole', () => {
    const scope = recordingScope();
    const wire = json(encodeResponse(richAnswer, asked, scope));
    expect(decodeResponse(wire, scope)).toEqual(richAnswer);
    expect(scope.told()).toEqual([]);
  });

  it('gives an answer back, streamed', () => {
    // Sources are told at the end, when only the last text can still take them.
    const answer = { ...richAnswer, blocks: [richAnswer.blocks[4], richAnswer.blocks[0], richAnswer.blocks[1]] } as LlmResponse;
    const scope = recordingScope();
    const events = runMachine(streamDecoder(scope), runMachine(streamEncoder(asked, scope), unfoldResponse(answer)));
    expect(grammarViolations(events)).toEqual([]);
    expect(json(foldStream(events).response)).toEqual(json(answer));
    expect(scope.told()).toEqual([]);
  });

  it('keeps the known members of a request and an answer', () => {
    const scope = { ...recordingScope(), client: 'gemini' } as const;
    const request = read('agent.request.json');
    const again = json(encodeRequest({ ...decodeRequest(request, scope), model: 'gemini-2.5-flash' }, scope));
    const ids = /,?"id":"call_\d+",?/g;
    expect(JSON.parse(JSON.stringify(again).replace(ids, ''))).toEqual(request);
    const answer = read('tool-turn.response.json');
    const { usageMetadata, ...rest } = json(encodeResponse(decodeResponse(answer, scope), asked, scope));
    const { usageMetadata: before, ...expected } = answer;
    expect(rest).toEqual(expected);
    expect(before).toMatchObject(usageMetadata as object);
    expect(scope.told()).toEqual([]);
  });

  it('carries what every API can say', () => {
    fc.assert(
      fc.property(commonRequest, (request) => {
        const scope = recordingScope();
        const back = decodeRequest(json(encodeRequest(request, scope)), scope);
        expect(json(back)).toEqual(json({ ...request, model: '', stream: false }));
        expect(scope.warnings.filter(({ type }) => type === 'dropped')).toEqual([]);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(commonResponse, (answer) => {
        const scope = recordingScope();
        const said = ({ blocks, usage, finish: { reason } }: LlmResponse): JsonObject => json({ blocks, usage, reason });
        expect(said(decodeResponse(json(encodeResponse(answer, asked, scope)), scope))).toEqual(said(answer));
        const events = runMachine(streamDecoder(scope), runMachine(streamEncoder(asked, scope), unfoldResponse(answer)));
        expect(said(foldStream(events).response)).toEqual(said(answer));
      }),
      { numRuns: 300 },
    );
  });
});

describe('byteOffsets', () => {
  it('finds every character by its first byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(3000), (text, padding) => {
        const whole = 'x'.repeat(padding) + text;
        const offsets = byteOffsets(whole);
        expect(offsets.total).toBe(new TextEncoder().encode(whole).length);
        for (let unit = 0, at = 0; unit <= whole.length; unit += (whole.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1, at++) {
          if (at >= padding) expect(offsets.toUnits(byteLength(whole, unit))).toBe(unit);
        }
        expect([offsets.toUnits(-1), offsets.toUnits(offsets.total + 1), offsets.toUnits(Number.NaN)]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      }),
      { numRuns: 200 },
    );
  });
});
