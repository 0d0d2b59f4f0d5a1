import { describe, expect, it } from 'vitest';
import { gemini } from '../../gemini.ts';
import { translateRequest, translateResponse, translateStream } from '../../index.ts';
import type { ApiId } from '../../model/api.ts';
import { recordingScope } from '../../../test/support/recording-scope.ts';

// Gemini 3 shows what its own tools did, and wants it back: https://ai.google.dev/gemini-api/docs/tool-combination

const call = { toolCall: { id: 's1', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['tides'] } }, thoughtSignature: 'c2lnMQ==' };
const response = { toolResponse: { id: 's1', toolType: 'GOOGLE_SEARCH_WEB', response: { hits: 1 } }, thoughtSignature: 'c2lnMg==' };
const own = { functionCall: { id: 'f1', name: 'f', args: {} }, thoughtSignature: 'c2lnMw==' };
const request = {
  contents: [
    { role: 'user', parts: [{ text: 'Hi' }] },
    { role: 'model', parts: [call, response, own] },
    { role: 'user', parts: [{ functionResponse: { id: 'f1', name: 'f', response: { a: 1 } } }] },
  ],
  tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
  toolConfig: { includeServerSideToolInvocations: true },
};
const answer = {
  candidates: [{ content: { role: 'model', parts: [call, response, own] }, finishReason: 'STOP' }],
  modelVersion: 'm',
  responseId: 'r',
};
const others: ApiId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'bedrock-converse'];

describe("calls of Gemini's own tools and their results", () => {
  it('come back from the hub as they were', () => {
    const scope = { ...recordingScope(), client: 'gemini' as const };
    const hub = gemini.decodeRequest(request, scope);
    hub.model = 'gemini-3-pro';
    expect(JSON.parse(JSON.stringify(gemini.encodeRequest(hub, scope)))).toEqual(request);
    const whole = gemini.encodeResponse(gemini.decodeResponse(answer, scope), hub, scope);
    expect(JSON.parse(JSON.stringify(whole))).toMatchObject(answer);
    expect(scope.warnings).toEqual([]);
  });

  it('pass unchanged between equal APIs', () => {
    const body = JSON.stringify(request);
    const translated = translateRequest(body, { client: 'gemini', upstream: 'gemini', model: 'gemini-3-pro' });
    expect(new TextDecoder().decode(translated.body as Uint8Array)).toBe(body);
    expect(translated.warnings).toEqual([]);
  });

  it.each(others)('are reported as lost to an upstream of %s', (upstream) => {
    const { warnings } = translateRequest(JSON.stringify(request), { client: 'gemini', upstream, model: 'claude-haiku-4-5' });
    const paths = warnings.filter(({ type }) => type === 'dropped').map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['messages[1].blocks[0]', 'messages[1].blocks[1]']));
  });

  it.each(others)('are reported as lost to a client of %s, whole and streamed', (client) => {
    const body =
      client === 'openai-responses'
        ? '{"model":"m","input":"Hi"}'
        : '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}';
    const asked = client === 'bedrock-converse' ? '{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}' : body;
    const route = { client, upstream: 'gemini', model: 'gemini-3-pro' } as const;
    const { warnings } = translateResponse(translateRequest(asked, route), 200, JSON.stringify(answer));
    const lost = ['blocks[0]', 'blocks[1]'];
    expect(warnings.map(({ path }) => path)).toEqual(expect.arrayContaining(lost));
    const streaming = translateRequest(asked.replace('{', client === 'bedrock-converse' ? '{' : '{"stream":true,'), {
      ...route,
      stream: true,
    });
    const stream = translateStream(streaming);
    stream.push(new TextEncoder().encode(`data: ${JSON.stringify(answer)}\n\n`));
    stream.finish();
    expect(streaming.warnings.map(({ path }) => path)).toEqual(expect.arrayContaining(lost));
  });
});
