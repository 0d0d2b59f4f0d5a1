import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations, overlaps } from '../../../test/support/stream-grammar.ts';
import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import type { Frame } from '../../model/api.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { foldStream } from '../../model/fold-stream.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import type { LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { unfoldResponse } from '../../model/unfold-response.ts';
import { emptyUsage } from '../../model/usage.ts';
import { anthropicMessages } from './codec.ts';

const { decodeRequest, encodeRequest, decodeResponse, encodeResponse, streamDecoder, streamEncoder } = anthropicMessages;
const read = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8');
const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const frames = (name: string): Frame[] =>
  read(name)
    .split('\n\n')
    .filter((text) => text.trim() !== '')
    .map((text) => frame(/^data: (.*)$/m.exec(text)?.[1] ?? '', /^event: (.*)$/m.exec(text)?.[1]));
const asked = emptyRequest('asked', true, []);
const answers = ['thinking-with-tool', 'web-search'];

const own = (data: string) => ({ origin: 'anthropic-messages', data }) as const;

const rich: LlmRequest = {
  ...emptyRequest('claude', true, [
    message('system', [textBlock('one', { ttl: '1h' }), textBlock('two')]),
    message('user', [
      textBlock('look', { ttl: '5m' }),
      mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png', cache: { ttl: undefined } }),
      mediaBlock('image', { type: 'url', url: 'https://a.example/b.png' }),
      mediaBlock('image', { type: 'file', id: 'file_1', api: 'anthropic-messages' }),
      mediaBlock('document', { type: 'base64', data: 'AA' }, { mediaType: 'application/pdf', name: 'N', context: 'C', citable: false }),
      mediaBlock('document', { type: 'text', text: 'T' }, { mediaType: 'text/plain' }),
      mediaBlock('document', { type: 'blocks', blocks: [textBlock('x'), mediaBlock('image', { type: 'url', url: 'u' })] }),
      mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('x')] }, { name: 't', context: 's', citable: true }),
      unknownBlock('anthropic-messages', { type: 'hologram', source: 's' }),
    ]),
    message('assistant', [
      reasoningBlock('hm', own('sig')),
      reasoningBlock('', undefined, own('red')),
      textBlock('see', undefined, [
        {
          url: 'u',
          title: 't',
          citedText: 'c',
          start: undefined,
          end: undefined,
          native: { api: 'anthropic-messages', value: { type: 'web_search_result_location', url: 'u', title: 't', cited_text: 'c' } },
        },
      ]),
      toolCallBlock('toolu_1', 'tide', '{"a":[1,{"b":null}]}', false, undefined, { ttl: undefined }),
      toolCallBlock('toolu_2', 'tide', '{}'),
    ]),
    message('tool', [
      toolResultBlock('toolu_1', [textBlock('r'), mediaBlock('image', { type: 'url', url: 'u' })], true),
      toolResultBlock('toolu_2', [], false, undefined, false, { ttl: '1h' }),
    ]),
    message('user', [textBlock('go on')]),
  ]),
  maxTokens: 9000,
  temperature: 1,
  topP: 0.99,
  stop: ['END'],
  tools: [
    {
      type: 'function',
      name: 'tide',
      description: 'd',
      schema: { type: 'object', properties: {} },
      strict: undefined,
      cache: { ttl: '1h' },
      namespace: undefined,
    },
    { type: 'hosted', kind: 'web-search', api: 'anthropic-messages', value: { type: 'web_search_20250305', name: 'web_search' } },
  ],
  toolChoice: { type: 'auto' },
  parallelToolCalls: false,
  outputFormat: {
    type: 'json-schema',
    name: undefined,
    description: undefined,
    schema: { type: 'object', properties: {}, additionalProperties: false },
    strict: true,
  },
  reasoning: { mode: 'on', effort: 'high', budget: 4000, summary: undefined, include: true },
  user: 'u',
  serviceTier: 'default',
  extensions: { api: 'anthropic-messages', fields: { container: 'c', mcp_servers: [{ name: 'n' }] } },
};

/** What the events of a stream have no place for is only this API's own. */
const lostFacts = (scope: ReturnType<typeof recordingScope>) => scope.warnings.filter(({ path }) => !path.startsWith('extensions.'));

describe('requests', () => {
  it('come back from the wire as they were', () => {
    const scope = recordingScope();
    expect(decodeRequest(json(encodeRequest(rich, scope)), scope)).toEqual(rich);
    expect(scope.warnings).toEqual([]);
  });

  it('come back from the hub with every member', () => {
    const scope = recordingScope();
    const wire = JSON.parse(read('thinking-with-tool.request.json'));
    const [, , last] = wire.messages;
    last.content[0].content = '04:12'; // the short form of one text
    delete wire.tool_choice.disable_parallel_tool_use; // false is the default
    expect(json(encodeRequest(decodeRequest(wire, scope), scope))).toEqual(wire);
    expect(scope.warnings).toEqual([]);
  });

  it('never lose a member in silence, whatever it is', () => {
    // Every object of the fixture gets one member that nobody knows: each must be in the extensions or in a warning.
    const paths: string[] = [];
    const wire = JSON.parse(read('thinking-with-tool.request.json'));
    const opaque = /input_schema|container|context_management|tools\[1\]|\.input$|\.source$/;
    (function mark(value: unknown, path: string): void {
      if (typeof value !== 'object' || value === null || opaque.test(path)) return;
      if (Array.isArray(value)) value.forEach((item, i) => mark(item, `${path}[${i}]`));
      else {
        for (const [key, member] of Object.entries(value)) mark(member, path === '' ? key : `${path}.${key}`);
        Object.assign(value, { surprise: 1 });
        paths.push(path === '' ? 'surprise' : `${path}.surprise`);
      }
    })(wire, '');
    const scope = recordingScope();
    const { extensions } = decodeRequest(wire, scope);
    const told = scope.warnings.map(({ path }) => path);
    expect(extensions?.fields).toHaveProperty('surprise', 1);
    expect(paths.length).toBeGreaterThan(15);
    expect(told.sort()).toEqual(paths.filter((path) => path !== 'surprise').sort());
  });
});

describe('answers', () => {
  it.each(answers)('come back from the hub with every member: %s', (name) => {
    const scope = recordingScope();
    const wire = JSON.parse(read(`${name}.response.json`));
    const back = json(encodeResponse(decodeResponse(wire, scope), asked, scope));
    expect(back).toMatchObject(wire);
    expect(scope.warnings).toEqual([]);
  });

  it.each(answers)('are the same streamed and whole: %s', (name) => {
    const scope = recordingScope();
    const streamed = foldStream(runMachine(streamDecoder(scope), frames(`${name}.stream.sse`)));
    const whole = decodeResponse(JSON.parse(read(`${name}.response.json`)), scope);
    expect(streamed.error).toBeUndefined();
    expect(canonical(streamed.response)).toEqual(canonical(whole));
  });

  it.each(answers)('come back from a stream that was decoded and encoded: %s', (name) => {
    const scope = recordingScope();
    const decoded = runMachine(streamDecoder(scope), frames(`${name}.stream.sse`));
    const encoded = runMachine(streamEncoder(asked, scope), decoded);
    const again = runMachine(streamDecoder(scope), encoded);
    expect(canonical(foldStream(again).response)).toEqual(canonical(foldStream(decoded).response));
    expect(lostFacts(scope)).toEqual([]);
  });

  it('of other vendors come back with all their signatures when the client returns them', () => {
    const foreign = { origin: 'gemini', data: 'sig' } as const;
    const blocks: Block[] = [
      reasoningBlock('t', foreign),
      reasoningBlock('', undefined, { origin: 'openai-responses', data: 'enc' }),
      toolCallBlock('a', 'n', '{}', false, foreign),
      toolCallBlock('b', 'n', '{}'),
    ];
    const answer: LlmResponse = {
      id: 'x',
      model: 'm',
      created: undefined,
      blocks,
      finish: finish('tool_use', 'STOP'),
      logprobs: undefined,
      usage: emptyUsage(),
      alternatives: undefined,
      serviceTier: undefined,
      extensions: undefined,
    };
    const scope = recordingScope();
    const whole = json(encodeResponse(answer, asked, scope))['content'];
    const encoder = streamEncoder(asked, scope);
    const streamed = runMachine(streamDecoder(scope), runMachine(encoder, unfoldResponse(answer)));
    const content = json(encodeResponse(foldStream(streamed).response, asked, scope))['content'];
    for (const returned of [whole, content]) {
      const request = decodeRequest({ model: 'm', max_tokens: 1, messages: [{ role: 'assistant', content: returned }] }, scope);
      expect(request.messages[0]?.blocks).toEqual(blocks);
    }
    expect(scope.warnings).toEqual([]);
  });
});

describe('damaged streams', () => {
  const all = answers.flatMap((name) => frames(`${name}.stream.sse`));

  it('stay legal when they are cut anywhere', () => {
    for (const name of answers) {
      const whole = frames(`${name}.stream.sse`);
      for (let length = 0; length < whole.length; length++) {
        const events = runMachine(streamDecoder(recordingScope()), whole.slice(0, length));
        expect(grammarViolations(events)).toEqual([]);
        // Only message_stop may be missing.
        expect(events.at(-1)?.type).toBe(length < whole.length - 1 ? 'error' : 'message-end');
      }
    }
  });

  it('stay legal when frames are lost, repeated and mixed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: all.length - 1 }), { maxLength: 60 }), (order) => {
        const events = runMachine(
          streamDecoder(recordingScope()),
          order.map((i) => all[i] as Frame),
        );
        expect(grammarViolations(events)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('stay legal when frames are garbage', () => {
    const type = fc.constantFrom(
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'ping',
      'x',
    );
    const member = fc.oneof(
      fc.jsonValue(),
      fc.record({
        type: fc.constantFrom('text', 'tool_use', 'text_delta', 'input_json_delta', 'signature_delta'),
        text: fc.jsonValue(),
        input: fc.jsonValue(),
      }),
    );
    const garbage = fc.oneof(
      fc
        .record({
          type,
          index: fc.oneof(fc.nat({ max: 3 }), fc.jsonValue()),
          message: member,
          content_block: member,
          delta: member,
          usage: fc.jsonValue(),
        })
        .map((wire) => frame(JSON.stringify(wire))),
      fc.string().map((data) => frame(data, 'error')),
    );
    fc.assert(
      fc.property(fc.array(garbage, { maxLength: 30 }), (given) => {
        const events = runMachine(streamDecoder(recordingScope()), given);
        expect(grammarViolations(events)).toEqual([]);
        const written = runMachine(streamEncoder(asked, recordingScope()), overlaps(events).length === 0 ? events : []);
        expect(written.filter(({ event }) => event === 'message_stop').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('and answers that are garbage do not throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ content: fc.array(fc.jsonValue()), usage: fc.jsonValue(), stop_reason: fc.jsonValue() })),
        (wire) => {
          const scope = recordingScope();
          expect(encodeResponse(decodeResponse(wire, scope), asked, scope)).toMatchObject({ type: 'message' });
        },
      ),
    );
  });
});

/** JSON text of tool input has many forms, and a stream says nothing of extensions. */
function canonical(response: LlmResponse): LlmResponse {
  const blocks = response.blocks.map((block) =>
    block.type === 'tool-call' ? { ...block, input: JSON.stringify(JSON.parse(block.input || '{}')) } : block,
  );
  return { ...response, blocks, extensions: undefined };
}
