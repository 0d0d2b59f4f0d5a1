import { decodeUtf8, encodeUtf8, portableUtf8 } from '@plano/hermesllm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostCapabilities } from '../exchange.ts';
import { answerConversation, withMetadata } from './answer-conversation.ts';
import type { ClientConversation } from './client-conversation.ts';
import { contentText, messagesJson, openConversation } from './client-conversation.ts';
import type { ConversationEdits } from './edit-conversation.ts';
import { editConversation, noConversationEdits } from './edit-conversation.ts';

const host: HostCapabilities = { redispatch: true, utf8: portableUtf8, now: () => 0, newId: (prefix) => `${prefix}1`, random: () => 0 };
const open = (body: string, path = '/v1/chat/completions', method = 'POST') =>
  openConversation({ method, path, headers: {} }, body, { jsonDepth: 256 }, host);

function conversation(body: string, path?: string): ClientConversation {
  const opened = open(body, path);
  if (opened?.ok !== true) throw new Error('not opened');
  return opened.conversation;
}
const edit = (body: string, edits: Partial<ConversationEdits>, path?: string): string =>
  decodeUtf8(editConversation(conversation(body, path), { ...noConversationEdits, ...edits }, portableUtf8));

describe('openConversation', () => {
  it('reads the prompt of each API', () => {
    expect(conversation('{"messages":[{"role":"user","content":"a"}]}').prompt).toEqual({ text: 'a', empty: false, path: 'messages[0]' });
    expect(conversation('{"model":"m","input":"a"}', '/v1/responses').prompt).toEqual({ text: 'a', empty: false, path: 'input' });
    const blocks = '[{"type":"text","text":"a"},{"type":"text","text":"b"}]';
    expect(conversation(`{"model":"m","max_tokens":1,"messages":[{"role":"user","content":${blocks}}]}`, '/v1/messages').prompt).toEqual({
      text: 'a\nb',
      empty: false,
      path: 'messages[0]',
    });
  });
  it.each([
    ['{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}', '/v1/chat/completions'],
    ['{"messages":[]}', '/v1/chat/completions'],
    ['{"model":"m","input":[{"role":"user","content":"a"},{"type":"item_reference","id":"x"}]}', '/v1/responses'],
    ['{"model":"m","input":[{"role":"user","content":"a"},{"type":"function_call_output","call_id":"c","output":"x"}]}', '/v1/responses'],
    [
      '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]}]}',
      '/v1/messages',
    ],
  ])('finds none in %s', (body, path) => {
    expect(conversation(body, path).prompt).toBeNull();
  });
  it.each([
    ['/v1/models', 'POST'],
    ['/v1/embeddings', 'POST'],
    ['/v1beta/models/m:generateContent', 'POST'],
    ['/v1/chat/completions', 'GET'],
  ])('leaves %s by %s alone', (path, method) => {
    expect(open('{}', path, method)).toBeUndefined();
  });
  it.each([
    ['[]', undefined],
    ['{}', 'messages'],
    ['{"messages":5}', 'messages'],
    ['{"messages":[5]}', 'messages[0]'],
    ['{"messages":[{"a":x}]}', 'messages'],
    ['{"messages":[],"messages":[]}', 'messages'],
    ['{"messages":[],"stream":1}', 'stream'],
  ])('answers %s with 400', (body, param) => {
    const opened = open(body);
    if (opened?.ok !== false || opened.decision.action !== 'respond') throw new Error('opened');
    expect(opened.decision.status).toBe(400);
    expect(JSON.parse(opened.decision.body as string)).toMatchObject({ error: { param: param ?? null } });
  });
  it('gives the messages of a Chat client in its own bytes', () => {
    expect(messagesJson(conversation('{"messages":[ {"role":"user","content":"a","n":1.0} ]}'), portableUtf8)).toBe(
      '[ {"role":"user","content":"a","n":1.0} ]',
    );
  });
});

describe('contentText', () => {
  it.each([
    ['a', 'a'],
    [null, ''],
    [[{ type: 'text', text: 'a' }, { type: 'image_url' }, 5, { type: 'text', text: 'b' }], 'a\nb'],
  ])('of %j', (content, expected) => {
    expect(contentText(content)).toBe(expected);
  });
});

describe('editConversation', () => {
  it('leaves a body as it is when there is nothing to edit', () => {
    const body = ' {"messages" : [ {"role":"user","content":"\\u0061"} ] , "n":1.0}';
    expect(edit(body, {})).toBe(body);
    expect(edit(body, { metadata: { 'x-arch-state': undefined } })).toBe(body);
  });
  const metadata: [string, Record<string, string | undefined>, string][] = [
    ['{"messages":[],"metadata":{"a":"1","b":"2"}}', { a: undefined }, '{"messages":[],"metadata":{"b":"2"}}'],
    ['{"metadata":{"a":"1"},"messages":[]}', { a: undefined }, '{"messages":[]}'],
    ['{"messages":[], "metadata":{"a":"1"}}', { a: undefined }, '{"messages":[]}'],
    ['{"messages":[],"metadata":{"b":2}}', { a: 'x' }, '{"messages":[],"metadata":{"b":2,"a":"x"}}'],
    ['{"messages":[],"metadata":null}', { a: 'x' }, '{"messages":[],"metadata":{"a":"x"}}'],
    ['{"messages":[]}', { a: 'x' }, '{"metadata":{"a":"x"},"messages":[]}'],
  ];
  it.each(metadata)('metadata of %s', (body, values, expected) => {
    expect(edit(body, { metadata: values })).toBe(expected);
  });
  it('any mix of edits of any conversation gives the same as edits of its value', () => {
    const content = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.record({ type: fc.constant('text'), text: fc.string() }), { minLength: 1 }),
    );
    const message = fc.record(
      { role: fc.constantFrom('assistant', 'tool', 'user'), content, model: fc.string() },
      { requiredKeys: ['role', 'content'] },
    );
    const body = fc.record({ model: fc.string(), messages: fc.array(message), last: content, extra: fc.jsonValue() });
    fc.assert(
      fc.property(
        body,
        fc.boolean(),
        fc.func(fc.boolean()),
        fc.func(fc.boolean()),
        ({ model, messages, last, extra }, pretty, isDropped, losesModel) => {
          const all = [...messages, { role: 'user', content: last }];
          const dropMessages = messages.flatMap((_each, index) => (isDropped(index) ? [index] : []));
          const dropMessageModels = messages.flatMap((_each, index) => (losesModel(index) ? [index] : []));
          const text = JSON.stringify({ model, messages: all, extra }, null, pretty ? 2 : undefined);
          const edited = JSON.parse(edit(text, { systemPrompt: 'S', context: '\nC', dropMessages, dropMessageModels })) as unknown;
          const kept = (JSON.parse(text) as { messages: Record<string, unknown>[] }).messages.flatMap((each, index) => {
            if (dropMessages.includes(index)) return [];
            if (!dropMessageModels.includes(index)) return [each];
            const { model: _model, ...rest } = each;
            return [rest];
          });
          const prompt = kept.at(-1);
          if (last.length > 0 && prompt !== undefined) {
            prompt['content'] =
              typeof last === 'string'
                ? `${String(prompt['content'])}\nC`
                : [...(prompt['content'] as unknown[]), { type: 'text', text: 'C' }];
          } else if (prompt !== undefined) prompt['content'] = '\nC';
          const plain = JSON.parse(text) as Record<string, unknown>;
          expect(edited).toEqual({ ...plain, messages: [{ role: 'system', content: 'S' }, ...kept] });
        },
      ),
    );
  });
});

describe('answers', () => {
  it('add metadata to what is an object, and every other byte stays', () => {
    const add = (json: string, holder: 'response' | null = null): string | undefined => {
      const changed = withMetadata(encodeUtf8(json), { k: 'v' }, holder, portableUtf8);
      return changed === undefined ? undefined : decodeUtf8(changed);
    };
    expect(add('{ "n":1.0}')).toBe('{ "n":1.0,"metadata":{"k":"v"}}');
    expect(add('{"metadata":{"a":1.0},"b":2}')).toBe('{"metadata":{"a":1.0,"k":"v"},"b":2}');
    expect(add('{"metadata":null}')).toBe('{"metadata":{"k":"v"}}');
    expect(add('{"response":{"id":1}}', 'response')).toBe('{"response":{"id":1,"metadata":{"k":"v"}}}');
    expect([add('[1]'), add(''), add('{"a":1}', 'response'), add('{"response":5}', 'response')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
  it('reach a Chat client as they are', () => {
    expect(answerConversation(conversation('{"messages":[]}'), '{"x":1}')).toEqual({
      status: 200,
      contentType: 'application/json',
      body: '{"x":1}',
    });
  });
});
