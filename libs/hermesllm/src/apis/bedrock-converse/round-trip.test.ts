import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations, overlaps } from '../../../test/support/stream-grammar.ts';
import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import { awsEventStreamDecoder, awsEventStreamEncoder } from '../../framing/aws-event-stream.ts';
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
import { bedrockConverse } from './codec.ts';

const { decodeRequest, encodeRequest, decodeResponse, encodeResponse, streamDecoder, streamEncoder } = bedrockConverse;
const read = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8');
const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const frames = (name: string): Frame[] =>
  (JSON.parse(read(name)) as [string, object][]).map(([event, wire]) =>
    frame(JSON.stringify(wire), event, { ':event-type': event, ':content-type': 'application/json', ':message-type': 'event' }),
  );
const asked = emptyRequest('asked', true, []);
const answers = ['thinking-with-tool', 'cited'];
const own = (data: string) => ({ origin: 'anthropic-messages', data }) as const;

const rich: LlmRequest = {
  ...emptyRequest('', false, [
    message('system', [textBlock('one', { ttl: '1h' }), textBlock('two')]),
    message('user', [
      textBlock('look', { ttl: '5m' }),
      mediaBlock('image', { type: 'base64', data: 'AA==' }, { mediaType: 'image/png', cache: { ttl: undefined } }),
      mediaBlock('image', { type: 's3', uri: 's3://a/b', bucketOwner: undefined }, { mediaType: 'image/webp' }),
      mediaBlock('document', { type: 'base64', data: 'AA==' }, { mediaType: 'application/pdf', name: 'N', context: 'C', citable: false }),
      mediaBlock('document', { type: 'blocks', blocks: [textBlock('x'), textBlock('y')] }, { mediaType: 'text/plain', name: 'M' }),
      mediaBlock('audio', { type: 'base64', data: 'AA==' }, { mediaType: 'audio/wav' }),
      mediaBlock('video', { type: 'base64', data: 'AA==' }, { mediaType: 'video/mp4' }),
      mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('x')] }, { name: 't', context: 's', citable: true }),
      unknownBlock('bedrock-converse', { hologram: { source: 's' } }),
    ]),
    message('assistant', [
      reasoningBlock('hm', own('sig')),
      reasoningBlock('', undefined, own('UmVk')),
      reasoningBlock('unsigned'),
      textBlock('see', undefined, [
        {
          url: undefined,
          title: 't',
          citedText: 'c',
          start: undefined,
          end: undefined,
          native: { api: 'bedrock-converse', value: { title: 't', sourceContent: [{ text: 'c' }] } },
        },
      ]),
      toolCallBlock('tooluse_1', 'tide', '{"a":[1,{"b":null}]}', false, undefined, { ttl: undefined }),
      toolCallBlock('tooluse_2', 'tide', '{}'),
    ]),
    message('tool', [
      toolResultBlock(
        'tooluse_1',
        [textBlock('r'), mediaBlock('image', { type: 'base64', data: 'AA==' }, { mediaType: 'image/gif' })],
        true,
      ),
      toolResultBlock('tooluse_2', [textBlock('s')], false, undefined, false, { ttl: '1h' }),
    ]),
    message('user', [textBlock('go on')]),
  ]),
  maxTokens: 9000,
  temperature: 1,
  topP: 0.5,
  topK: 3,
  stop: ['END'],
  tools: [
    {
      type: 'function',
      name: 'tide',
      description: 'd',
      schema: { type: 'object', properties: {} },
      strict: true,
      cache: { ttl: '1h' },
      namespace: undefined,
    },
    { type: 'hosted', kind: 'code-execution', api: 'bedrock-converse', value: { systemTool: { name: 'nova_code_interpreter' } } },
  ],
  outputFormat: { type: 'json-schema', name: 'n', description: undefined, schema: { type: 'object' }, strict: true },
  reasoning: { mode: 'on', effort: 'high', budget: 4000, summary: undefined, include: true },
  metadata: { a: 'b' },
  serviceTier: 'reserved',
  extensions: {
    api: 'bedrock-converse',
    fields: {
      additionalModelRequestFields: { anthropic_beta: ['b'] },
      guardrailConfig: { guardrailIdentifier: 'g' },
      additionalModelResponseFieldPaths: ['/x'],
    },
  },
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
    wire.toolConfig.toolChoice = undefined; // thinking excludes a forced tool
    expect(json(encodeRequest(decodeRequest(wire, scope), scope))).toEqual(json(wire));
    expect(scope.warnings).toEqual([]);
  });

  it('never lose a member in silence, whatever it is', () => {
    // Every object of the fixture gets one member that nobody knows: each must be in the extensions or in a warning.
    const paths: string[] = [];
    const wire = JSON.parse(read('thinking-with-tool.request.json'));
    const opaque = /\.json$|\.input$|guardrailConfig|performanceConfig|requestMetadata|systemTool$|tools\[2\]|toolChoice/;
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
    const kept = ['surprise', 'additionalModelRequestFields.surprise'];
    expect(extensions?.fields).toMatchObject({ surprise: 1, additionalModelRequestFields: { surprise: 1 } });
    expect(paths.length).toBeGreaterThan(30);
    expect(scope.warnings.map(({ path }) => path).sort()).toEqual(paths.filter((path) => !kept.includes(path)).sort());
  });
});

describe('answers', () => {
  it.each(answers)('come back from the hub with every member: %s', (name) => {
    const scope = recordingScope();
    const wire = JSON.parse(read(`${name}.response.json`));
    expect(json(encodeResponse(decodeResponse(wire, scope), asked, scope))).toEqual(wire);
    expect(scope.warnings).toEqual([]);
  });

  it.each(answers)('are the same streamed and whole: %s', (name) => {
    const scope = recordingScope();
    const streamed = foldStream(runMachine(streamDecoder(scope), frames(`${name}.stream.json`)));
    const whole = decodeResponse(JSON.parse(read(`${name}.response.json`)), scope);
    expect(streamed.error).toBeUndefined();
    expect(canonical(streamed.response)).toEqual(canonical(whole));
    expect(lostFacts(scope)).toEqual([]);
  });

  it.each(answers)('come back from a stream that was decoded, encoded and framed: %s', (name) => {
    const scope = recordingScope();
    const decoded = runMachine(streamDecoder(scope), frames(`${name}.stream.json`));
    const bytes = runMachine(awsEventStreamEncoder(), runMachine(streamEncoder(asked, scope), decoded));
    const again = runMachine(streamDecoder(scope), runMachine(awsEventStreamDecoder(), bytes));
    expect(canonical(foldStream(again).response)).toEqual(canonical(foldStream(decoded).response));
    expect(lostFacts(scope)).toEqual([]);
  });

  it('of other vendors come back with all their signatures when the client returns them', () => {
    const foreign = { origin: 'gemini', data: 'sig/+=' } as const;
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
    const contentOf = (wire: unknown) => (wire as { output: { message: { content: unknown } } }).output.message.content;
    const whole = contentOf(json(encodeResponse(answer, asked, scope)));
    const streamed = runMachine(streamDecoder(scope), runMachine(streamEncoder(asked, scope), unfoldResponse(answer)));
    const content = contentOf(json(encodeResponse(foldStream(streamed).response, asked, scope)));
    for (const returned of [whole, content]) {
      const request = decodeRequest({ messages: [{ role: 'assistant', content: returned }] }, scope);
      expect(request.messages[0]?.blocks).toEqual(blocks);
    }
    expect(scope.warnings).toEqual([]);
  });
});

describe('damaged streams', () => {
  const all = answers.flatMap((name) => frames(`${name}.stream.json`));

  it('stay legal when they are cut anywhere', () => {
    for (const name of answers) {
      const whole = frames(`${name}.stream.json`);
      for (let length = 0; length < whole.length; length++) {
        const events = runMachine(streamDecoder(recordingScope()), whole.slice(0, length));
        expect(grammarViolations(events)).toEqual([]);
        // Only the counters may be missing.
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
    const member = fc.oneof(
      fc.jsonValue(),
      fc.record({ text: fc.jsonValue() }),
      fc.record({ toolUse: fc.oneof(fc.jsonValue(), fc.record({ input: fc.jsonValue(), type: fc.jsonValue() })) }),
      fc.record({ toolResult: fc.jsonValue() }),
      fc.record({ image: fc.oneof(fc.jsonValue(), fc.record({ source: fc.jsonValue(), format: fc.jsonValue() })) }),
      fc.record({ citation: fc.jsonValue() }),
      fc.record({ reasoningContent: fc.oneof(fc.jsonValue(), fc.record({ text: fc.jsonValue(), redactedContent: fc.string() })) }),
    );
    const name = fc.constantFrom(
      'messageStart',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
      'x',
    );
    const wire = fc.record({
      contentBlockIndex: fc.oneof(fc.nat({ max: 3 }), fc.jsonValue()),
      start: member,
      delta: member,
      stopReason: fc.jsonValue(),
      usage: fc.jsonValue(),
      serviceTier: fc.jsonValue(),
      additionalModelResponseFields: fc.jsonValue(),
    });
    const garbage = fc.oneof(
      fc.tuple(name, wire).map(([event, value]) => frame(JSON.stringify(value), event)),
      fc
        .tuple(fc.string(), fc.constantFrom('error', 'exception', 'event'))
        .map(([data, type]) => frame(data, data, { ':message-type': type })),
    );
    fc.assert(
      fc.property(fc.array(garbage, { maxLength: 30 }), (given) => {
        const events = runMachine(streamDecoder(recordingScope()), given);
        expect(grammarViolations(events)).toEqual([]);
        const written = runMachine(streamEncoder(asked, recordingScope()), overlaps(events).length === 0 ? events : []);
        expect(written.filter(({ event }) => event === 'metadata').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('and answers that are garbage do not throw', () => {
    const content = fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('text', 'toolUse', 'image', 'reasoningContent', 'citationsContent'), fc.jsonValue()),
      ),
    );
    const wire = fc.record({
      output: fc.record({ message: fc.record({ content }) }),
      usage: fc.jsonValue(),
      stopReason: fc.jsonValue(),
      trace: fc.jsonValue(),
    });
    fc.assert(
      fc.property(wire, (value) => {
        const scope = recordingScope();
        expect(encodeResponse(decodeResponse(value, scope), asked, scope)).toMatchObject({ metrics: { latencyMs: 0 } });
      }),
    );
  });
});

/** JSON text of tool input has many forms. */
function canonical(response: LlmResponse): LlmResponse {
  const blocks = response.blocks.map((block) =>
    block.type === 'tool-call' ? { ...block, input: JSON.stringify(JSON.parse(block.input || '{}')) } : block,
  );
  return { ...response, blocks };
}
