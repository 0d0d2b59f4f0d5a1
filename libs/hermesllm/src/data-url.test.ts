import { describe, expect, it } from 'vitest';
import { parseDataUrl } from './data-url.ts';
import { translateRequest } from './index.ts';
import type { ApiId } from './model/api.ts';

const text = (data: string | undefined): string => Buffer.from(data ?? '', 'base64').toString('utf8');

describe('parseDataUrl', () => {
  it.each([
    ['data:image/png;base64,AAEC', 'image/png', 'AAEC'],
    ['DATA:image/png;BASE64,AAEC', 'image/png', 'AAEC'],
    ['data:text/plain;charset=utf-8;base64,aGk=', 'text/plain', 'aGk='],
    ['data:;base64,AAEC', undefined, 'AAEC'],
    ['data:image/png;base64,%2B%2F8%3D', 'image/png', '+/8='],
  ])('reads base64: %s', (url, mediaType, data) => expect(parseDataUrl(url)).toEqual({ mediaType, data }));

  it.each([
    ['data:text/plain,hello%20there', 'text/plain', 'hello there'],
    ['data:,a%2Cb,c', 'text/plain', 'a,b,c'],
    ['data:;charset=utf-8,%C3%A9é', 'text/plain', 'éé'],
    ['data:image/svg+xml;utf8,<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['data:image/svg+xml,%3Csvg%2F%3E', 'image/svg+xml', '<svg/>'],
    ['data:text/plain,100% 5%zz 5%4 %', 'text/plain', '100% 5%zz 5%4 %'],
  ])('decodes what is not base64: %s', (url, mediaType, content) => {
    const parsed = parseDataUrl(url);
    expect([parsed?.mediaType, text(parsed?.data)]).toEqual([mediaType, content]);
  });

  it('decodes bytes that are no text', () => expect(parseDataUrl('data:image/gif,%FF%00%80')?.data).toBe('/wCA'));

  it.each(['https://a.example/b,c', 'data:image/png', ''])('is not about %j', (url) => expect(parseDataUrl(url)).toBeUndefined());
});

describe('an image in a data URL that is not base64', () => {
  const png = 'data:image/png,%89PNG';
  const svg = 'data:image/svg+xml,%3Csvg/%3E';
  const ask = (upstream: ApiId, url: string) => {
    const content = [
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: { url } },
    ];
    const body = JSON.stringify({ model: 'm', max_tokens: 99, messages: [{ role: 'user', content }] });
    return translateRequest(body, { client: 'openai-chat', upstream, model: 'claude-haiku-4-5' });
  };

  it.each<ApiId>(['anthropic-messages', 'bedrock-converse', 'gemini', 'openai-responses'])('is sent as base64 to %s', (upstream) => {
    const { body, warnings } = ask(upstream, png);
    expect(body).toContain('iVBORw==');
    expect(body).not.toContain('%89');
    expect(warnings).toEqual([]);
  });

  it.each<ApiId>(['anthropic-messages', 'bedrock-converse', 'gemini'])(
    'is reported when it is of a type that is not read by %s',
    (upstream) => {
      const { body, warnings } = ask(upstream, svg);
      expect(body).not.toContain('svg');
      expect(warnings).toEqual([
        expect.objectContaining({ type: 'dropped', reason: expect.stringContaining('image of type image/svg+xml') }),
      ]);
    },
  );
});

describe('a document in a data URL', () => {
  const url = 'data:text/plain,High%20at%20noon';
  it.each<[ApiId, object]>([
    ['openai-responses', { model: 'm', input: [{ role: 'user', content: [{ type: 'input_file', filename: 'a.txt', file_data: url }] }] }],
    ['openai-responses', { model: 'm', input: [{ role: 'user', content: [{ type: 'input_file', file_url: url }] }] }],
    ['openai-chat', { model: 'm', messages: [{ role: 'user', content: [{ type: 'file', file: { filename: 'a.txt', file_data: url } }] }] }],
  ])('of %s is sent to Claude as its text', (client, body) => {
    const sent = translateRequest(JSON.stringify(body), { client, upstream: 'anthropic-messages', model: 'claude-haiku-4-5' }).body;
    expect(JSON.parse(sent as string).messages[0].content[0].source).toEqual({
      type: 'text',
      media_type: 'text/plain',
      data: 'High at noon',
    });
  });

  it('of Claude is sent to Gemini inline', () => {
    const content = [{ type: 'document', source: { type: 'url', url } }];
    const body = JSON.stringify({ model: 'm', max_tokens: 99, messages: [{ role: 'user', content }] });
    const sent = translateRequest(body, { client: 'anthropic-messages', upstream: 'gemini', model: 'gemini-2.5-pro' }).body;
    expect(JSON.parse(sent as string).contents[0].parts[0].inlineData).toEqual({ mimeType: 'text/plain', data: 'SGlnaCBhdCBub29u' });
  });
});
