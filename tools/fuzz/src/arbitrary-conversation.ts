import fc from 'fast-check';
import type { Block, FinishReason, LlmRequest, LlmResponse, Message, OutputFormat, Tool, ToolChoice } from '@plano/hermesllm';

// Requests and answers in the hub's words. Encoded by a client's codec they are what such a client sends, and by an
// upstream's what it answers. They say more than every API can carry: what is lost on the way is warned about, and what
// arrives must be legal all the same.

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((value) => value.trim() !== '' && value.isWellFormed());
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
const id = fc.stringMatching(/^[a-z0-9]{6,12}$/);
const input = fc
  .dictionary(name, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)), { maxKeys: 3 })
  .map((value) => JSON.stringify(value));
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });
const tenths = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max }).map((value) => value / 10);

const textBlock = (value: string): Block => ({ type: 'text', text: value, citations: undefined, cache: undefined, signature: undefined });
const callBlock = (call: { id: string; name: string; input: string }): Block => ({
  type: 'tool-call',
  id: `call_${call.id}`,
  name: call.name,
  input: call.input,
  custom: false,
  signature: undefined,
  cache: undefined,
  namespace: undefined,
});
const imageBlock = (data: string, mediaType: string): Block => ({
  type: 'media',
  kind: 'image',
  mediaType,
  source: { type: 'base64', data },
  detail: undefined,
  name: undefined,
  context: undefined,
  citable: undefined,
  cache: undefined,
});
const message = (role: Message['role'], blocks: Block[]): Message => ({ role, blocks, name: undefined });

const image = fc.constantFrom(imageBlock('aGVsbG8=', 'image/png'), imageBlock('d29ybGQ=', 'image/jpeg'));
const userTurn = fc
  .array(fc.oneof({ weight: 4, arbitrary: text.map(textBlock) }, { weight: 1, arbitrary: image }), { minLength: 1, maxLength: 3 })
  .map((blocks) => message('user', blocks));

const calls = (max: number) =>
  fc.uniqueArray(fc.record({ id, name, input, result: text, failed: fc.boolean() }), { maxLength: max, selector: (call) => call.id });

/** An assistant's turn, with the results of its calls if it has any. */
const assistantTurn = fc
  .record({ text: maybe(text), calls: calls(2) })
  .filter((turn) => turn.text !== undefined || turn.calls.length > 0)
  .map((turn): Message[] => {
    const blocks = turn.text === undefined ? [] : [textBlock(turn.text)];
    const results: Block[] = [];
    for (const call of turn.calls) {
      blocks.push(callBlock(call));
      results.push({
        type: 'tool-result',
        id: `call_${call.id}`,
        name: call.name,
        blocks: [textBlock(call.result)],
        isError: call.failed,
        custom: false,
        cache: undefined,
      });
    }
    return results.length === 0 ? [message('assistant', blocks)] : [message('assistant', blocks), message('tool', results)];
  });

/** Identifiers of calls are unique within one conversation. */
const unambiguous = (messages: readonly Message[]): boolean => {
  const ids = messages.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'tool-call' ? [block.id] : [])));
  return new Set(ids).size === ids.length;
};

const history = fc
  .tuple(maybe(text), userTurn, fc.array(fc.tuple(assistantTurn, userTurn), { maxLength: 3 }))
  .map(([system, first, turns]) => {
    const messages = system === undefined ? [] : [message('system', [textBlock(system)])];
    messages.push(first);
    for (const [assistant, user] of turns) messages.push(...assistant, user);
    return messages;
  })
  .filter(unambiguous);

const functionTool = (tool: { name: string; description: string | undefined; property: string }): Tool => ({
  type: 'function',
  name: tool.name,
  description: tool.description,
  schema: { type: 'object', properties: { [tool.property]: { type: 'string' } }, required: [] },
  strict: undefined,
  cache: undefined,
  namespace: undefined,
});

const extraTools = fc.uniqueArray(fc.record({ name, description: maybe(text), property: name }), {
  maxLength: 2,
  selector: (tool) => tool.name,
});

/** The tools that the history calls, and more: several APIs demand definitions of what was called. */
function toolsOf(
  messages: readonly Message[],
  extra: readonly { name: string; description: string | undefined; property: string }[],
): Tool[] {
  const tools = new Map(extra.map((tool) => [tool.name, functionTool(tool)]));
  for (const { blocks } of messages) {
    for (const block of blocks) {
      if (block.type === 'tool-call') tools.set(block.name, functionTool({ name: block.name, description: undefined, property: 'a' }));
    }
  }
  return [...tools.values()];
}

type ChoiceKind = ToolChoice['type'];
function choiceOf(kind: ChoiceKind | undefined, tools: readonly Tool[]): ToolChoice | undefined {
  const first = tools[0];
  if (kind === undefined || first === undefined || first.type !== 'function') return undefined;
  if (kind === 'tool') return { type: 'tool', name: first.name };
  if (kind === 'allowed') return { type: 'allowed', mode: 'auto', names: [first.name] };
  return { type: kind };
}

const outputFormat = fc.constantFrom<OutputFormat>(
  { type: 'text' },
  { type: 'json' },
  {
    type: 'json-schema',
    name: 'answer',
    description: undefined,
    schema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
    strict: true,
  },
);

/** A request that some client may send; what its own API cannot say, its codec leaves out. */
export const anyRequest: fc.Arbitrary<LlmRequest> = fc
  .record({
    model: name.map((value) => `model_${value}`),
    stream: fc.boolean(),
    messages: history,
    maxTokens: maybe(fc.integer({ min: 1, max: 100_000 })),
    temperature: maybe(tenths(10)),
    topP: maybe(tenths(9)),
    topK: maybe(fc.integer({ min: 1, max: 100 })),
    stop: maybe(fc.uniqueArray(text, { minLength: 1, maxLength: 3 })),
    seed: maybe(fc.nat(1000)),
    presencePenalty: maybe(tenths(9)),
    frequencyPenalty: maybe(tenths(9)),
    tools: extraTools,
    toolChoice: maybe(fc.constantFrom<ChoiceKind>('auto', 'required', 'none', 'tool', 'allowed')),
    parallelToolCalls: maybe(fc.boolean()),
    outputFormat: maybe(outputFormat),
    effort: maybe(fc.constantFrom('low', 'medium', 'high')),
    user: maybe(id),
    metadata: maybe(fc.dictionary(name, id, { minKeys: 1, maxKeys: 2 })),
    includeUsage: fc.boolean(),
  })
  .map(({ tools: extra, toolChoice, effort, ...fields }): LlmRequest => {
    const tools = toolsOf(fields.messages, extra);
    return {
      ...fields,
      candidates: undefined,
      logprobs: undefined,
      tools: tools.length === 0 ? undefined : tools,
      toolChoice: choiceOf(toolChoice, tools),
      parallelToolCalls: tools.length === 0 ? undefined : fields.parallelToolCalls,
      reasoning: effort === undefined ? undefined : { mode: undefined, effort, budget: undefined, summary: undefined, include: undefined },
      verbosity: undefined,
      serviceTier: undefined,
      store: undefined,
      extensions: undefined,
    };
  });

/** An answer that some upstream may give. */
export const anyResponse: fc.Arbitrary<LlmResponse> = fc
  .record({
    id,
    model: name,
    reasoning: maybe(text),
    text: maybe(text),
    calls: calls(3),
    reason: fc.constantFrom<FinishReason>('stop', 'length', 'stop_sequence', 'content_filter', 'refusal'),
    usage: fc.record({
      input: fc.nat(1000),
      cacheRead: fc.nat(100),
      cacheWrite: fc.nat(100),
      output: fc.nat(1000),
      reported: fc.boolean(),
    }),
  })
  .map((answer): LlmResponse => {
    const blocks: Block[] = [];
    if (answer.reasoning !== undefined) {
      blocks.push({ type: 'reasoning', text: answer.reasoning, signature: undefined, redacted: undefined, id: undefined });
    }
    if (answer.text !== undefined) blocks.push(textBlock(answer.text));
    for (const call of answer.calls) blocks.push(callBlock(call));
    const { reported, ...usage } = answer.usage;
    const reason = answer.reason === 'stop' && answer.calls.length > 0 ? 'tool_use' : answer.reason;
    return {
      id: answer.id,
      model: answer.model,
      created: 1_700_000_000,
      blocks,
      finish: { reason, raw: null, stopSequence: undefined },
      logprobs: undefined,
      usage: reported
        ? { ...usage, cacheWriteLong: undefined, reasoning: undefined, inputAudio: undefined, outputAudio: undefined }
        : undefined,
      alternatives: undefined,
      serviceTier: undefined,
      extensions: undefined,
    };
  });
