import { expect, it } from 'vitest';
import { readCallFailure } from './envoy-failure.ts';

const connect = 'upstream connect error or disconnect/reset before headers. reset reason: ';

it.each([
  [504, 'upstream request timeout', 'timeout'],
  [503, 'no healthy upstream', 'unreachable'],
  [503, `${connect}remote connection failure, transport failure reason: Connection refused`, 'unreachable'],
  [503, `${connect}connection timeout`, 'unreachable'],
  [503, `${connect}overflow`, 'unreachable'],
  [503, `${connect}connection termination`, 'reset'],
])("a call that Envoy answers itself with %i '%s' has failed: %s", (status, text, reason) => {
  expect(readCallFailure(status, { 'content-type': 'text/plain' }, () => text)).toMatchObject({ reason });
});

it.each([
  [503, { 'x-envoy-upstream-service-time': '3' }],
  [504, { 'x-envoy-upstream-service-time': '0' }],
  [200, {}],
  [500, {}],
])('what an upstream answers with %i %j is its answer', (status, headers) => {
  expect(readCallFailure(status, headers, () => 'upstream request timeout')).toBeUndefined();
});
