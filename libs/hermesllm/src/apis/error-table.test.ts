import { describe, expect, it } from 'vitest';
import { errorTable, upstreamError } from './error-table.ts';

const errors = errorTable([
  ['invalid_request', 400, 'BadRequest Malformed'],
  ['rate_limit', 429, 'Slow'],
  ['server', 500, 'Broken'],
  ['server', 502, 'Upstream'],
]);

describe('errorTable', () => {
  it('reads every word and writes the first of a kind', () => {
    expect(errors.read('Malformed')).toEqual({ kind: 'invalid_request', status: 400 });
    expect(errors.read('Upstream')).toEqual({ kind: 'server', status: 502 });
    expect([errors.read('Other'), errors.read(undefined)]).toEqual([undefined, undefined]);
    expect([errors.write('invalid_request'), errors.write('server')]).toEqual(['BadRequest', 'Broken']);
  });

  it('writes what is nearest for a kind without a word', () => {
    expect([errors.write('too_large'), errors.write('conflict'), errors.write('timeout')]).toEqual(['BadRequest', 'BadRequest', 'Broken']);
  });
});

describe('upstreamError', () => {
  it('has the words of the upstream, up to 500 characters, or says its status', () => {
    expect(upstreamError('server', ` ${'x'.repeat(600)}`, { status: 502 })).toMatchObject({ message: 'x'.repeat(500), status: 502 });
    expect(upstreamError('server', {}, { status: 502 }).message).toBe('The upstream answered with status 502');
    expect(upstreamError('rate_limit', ' ', {})).toMatchObject({ message: 'The upstream reported an error', status: 429 });
  });
});
