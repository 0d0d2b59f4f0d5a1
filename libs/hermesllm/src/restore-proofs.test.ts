import { describe, expect, it } from 'vitest';
import { sealRedacted as sealForConverse } from './apis/bedrock-converse/signatures.ts';
import { sealThought } from './apis/gemini/thought-signature.ts';
import { signatureCarrier } from './apis/anthropic-messages/signature-carrier.ts';
import { translateRequest } from './index.ts';
import type { ApiId } from './model/api.ts';
import { sealSignature } from './model/signature.ts';

const foreign = { origin: 'openai-responses', data: 'rs_1.enc' } as const;
const google = { origin: 'gemini', data: 'c2ln' } as const;

function pass(api: ApiId, body: string, model = 'm'): { body: unknown; text: string; warnings: string[] } {
  const sent = translateRequest(body, { client: api, upstream: api, model });
  const text = typeof sent.body === 'string' ? sent.body : new TextDecoder().decode(sent.body);
  return { body: JSON.parse(text), text, warnings: sent.warnings.map(({ type, path }) => `${type} ${path}`) };
}

const turns = (list: string, inner: string, pieces: unknown[]): string =>
  `{"model":"m", "max_tokens":1.0, "${list}":${JSON.stringify([
    { role: 'user', [inner]: [{ text: 'q' }] },
    { role: 'a', [inner]: pieces },
  ])}}`;

describe('proofs of another upstream in a same-API request', () => {
  it.each<[ApiId, string, string, unknown[], unknown[], string[]]>([
    [
      'anthropic-messages',
      'messages',
      'content',
      [
        { type: 'thinking', thinking: 'x', signature: sealSignature(foreign, 'anthropic-messages') },
        { type: 'redacted_thinking', data: 'own' },
        { type: 'thinking', thinking: 'y', signature: 'plano.anthropic-messages.own' },
        { type: 'tool_use', id: 'i', name: 'f', input: {} },
        signatureCarrier(google),
      ],
      [
        { type: 'redacted_thinking', data: 'own' },
        { type: 'thinking', thinking: 'y', signature: 'own' },
        { type: 'tool_use', id: 'i', name: 'f', input: {} },
      ],
      ['dropped messages[1].content[0]', 'approximated messages[1].content[2]', 'dropped messages[1].content[4]'],
    ],
    [
      'bedrock-converse',
      'messages',
      'content',
      [
        { reasoningContent: { reasoningText: { text: 'x', signature: 'plano.gemini.c2ln' } } },
        { reasoningContent: { redactedContent: sealForConverse(foreign) } },
        { reasoningContent: { reasoningText: { text: 'y', signature: 'own' } } },
      ],
      [{ reasoningContent: { reasoningText: { text: 'y', signature: 'own' } } }],
      ['dropped messages[1].content[0]', 'dropped messages[1].content[1]'],
    ],
    [
      'gemini',
      'contents',
      'parts',
      [
        { text: 'x', thought: true, thoughtSignature: sealThought(foreign) },
        { text: 'y', thoughtSignature: sealThought(foreign) },
        { functionCall: { name: 'f' }, thoughtSignature: sealThought(foreign) },
        { functionCall: { name: 'f' }, thoughtSignature: 'c2ln' },
      ],
      [
        { text: 'y' },
        { functionCall: { name: 'f' }, thoughtSignature: 'skip_thought_signature_validator' },
        { functionCall: { name: 'f' }, thoughtSignature: 'c2ln' },
      ],
      ['dropped contents[1].parts[0]', 'approximated contents[1].parts[1]', 'approximated contents[1].parts[2]'],
    ],
  ])('%s', (api, list, inner, pieces, kept, warnings) => {
    const sent = pass(api, turns(list, inner, pieces));
    expect(sent.body).toMatchObject({ [list]: [{}, { [inner]: kept }] });
    expect(sent.text).toContain('"max_tokens":1.0, ');
    expect(sent.warnings).toEqual(warnings);
  });

  it('openai-responses', () => {
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'own' };
    const input = [
      { type: 'reasoning', id: 'x', summary: [], encrypted_content: 'plano.gemini.c2ln' },
      own,
      { type: 'reasoning', id: 'x', summary: [], encrypted_content: 'plano.previous.gemini.c2ln' },
      { role: 'user', content: 'q' },
    ];
    const sent = pass('openai-responses', JSON.stringify({ model: 'm', input }));
    expect(sent.body).toEqual({ model: 'm', input: [own, { role: 'user', content: 'q' }] });
    expect(sent.warnings).toEqual(['dropped input[0]', 'dropped input[2]']);
  });

  it('takes the wish to think with a budget along when the running tool loop lost its thinking', () => {
    const messages = [
      { role: 'user', content: 'q' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'x', signature: 'plano.gemini.c2ln' },
          { type: 'tool_use', id: 'i', name: 'f', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'i' }] },
    ];
    const sent = pass('anthropic-messages', JSON.stringify({ model: 'm', max_tokens: 1, thinking: { type: 'enabled' }, messages }));
    expect(sent.body).not.toHaveProperty('thinking');
    expect(sent.warnings).toEqual(['dropped messages[1].content[0]', 'dropped thinking']);
  });

  it.each(['anthropic-messages', 'bedrock-converse', 'gemini', 'openai-responses'] as const)(
    'leaves the bytes of %s alone where there are none',
    (api) => {
      const list = { 'openai-responses': 'input', gemini: 'contents' }[api as string] ?? 'messages';
      const body = `{ "model" : "m", "max_tokens": 1.0, "${list}": [ {"role":"user","content":"plano. is cGxhbm8u"} ] }`;
      expect(pass(api, body)).toMatchObject({ text: body, warnings: [] });
    },
  );
});

describe('calls without a signature in a same-API request to Gemini', () => {
  const call = (name: string, rest: object = {}): object => ({ functionCall: { name, args: { n: 9007199254740993 } }, ...rest });
  const skip = { thoughtSignature: 'skip_thought_signature_validator' };
  const body = (contents: object[]): string => `{"generationConfig": {"temperature":1.0}, "contents":${JSON.stringify(contents)}}`;
  const user = { role: 'user', parts: [{ text: 'q' }] };
  const result = { role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }, { text: 'reminder' }] };
  const model = (...parts: object[]): object => ({ role: 'model', parts });

  it('are told not to be validated, the first of each step since the user last spoke', () => {
    const contents = [
      user,
      model(call('old')),
      result,
      user,
      model({ text: 'x' }, call('a'), call('b')),
      result,
      model(call('c')),
      model(call('d')),
    ];
    const sent = pass('gemini', body(contents), 'gemini-3.1-pro-preview');
    expect(sent.body).toMatchObject({
      contents: [
        user,
        model(call('old')),
        result,
        user,
        model({ text: 'x' }, call('a', skip), call('b')),
        result,
        model(call('c', skip)),
        model(call('d')),
      ],
    });
    expect(sent.body).not.toMatchObject({ contents: [{}, model(call('old', skip))] });
    expect(sent.text).toContain('{"temperature":1.0}');
    expect(sent.warnings).toEqual(['emulated contents[6].parts[0].thoughtSignature', 'emulated contents[4].parts[1].thoughtSignature']);
  });

  it('may be spelt as protocol buffers name them', () => {
    const sent = pass(
      'gemini',
      body([user, model({ function_call: { name: 'f' } }), { role: 'user', parts: [{ function_response: { name: 'f' } }] }]),
      'gemini-3-pro',
    );
    expect(sent.body).toMatchObject({ contents: [{}, model({ function_call: { name: 'f' }, ...skip }), {}] });
  });

  it.each([
    ['signed calls', 'gemini-3-pro', [user, model(call('f', { thoughtSignature: 'c2ln' }), call('g')), result]],
    ['older models', 'gemini-2.5-pro', [user, model(call('f')), result]],
    ['answered turns', 'gemini-3-pro', [user, model(call('f')), result, model({ text: 'a' }), user]],
  ])('does not change %s', (_name, id, contents) => {
    expect(pass('gemini', body(contents), id)).toMatchObject({ text: body(contents), warnings: [] });
  });
});
