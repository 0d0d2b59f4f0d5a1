import { describe, expect, it } from 'vitest';
import {
  answered,
  chatHead,
  chosen,
  events,
  llmHead,
  osloFor3Days,
  osloModelResponse,
  reply,
  requestOf,
  sent,
  turn,
} from '../support/prompt-turn.ts';
import { user, question, forecast, gateway, call, streamedCall } from '../support/weather-prompt.ts';

// Each test is named for the defect of the reference implementation that must not come back.

describe('P-3 what is not edited stays', () => {
  const own =
    '"temperature": 1.0, "seed":9007199254740993,"max_tokens":5 , "stream":null,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}],"tool_choice":"auto","response_format":{"type":"text"}, "metadata":{"n":1e2},"user":"ü"';
  it('P-3: byte for byte outside the messages', () => {
    const { steps } = turn(gateway, `{"messages":[{"role":"user","content":"hello"}],${own}}`, [chosen([]), llmHead()]);
    expect(sent(steps[1])).toBe(`{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hello"}],${own}}`);
  });
  it('P-3: byte for byte within the messages, names and images included', () => {
    const content =
      '[ {"type":"text","text":"caf\\u00e9?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}}, {"type":"x","y":1.50} ]';
    const { steps } = turn(gateway, `{"messages":[{"name":"ann", "role":"user","content":${content}}]}`, call);
    const body = sent(steps[2]);
    expect(body).toContain(`{"name":"ann", "role":"user","content":${content.slice(0, -2)}`);
    const { messages } = JSON.parse(body) as { messages: { content: { type: string; text?: string }[] }[] };
    expect(messages[1]?.content.map((part) => part.type)).toEqual(['text', 'image_url', 'x', 'text']);
    expect(messages[1]?.content[3]?.text).toMatch(/^The application .*<context/s);
  });
  it('P-3: tools of the client with JSON Schema types are no error', () => {
    const { decision, steps } = turn(gateway, `{"messages":[{"role":"user","content":"hello"}],${own}}`, [chosen([]), llmHead()]);
    expect([decision.action, steps.length]).toEqual(['accept', 2]);
  });
});

describe('P-9 the path decides, and exactly', () => {
  it.each(['/', '/v1', '/v1/chat', '/v1/chat/completions/'])('P-9: %s is no conversation', (path) => {
    expect(turn(gateway, question, [llmHead()], { ...chatHead, path }).steps).toHaveLength(1);
  });
  it('P-9: a query changes nothing', () => {
    const { steps } = turn(gateway, question, call, { ...chatHead, path: '/v1/chat/completions?x=1' });
    expect([steps.length, requestOf(steps[2]).path]).toEqual([3, '/v1/chat/completions?x=1']);
  });
  it('P-9: Responses', () => {
    const head = { ...chatHead, path: '/v1/responses' };
    const body = { model: 'm', instructions: 'Mine.', input: 'Weather in Oslo for 3 days?', metadata: { a: 'b' } };
    const { steps, decision } = turn(gateway, body, call, head);
    expect((JSON.parse(sent(steps[0])) as { messages: unknown[] }).messages.at(-1)).toEqual(user);
    const edited = JSON.parse(sent(steps[2])) as Record<string, string>;
    expect(edited['instructions']).toBe('You are a weather expert.\n\nMine.');
    expect(edited['input']).toMatch(/^Weather in Oslo for 3 days\?\n\n.*<\/context>$/s);
    expect(edited).toMatchObject({ model: 'm', metadata: { a: 'b' } });
    const answer = JSON.parse(answered(decision, ['{"id":"r","metadata":{"a":"b"},"output":[]}'])) as { metadata: object };
    expect(Object.keys(answer.metadata)).toContain('x-arch-state');
  });
  it('P-9: Responses with a list of input and a stream', () => {
    const input = [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Oslo?' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA==' },
        ],
      },
    ];
    const { steps, decision } = turn(gateway, { model: 'm', input, stream: true }, streamedCall, {
      ...chatHead,
      path: '/v1/responses',
    });
    const edited = JSON.parse(sent(steps[2])) as { input: { content: { type: string; text?: string }[] }[]; instructions: string };
    expect(edited.instructions).toBe('You are a weather expert.');
    expect(edited.input[0]?.content.slice(0, 2)).toEqual(input[0]?.content);
    expect(edited.input[0]?.content[2]).toMatchObject({ type: 'input_text' });
    const created = 'event: response.created\ndata: {"type":"response.created","response":{"id":"r"}}\n\n';
    const completed = 'event: response.completed\ndata: {"type":"response.completed","response":{"id":"r","metadata":{}}}\n\n';
    const body = answered(decision, [created.slice(0, 9), created.slice(9) + completed.slice(0, 60), completed.slice(60)]);
    expect(body.startsWith(created)).toBe(true);
    const last = JSON.parse(events(body)[1] ?? '') as { response: { metadata: object } };
    expect(Object.keys(last.response.metadata)).toContain('x-arch-state');
  });
  it('P-9: Messages, their system prompt kept', () => {
    const head = { ...chatHead, path: '/v1/messages' };
    const body = {
      model: 'm',
      max_tokens: 9,
      system: [{ type: 'text', text: 'Mine.', cache_control: { type: 'ephemeral' } }],
      messages: [user],
      stream: true,
    };
    const { steps, decision } = turn(gateway, body, streamedCall, head);
    const edited = JSON.parse(sent(steps[2])) as { system: unknown[]; messages: { content: string }[] };
    expect(edited.system).toEqual([{ type: 'text', text: 'You are a weather expert.' }, ...body.system]);
    expect(edited.messages[0]?.content).toMatch(/<\/context>$/);
    const start = 'event: message_start\ndata: {"type":"message_start","message":{"id":"m","role":"assistant"}}\n\n';
    const rest = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    const out = answered(decision, [start + rest]);
    expect(out.endsWith(rest)).toBe(true);
    expect(Object.keys((JSON.parse(events(out)[0] ?? '') as { message: { metadata: object } }).message.metadata)).toContain('x-arch-state');
  });
  it.each(['/v1/responses', '/v1/messages'])('P-9: a question to the user in the API of %s, whole and as a stream', (path) => {
    const body = path === '/v1/messages' ? { model: 'm', max_tokens: 9, messages: [user] } : { model: 'm', input: 'Weather?' };
    for (const stream of [false, true]) {
      const { decision } = turn(gateway, { ...body, stream }, [chosen([], 'For how many days?')], { ...chatHead, path });
      expect(decision.status).toBe(200);
      expect(decision.headers['content-type']).toMatch(stream ? /^text\/event-stream/ : /^application\/json/);
      expect(answered(decision)).toContain('For how many days?');
      expect(answered(decision)).not.toContain('```json');
    }
  });
  it('P-9: errors in the API of the client', () => {
    const { decision } = turn(gateway, { model: 'm', max_tokens: 9, messages: [user] }, [chosen([osloFor3Days]), reply('', 404)], {
      ...chatHead,
      path: '/v1/messages',
    });
    expect(JSON.parse(answered(decision))).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });
});

describe('P-16 the client’s own messages', () => {
  it.each([
    ['{"role":"system","content":"Mine."}', '{"role":"system","content":"Be brief.\\n\\nMine."}'],
    [
      '{"role":"developer","content":[{"type":"text","text":"Mine."}]}',
      '{"role":"developer","content":[{"type":"text","text":"Be brief."},{"type":"text","text":"Mine."}]}',
    ],
    ['{"role":"system","content":""}', '{"role":"system","content":"Be brief."}'],
  ])('P-16: one system message: %s', (own, expected) => {
    const { steps } = turn(gateway, `{"messages":[${own},{"role":"user","content":"hello"}]}`, [chosen([]), llmHead()]);
    expect(sent(steps[1])).toBe(`{"messages":[${expected},{"role":"user","content":"hello"}]}`);
  });
  it('P-16: calls of prompt targets do not reach the LLM, calls of the client’s own tools do', () => {
    const tools = [
      { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'y' },
    ];
    const ours = [
      { role: 'assistant', content: osloModelResponse, model: 'Arch-Function' },
      { role: 'tool', content: forecast, tool_call_id: 'call_2925' },
    ];
    const asked = { role: 'assistant', content: 'For how many days?', model: 'Arch-Function' };
    const messages = [user, ...tools, user, ...ours, { role: 'assistant', content: 'Cold.' }, user, asked, user];
    const { steps } = turn(gateway, { messages }, [chosen([]), llmHead()]);
    const { model: _model, ...plain } = asked;
    expect(JSON.parse(sent(steps[1]))).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        user,
        ...tools,
        user,
        { role: 'assistant', content: 'Cold.' },
        user,
        plain,
        user,
      ],
    });
  });
});
