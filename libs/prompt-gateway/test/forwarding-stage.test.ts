import { gatewayError, runFlow } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { createForwardingStage, nextFilterTarget } from '../src/index.ts';
import { answered, base, chatHead, chosen, llmHead, promptGateway, reply, requestOf, turn } from './support/prompt-turn.ts';

const head = {
  ...chatHead,
  headers: {
    ...chatHead.headers,
    host: 'h',
    'content-length': '2',
    connection: 'close, x-hop',
    'x-hop': '1',
    authorization: 'k',
    accept: ['a', 'b'],
  },
};

describe('createForwardingStage', () => {
  it('hands the request with its headers to the next filter, but for lengths and what belongs to the connection', () => {
    const { steps, decision } = turn(createForwardingStage(), '{}', [llmHead()], head);
    expect(requestOf(steps[0])).toEqual({
      target: nextFilterTarget,
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', authorization: 'k', accept: 'a, b' },
      body: '{}',
    });
    expect(answered(decision, ['{"a":', '1}'])).toBe('{"a":1}');
  });
  it.each([
    ['unreachable', 502],
    ['timeout', 504],
    ['reset', 502],
  ] as const)('answers %s with %i', (reason, status) => {
    expect(turn(createForwardingStage(), '{}', [{ ok: false, reason, message: 'why' }]).decision.status).toBe(status);
  });
  it('writes refusals in the API of the client', () => {
    const refusal = createForwardingStage().refuse({ ...chatHead, path: '/v1/messages' }, gatewayError('overloaded', 'full'));
    expect(JSON.parse(refusal.body as string)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
  });
  it('tells a failure after the head with the summary', () => {
    const { decision } = runFlow(createForwardingStage().handleRequest(chatHead, '{}', undefined as never), [llmHead()]);
    if (decision.action !== 'accept') throw new Error('not accepted');
    expect(decision.body.fail({ reason: 'reset', message: 'why' })).toBeUndefined();
    expect(decision.summary().error).toEqual({ code: 'upstream_reset', message: 'why' });
  });
});

describe('paths of calls', () => {
  const target = `${base}prompt_targets:
  - name: cluster
    description: d
    endpoint: { name: weather_api, path: "/managedclusters/{cluster_name}" }
    parameters:
      - { name: cluster_name, description: d, type: str, required: true }
      - { name: hello, description: d, type: str }
      - { name: country, description: d, type: str, default: US }
`;
  it.each([
    [{ cluster_name: 'test1', hello: 'hello world' }, '/managedclusters/test1?hello=hello%20world&country=US'],
    [{ cluster_name: 'test1', country: 'UK' }, '/managedclusters/test1?country=UK'],
    [{ cluster_name: 'S\u00fcd/x' }, '/managedclusters/S%C3%BCd%2Fx?country=US'],
  ])('%j', (args, path) => {
    const { steps } = turn(promptGateway(target), { messages: [{ role: 'user', content: 'x' }] }, [
      chosen([{ name: 'cluster', arguments: args }]),
      reply('1'),
      llmHead(),
    ]);
    expect([requestOf(steps[1]).method, requestOf(steps[1]).path, requestOf(steps[1]).body]).toEqual(['GET', path, '']);
  });
});
