import type { UpstreamReply } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { answered, chatHead, chosen, cityWeather, llmHead, osloFor3Days, reply, requestOf, sent, turn } from '../support/prompt-turn.ts';
import { question, forecast, gateway, withTargets, call, completion, endpoint, refused, textOf } from '../support/weather-prompt.ts';

// Each test is named for the defect of the reference implementation that must not come back.

describe('P-4 failures of a call are failures', () => {
  it.each([
    ['timeout', 504, 'upstream_timeout'],
    ['unreachable', 502, 'upstream_unreachable'],
    ['reset', 502, 'upstream_reset'],
  ] as const)('P-4: %s of the endpoint is %i', (reason, status, code) => {
    expect(refused({ ok: false, reason, message: 'why' })).toMatchObject({ status, code, steps: 2 });
  });
  it.each([
    ['timeout', 504],
    ['unreachable', 502],
  ] as const)('P-4: %s of function calling is %i', (reason, status) => {
    expect(turn(gateway, question, [{ ok: false, reason, message: 'why' }]).decision.status).toBe(status);
  });
  it('P-4: the wait is configured', () => {
    const { steps } = turn(withTargets(cityWeather, 'timeouts: { filter_call: 7s }\n'), question, call);
    expect(steps.slice(0, 2)).toMatchObject([{ timeoutMs: 7000 }, { timeoutMs: 7000 }]);
  });
});

describe('P-5 every 2xx is a success', () => {
  it.each([201, 202, 204])('P-5: %i', (status) => {
    expect(turn(gateway, question, [chosen([osloFor3Days]), reply('', status, {}), llmHead()]).steps).toHaveLength(3);
  });
  it.each([
    [404, 404, 'not_found'],
    [500, 500, 'server'],
    [429, 429, 'rate_limit'],
    [302, 502, 'server'],
  ])('P-5: %i is not, and is told with the text that clients know', (status, expected) => {
    expect(refused(reply('', status))).toMatchObject({
      status: expected,
      message: `upstream application error host=weather_api, path=/weather, status=${status}, body=`,
    });
  });
  it('P-5: an error of function calling is told likewise', () => {
    const { decision } = turn(gateway, question, [reply('', 500)]);
    expect([decision.status, JSON.parse(answered(decision))]).toMatchObject([
      500,
      { error: { message: 'upstream application error host=arch_internal, path=/function_calling, status=500, body=' } },
    ]);
  });
});

it('P-6: a call of an endpoint is made once and asks nobody to repeat it', () => {
  const { steps } = turn(gateway, question, [chosen([osloFor3Days]), reply('', 503)]);
  expect(steps).toHaveLength(2);
  expect(Object.keys(requestOf(steps[1]).headers).filter((name) => name.startsWith('x-envoy'))).toEqual([]);
});

describe('P-7 nothing of this is a crash', () => {
  it('P-7: a call of an unknown name counts as no intent, with a warning', () => {
    const { decision, steps } = turn(gateway, question, [chosen([{ name: 'nowhere', arguments: '{}' }]), llmHead()]);
    expect(steps).toHaveLength(2);
    if (decision.action !== 'accept') throw new Error('not accepted');
    expect(decision.summary().warnings).toMatchObject([{ path: 'tool_calls[0]' }]);
  });
  it.each(['{"choices":[]}', '{"choices":[{"message":{"content":null}}]}', '{"choices":[{}]}', '[]', 'null'])(
    'P-7: a default target that answers %s gives it as context',
    (body) => {
      const target = withTargets(
        `${cityWeather}\n  - { name: all, description: d, default: true, endpoint: { name: weather_api, path: / } }\n`,
      );
      const { steps } = turn(target, question, [chosen([]), reply(body), llmHead()]);
      expect(sent(steps[2])).toContain(JSON.stringify(body).slice(1, -1));
    },
  );
  it('P-7: bytes that are no UTF-8 become U+FFFD', () => {
    const bytes: UpstreamReply = { ok: true, status: 200, headers: {}, body: Uint8Array.of(0x61, 0xff, 0x62), complete: true };
    expect(sent(turn(gateway, question, [chosen([osloFor3Days]), bytes, llmHead()]).steps[2])).toContain('a\ufffdb');
  });
  it('P-7: a query without `=` of a POST is an empty value', () => {
    const { steps } = turn(withTargets(endpoint('path: "/w?a&b=c=d", http_method: POST')), question, call);
    expect(JSON.parse(sent(steps[1]))).toEqual({ a: '', b: 'c=d', city: 'Oslo', days: 3 });
  });
  it.each(['', 'not json', '{}', '{"choices":5}', '{"choices":[null]}'])('P-7: function calling that answers %j is a 502', (body) => {
    const { decision } = turn(gateway, question, [reply(body)]);
    expect([decision.status, JSON.parse(answered(decision))]).toMatchObject([502, { error: { code: 'upstream_invalid' } }]);
  });
});

describe('P-10 the default target', () => {
  const target = (more: string) =>
    withTargets(`${cityWeather}\n  - { name: all, description: d, default: true, endpoint: { name: weather_api, path: /all, ${more} } }\n`);
  const head = { ...chatHead, headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'x-request-id': 'r1' } };
  it('P-10: an error names it', () => {
    const { decision } = turn(target('http_method: POST'), question, [chosen([]), reply('', 500)]);
    expect(answered(decision)).toContain('host=weather_api, path=/all, status=500');
  });
  it('P-10: method, headers and trace are kept', () => {
    const { steps } = turn(
      target('http_method: GET, http_headers: { Authorization: "Bearer t" }'),
      question,
      [chosen([]), reply('x'), llmHead()],
      head,
    );
    const request = requestOf(steps[1]);
    expect([request.method, request.body]).toEqual(['GET', '']);
    expect(request.headers).toMatchObject({ authorization: 'Bearer t', 'x-request-id': 'r1', traceparent: head.headers.traceparent });
  });
});

describe('P-11 arguments', () => {
  const called = (more: string, args: unknown, config = '') => {
    const { steps, decision } = turn(withTargets(endpoint(more), config), question, [
      chosen([{ name: 'city_weather', arguments: args }]),
      reply('x'),
      llmHead(),
    ]);
    return steps.length > 1
      ? { path: requestOf(steps[1]).path, body: sent(steps[1]), headers: requestOf(steps[1]).headers }
      : answered(decision);
  };
  it('P-11: JSON bodies hold decoded values of their own types, lists and objects too', () => {
    const args = { city: 'Oslo, NO', on: true, many: [1, 'a'], deep: { x: 1 }, none: null };
    expect(called('path: /w, http_method: POST', args)).toMatchObject({
      body: '{"city":"Oslo, NO","on":true,"many":[1,"a"],"deep":{"x":1}}',
    });
  });
  it('P-11: or texts, where an API relies on that', () => {
    const config = 'overrides: { prompt_compatibility: [string-arguments] }\n';
    expect(called('path: /w, http_method: POST', { city: 'Oslo', days: 3 }, config)).toMatchObject({ body: '{"city":"Oslo","days":"3"}' });
  });
  it('P-11: values of the path are in the body too', () => {
    expect(called('path: "/w/{city}", http_method: POST', { city: 'Oslo' })).toMatchObject({ path: '/w/Oslo', body: '{"city":"Oslo"}' });
  });
  it('P-11: a GET has a query only when there is one, and no body', () => {
    expect(called('path: "/w/{city}"', { city: 'Oslo' })).toMatchObject({ path: '/w/Oslo', body: '' });
    expect(called('path: "/w"', { city: 'a b&c', list: [1] })).toMatchObject({ path: '/w?city=a%20b%26c&list=%5B1%5D' });
  });
  it('P-11: no value leaves its path segment', () => {
    expect(called('path: "/w/{city}"', { city: '../../secret' })).toMatchObject({ path: '/w/..%2F..%2Fsecret' });
    expect(called('path: "/w/{city}"', { city: '..' })).toContain('error computing api request path or body');
  });
  it('P-11: the author’s headers win, whatever their case, but not over framing', () => {
    const made = called('path: /w, http_method: POST, http_headers: { Content-Type: application/x, Content-Length: "1", Host: h }', {
      city: 'a',
    });
    expect(made).toMatchObject({ headers: { 'content-type': 'application/x' } });
    expect(made).not.toHaveProperty('headers.content-length');
    expect(made).not.toHaveProperty('headers.host');
  });
  it('P-11: defaults keep their types, and arguments may come as an object', () => {
    const target = `${endpoint('path: /w, http_method: POST')}      - { name: days, description: d, type: int, default: 7 }\n`;
    const { steps } = turn(withTargets(target), question, [
      chosen([{ name: 'city_weather', arguments: { city: 'Oslo' } }]),
      reply('x'),
      llmHead(),
    ]);
    expect(JSON.parse(sent(steps[1]))).toEqual({ days: 7, city: 'Oslo' });
  });
});

describe('P-15 several calls', () => {
  const two = withTargets(`${cityWeather}\n  - { name: time, description: d, endpoint: { name: weather_api, path: /time } }\n`);
  const calls = chosen([osloFor3Days, { name: 'time', arguments: '{}' }]);
  it('P-15: are made in order, and the LLM and the client get all of them', () => {
    const { steps, decision } = turn(two, question, [calls, reply(forecast), reply('"noon"'), llmHead()]);
    expect(steps.slice(1, 3).map((step) => requestOf(step).path)).toEqual(['/weather', '/time']);
    expect(sent(steps[3])).toMatch(/source=\\"city_weather\\".*source=\\"time\\"/s);
    const { metadata } = JSON.parse(answered(decision, [completion])) as { metadata: Record<string, string> };
    const state = JSON.parse(metadata['x-arch-state'] ?? '') as { messages: string };
    expect((JSON.parse(state.messages) as { tool_call_id?: string }[]).map((message) => message.tool_call_id)).toEqual([
      undefined,
      'call_2925',
      'call_2926',
    ]);
  });
  it('P-15: the second one failing is told', () => {
    const { decision } = turn(two, question, [calls, reply(forecast), reply('', 500)]);
    expect(answered(decision)).toContain('path=/time, status=500');
  });
  it('P-15: too many are told to the LLM', () => {
    const many = chosen(Array.from({ length: 10 }, () => ({ name: 'time', arguments: '{}' })));
    const { steps } = turn(two, question, [many, ...Array.from({ length: 8 }, () => reply('1')), llmHead()]);
    expect(steps).toHaveLength(10);
    expect(sent(steps[9])).toContain('2 further look-ups were not made');
  });
});

it('P-18: errors and warnings repeat no header of the configuration', () => {
  const secret = withTargets(endpoint('path: /w, http_headers: { authorization: "Bearer s3cret" }'));
  for (const answer of [reply('', 500), { ok: false, reason: 'unreachable', message: 'no' } as const]) {
    const { decision, steps } = turn(secret, question, [chosen([osloFor3Days]), answer]);
    expect(requestOf(steps[1]).headers['authorization']).toBe('Bearer s3cret');
    expect(answered(decision) + textOf(decision)).not.toContain('s3cret');
  }
});

it('P-19: internal headers of a client choose no upstream', () => {
  const head = { ...chatHead, headers: { 'x-arch-upstream': 'admin', 'x-arch-llm-provider': 'admin', 'x-envoy-max-retries': '9' } };
  const { steps } = turn(gateway, question, call, head);
  expect(requestOf(steps[1])).toMatchObject({ target: { host: '127.0.0.1', port: 18083 } });
  expect(
    Object.keys(requestOf(steps[0]).headers)
      .concat(Object.keys(requestOf(steps[1]).headers))
      .filter((name) => name.startsWith('x-')),
  ).toEqual([]);
});

describe('P-20 bodies have limits', () => {
  it('P-20: an answer above it is an error that says so', () => {
    const limited = withTargets(cityWeather, 'limits: { endpoint_body: 2KiB }\n');
    const { steps } = turn(limited, question, call);
    expect(steps.slice(0, 2)).toMatchObject([{ bodyLimit: 2048 }, { bodyLimit: 2048 }]);
    const cut: UpstreamReply = { ok: true, status: 200, headers: {}, body: new Uint8Array(2048), complete: false };
    expect(refused(cut, limited)).toMatchObject({
      status: 502,
      code: 'response_too_large',
      message: 'weather_api/weather answered with more than 2048 bytes',
    });
  });
});
