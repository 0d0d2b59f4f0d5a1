import { describe, expect, it } from 'vitest';
import { translateRequest, translateResponse, translateStream } from '../index.ts';
import type { ApiId } from '../model/api.ts';
import { losesDigits, mayHaveLostDigits } from './exact-numbers.ts';

describe('losesDigits', () => {
  it.each([
    '{"id":9007199254740993}',
    '{"id":-9007199254740993}',
    '[1,[{"a":12345678901234567890}]]',
    '{"a":1e400}',
    '{"a":-1E400}',
    '{"a":1e-400}',
    '{"a":0.12345678901234567890}',
    '{"text":"\\"","a":9007199254740993}',
  ])('finds a number that changes: %s', (json) => {
    expect(losesDigits(json)).toBe(true);
    expect(JSON.stringify(JSON.parse(json))).not.toBe(json);
  });

  it.each([
    '{}',
    '{"id":9007199254740991}',
    '{"id":9007199254740992}',
    '{"a":1e3,"b":1000.0,"c":1E+2,"d":0.0e5,"e":-0}',
    '{"a":1e21}',
    '{"a":100000000000000000000}',
    '{"card":"4111111111111111111","hash":"3e1a","quote":"\\\\\\"9007199254740993"}',
    '{"9007199254740993":1}',
    '{"a":0.1234567890123456}',
  ])('finds none: %s', (json) => expect(losesDigits(json)).toBe(false));

  it('takes linear time', () => {
    const zeros = '0'.repeat(200_000);
    expect(losesDigits(`[1${zeros}1,0.${zeros}1e${zeros}]`)).toBe(true);
    expect(losesDigits(`["${'\\"9'.repeat(200_000)}",1e5]`)).toBe(false);
  });
});

it.each([
  [9007199254740993, true],
  [{ a: [1e400] }, true],
  [{ a: 1e21 }, true],
  [{ a: null, b: '9007199254740993', c: 1234567890123456 }, false],
])('%j may have lost digits: %j', (value, lost) => expect(mayHaveLostDigits(JSON.stringify(value), value)).toBe(lost));

const vast = '{"id":9007199254740993}';
const chat = { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: vast } }] };
const result = { role: 'tool', tool_call_id: 'c', content: vast };
const ask = (upstream: ApiId) =>
  translateRequest(JSON.stringify({ model: 'm', max_tokens: 99, messages: [{ role: 'user', content: 'Hi' }, chat, result] }), {
    client: 'openai-chat',
    upstream,
    model: upstream === 'gemini' ? 'gemini-2.5-pro' : 'claude-haiku-4-5',
  });

describe('a number with more digits than JavaScript holds', () => {
  it.each<ApiId>(['anthropic-messages', 'bedrock-converse', 'gemini'])('is reported where arguments become an object: %s', (upstream) => {
    const told = ask(upstream).warnings.map(({ type, path }) => `${type} ${path}`);
    expect(told).toContain('approximated messages[1].blocks[0].input');
  });

  it('stays in a function response as text', () => {
    expect(JSON.parse(ask('gemini').body as string).contents[2].parts[0].functionResponse.response).toEqual({ output: vast });
  });

  it('passes from text to text', () => {
    const { body, warnings } = ask('openai-responses');
    expect(JSON.parse(body as string).input[1].arguments).toBe(vast);
    expect(warnings).toEqual([]);
  });

  const toolUse = `{"type":"tool_use","id":"t","name":"f","input":${vast}}`;
  it.each<[ApiId, string, string]>([
    [
      'anthropic-messages',
      `{"model":"m","max_tokens":99,"messages":[{"role":"assistant","content":[${toolUse}]}]}`,
      'messages[0].content[0].input',
    ],
    [
      'bedrock-converse',
      `{"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"f","input":${vast}}}]}]}`,
      'messages[0].content[0].toolUse.input',
    ],
    [
      'bedrock-converse',
      `{"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"json":${vast}}]}}]}]}`,
      'messages[0].content[0].toolResult.content[0].json',
    ],
    [
      'gemini',
      `{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":${vast}}}]}]}`,
      'contents[0].parts[0].functionCall.args',
    ],
    [
      'gemini',
      `{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":${vast}}}]}]}`,
      'contents[0].parts[0].functionResponse.response',
    ],
  ])('is reported where an object becomes text: %s', (client, body, path) => {
    const { warnings } = translateRequest(body, { client, upstream: 'openai-chat', model: 'm' });
    expect(warnings).toContainEqual(expect.objectContaining({ type: 'approximated', path }));
  });

  it.each<[ApiId, string]>([
    ['anthropic-messages', `{"type":"message","content":[${toolUse}],"stop_reason":"tool_use"}`],
    [
      'bedrock-converse',
      `{"output":{"message":{"content":[{"toolUse":{"toolUseId":"t","name":"f","input":${vast}}}]}},"stopReason":"tool_use"}`,
    ],
    ['gemini', `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":${vast}}}]},"finishReason":"STOP"}]}`],
  ])('is reported in an answer of %s', (upstream, body) => {
    const translated = translateRequest('{"model":"m","messages":[{"role":"user","content":"Hi"}]}', {
      client: 'openai-chat',
      upstream,
      model: 'm',
    });
    const { warnings } = translateResponse(translated, 200, body);
    expect(warnings).toContainEqual(expect.objectContaining({ type: 'approximated', path: expect.stringMatching(/input|args/) }));
  });

  it('is reported in a stream for a client whose API has no pieces of arguments', () => {
    const translated = translateRequest('{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}', {
      client: 'gemini',
      upstream: 'openai-chat',
      model: 'm',
      stream: true,
    });
    const stream = translateStream(translated);
    const call = { index: 0, id: 'c', function: { name: 'f', arguments: vast } };
    const choice = { index: 0, delta: { tool_calls: [call] }, finish_reason: 'tool_calls' };
    stream.push(new TextEncoder().encode(`data: ${JSON.stringify({ choices: [choice] })}\n\ndata: [DONE]\n\n`));
    stream.finish();
    expect(translated.warnings).toContainEqual(expect.objectContaining({ type: 'approximated', path: expect.stringContaining('input') }));
  });
});

describe('bounds of 64 bits', () => {
  const schema = '{"type":"object","properties":{"id":{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}}}';
  const body = (members: string) => `{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"Hi"}],${members}}`;
  const told = (client: ApiId, upstream: ApiId, members: string) =>
    translateRequest(body(members), { client, upstream, model: 'm' }).warnings.map(({ type, path }) => `${type} ${path}`);

  it.each<[ApiId, ApiId, string, string[]]>([
    [
      'openai-chat',
      'bedrock-converse',
      `"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]`,
      ['tools[0].schema'],
    ],
    [
      'anthropic-messages',
      'openai-chat',
      `"tools":[{"name":"g","input_schema":{"type":"object"}},{"name":"f","input_schema":${schema}}]`,
      ['tools[1].schema'],
    ],
    [
      'openai-chat',
      'openai-responses',
      `"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":${schema}}}`,
      ['outputFormat.schema'],
    ],
    ['openai-chat', 'openai-chat', `"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]`, []],
  ])('are reported from %s to %s: %s', (client, upstream, members, paths) =>
    expect(told(client, upstream, members)).toEqual(paths.map((path) => `approximated ${path}`)),
  );
});
