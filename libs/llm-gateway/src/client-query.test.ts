import type { Warning } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import { clientQuery, reportClientQuery, withClientQuery } from './client-query.ts';

describe('a client’s query', () => {
  it.each([
    ['/v1/messages', '/v1/messages', undefined],
    ['/v1/messages?beta=true', '/v1/messages?beta=true', undefined],
    ['/v1/messages?beta=true&&x', '/v1/messages?beta=true&x', undefined],
    ['/p?alt=json&%24alt=x&key=a%2Bb&q=1', '/v1/messages?%24alt=x&q=1', 'a+b'],
    ['/p?key=', '/v1/messages', undefined],
    ['/p?key=%zz', '/v1/messages', '%zz'],
  ])('%s', (path, upstream, key) => {
    const query = clientQuery(path);
    expect(withClientQuery('/v1/messages', query, false)).toBe(upstream);
    expect(query.key).toBe(key);
  });
  it('does not take the place of what the upstream’s path says', () => {
    expect(withClientQuery('/p?api-version=1', clientQuery('/q?api-version=9&b=2'), true)).toBe('/p?api-version=1&b=2');
  });
  it('takes what belongs to the client’s credential along with that alone', () => {
    const query = clientQuery('/q?access_token=t&userProject=p&quotaUser=q');
    expect(withClientQuery('/p', query, true)).toBe('/p?access_token=t&userProject=p&quotaUser=q');
    expect(withClientQuery('/p', query, false)).toBe('/p?quotaUser=q');
  });
  it('is reported where it means nothing', () => {
    const warnings: Warning[] = [];
    reportClientQuery(clientQuery('/q?beta=true&key=secret'), (warning) => warnings.push(warning));
    expect(warnings.map(({ path }) => path)).toEqual(['query.beta']);
  });
});
