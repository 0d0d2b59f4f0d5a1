import fc from 'fast-check';
import type { Block } from '../../src/model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock } from '../../src/model/block.ts';
import type { LlmRequest, Message } from '../../src/model/request.ts';
import { emptyRequest, message } from '../../src/model/request.ts';
import type { LlmResponse } from '../../src/model/response.ts';
import { finish } from '../../src/model/response.ts';
import { emptyUsage } from '../../src/model/usage.ts';

// Hub values that every API can say, so that a round trip through any of them must give them back.

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((value) => value.trim() !== '' && value.isWellFormed());
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
const id = fc.stringMatching(/^[a-z0-9]{6,12}$/);
const input = fc
  .dictionary(name, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)), { maxKeys: 3 })
  .map((value) => JSON.stringify(value));
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });

const image = fc.constantFrom(
  mediaBlock('image', { type: 'base64', data: 'aGVsbG8=' }, { mediaType: 'image/png' }),
  mediaBlock('image', { type: 'base64', data: 'd29ybGQ=' }, { mediaType: 'image/jpeg' }),
);

/** A user's turn: texts and images. */
const userTurn: fc.Arbitrary<Message> = fc
  .array(fc.oneof({ weight: 4, arbitrary: text.map((value): Block => textBlock(value)) }, { weight: 1, arbitrary: image }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((blocks) => message('user', blocks));

/** An assistant's turn, with the results of its calls if it has any. */
const assistantTurn: fc.Arbitrary<Message[]> = fc
  .record({
    text: maybe(text),
    calls: fc.uniqueArray(fc.record({ id, name, input, result: text }), { maxLength: 2, selector: (call) => call.id }),
  })
  .filter((turn) => turn.text !== undefined || turn.calls.length > 0)
  .map((turn) => {
    const blocks: Block[] = turn.text === undefined ? [] : [textBlock(turn.text)];
    for (const call of turn.calls) blocks.push(toolCallBlock(`call_${call.id}`, call.name, call.input));
    const results = turn.calls.map((call) => toolResultBlock(`call_${call.id}`, [textBlock(call.result)], false));
    return results.length === 0 ? [message('assistant', blocks)] : [message('assistant', blocks), message('tool', results)];
  });

const history: fc.Arbitrary<Message[]> = fc
  .tuple(maybe(text), userTurn, fc.array(fc.tuple(assistantTurn, userTurn), { maxLength: 3 }))
  .map(([system, first, turns]) => {
    const messages: Message[] = system === undefined ? [] : [message('system', [textBlock(system)])];
    messages.push(first);
    for (const [assistant, user] of turns) messages.push(...assistant, user);
    return messages;
  });

/** Some APIs demand the definitions of tools that a history calls. */
function calledTools(messages: readonly Message[]): { name: string; description: undefined; property: string }[] | undefined {
  const names = new Set(messages.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'tool-call' ? [block.name] : []))));
  return names.size === 0 ? undefined : [...names].map((tool) => ({ name: tool, description: undefined, property: 'a' }));
}

/** A request that every API can carry whole. */
export const commonRequest: fc.Arbitrary<LlmRequest> = fc
  .record({
    model: name,
    stream: fc.boolean(),
    messages: history,
    maxTokens: fc.integer({ min: 16, max: 100_000 }), // fewer Responses does not take
    temperature: maybe(fc.integer({ min: 0, max: 10 }).map((value) => value / 10)),
    topP: maybe(fc.integer({ min: 1, max: 9 }).map((value) => value / 10)),
    tools: maybe(
      fc.uniqueArray(fc.record({ name, description: maybe(text), property: name }), {
        minLength: 1,
        maxLength: 3,
        selector: (tool) => tool.name,
      }),
    ),
  })
  .map(({ tools, ...fields }) => ({
    ...emptyRequest(fields.model, fields.stream, fields.messages),
    maxTokens: fields.maxTokens,
    temperature: fields.temperature,
    topP: fields.topP,
    tools: (tools ?? calledTools(fields.messages))?.map((tool) => ({
      type: 'function' as const,
      name: tool.name,
      description: tool.description,
      schema: { type: 'object', properties: { [tool.property]: { type: 'string' } }, required: [] },
      strict: undefined,
      cache: undefined,
      namespace: undefined,
    })),
    includeUsage: true,
  }));

const answerBlocks: fc.Arbitrary<Block[]> = fc
  .record({
    reasoning: maybe(text),
    text: maybe(text),
    calls: fc.uniqueArray(fc.record({ id, name, input }), { maxLength: 3, selector: (call) => call.id }),
  })
  .filter((answer) => answer.text !== undefined || answer.calls.length > 0)
  .map((answer) => {
    const blocks: Block[] = [];
    if (answer.reasoning !== undefined) blocks.push(reasoningBlock(answer.reasoning));
    if (answer.text !== undefined) blocks.push(textBlock(answer.text));
    for (const call of answer.calls) blocks.push(toolCallBlock(`call_${call.id}`, call.name, call.input));
    return blocks;
  });

/** An answer that every API can carry whole, with or without reasoning. */
export const commonResponse: fc.Arbitrary<LlmResponse> = fc
  .record({ id, model: name, blocks: answerBlocks, cut: fc.boolean(), input: fc.nat(1000), cacheRead: fc.nat(100), output: fc.nat(1000) })
  .map((answer) => {
    const calls = answer.blocks.some((block) => block.type === 'tool-call');
    const reason = answer.cut ? 'length' : calls ? 'tool_use' : 'stop';
    return {
      id: answer.id,
      model: answer.model,
      created: 1_700_000_000,
      blocks: answer.blocks,
      finish: finish(reason, null),
      logprobs: undefined,
      usage: { ...emptyUsage(), input: answer.input, cacheRead: answer.cacheRead, output: answer.output },
      alternatives: undefined,
      serviceTier: undefined,
      extensions: undefined,
    };
  });
