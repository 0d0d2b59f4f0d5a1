import { describe, expect, it } from 'vitest';
import { readCallFailure, readCodeDetails } from './envoy-failure.ts';

const failed = (reason: string): object => ({ from: 'envoy', failure: { reason } });
const refused = (refusal: string): object => ({ from: 'envoy', refusal });

describe('readCodeDetails', () => {
  it.each([
    [undefined, { from: 'upstream' }],
    ['via_upstream', { from: 'upstream' }],
    ['something_new', { from: 'upstream' }],
    ['upstream_response_timeout', failed('timeout')],
    ['response_timeout', failed('timeout')],
    ['upstream_per_try_timeout', failed('timeout')],
    ['stream_idle_timeout', failed('timeout')],
    ['upstream_reset_before_response_started{connection_timeout}', failed('unreachable')],
    ['request_overall_timeout', refused('request_timeout')],
    ['request_header_timeout', refused('request_timeout')],
    ['request_payload_too_large', refused('request_too_large')],
    ['response_payload_too_large', refused('response_too_large')],
    ['upstream_reset_before_response_started{overflow}', refused('overloaded')],
    ['overload', refused('overloaded')],
    ['upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_111}', failed('unreachable')],
    ['no_healthy_upstream', failed('unreachable')],
    ['route_not_found', failed('unreachable')],
    ['cluster_not_found', failed('unreachable')],
    ['maintenance_mode', failed('unreachable')],
    ['upstream_reset_before_response_started{connection_termination}', failed('reset')],
    ['upstream_reset_before_response_started{protocol_error}', failed('reset')],
  ])('%s', (details, answer) => {
    expect(readCodeDetails(details)).toMatchObject(answer);
  });
});

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
