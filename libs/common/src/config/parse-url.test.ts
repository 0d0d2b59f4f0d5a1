import { describe, expect, it } from 'vitest';
import { isHost, parseHostPort, parseHttpUrl, redisUrlFault } from './parse-url.ts';

describe('parseHttpUrl', () => {
  const good: [string, [string, string, number, string, string, string | null]][] = [
    ['https://api.openai.com/v1', ['https', 'api.openai.com', 443, 'api.openai.com', '/v1', null]],
    ['http://localhost:8080', ['http', 'localhost', 8080, 'localhost:8080', '', null]],
    ['HTTP://Host/', ['http', 'host', 80, 'host', '', null]],
    ['https://host:443/a/b//', ['https', 'host', 443, 'host', '/a/b', null]],
    ['http://[::1]:9000/x?api-version=1', ['http', '::1', 9000, '[::1]:9000', '/x', 'api-version=1']],
    ['http://llm_server:80?', ['http', 'llm_server', 80, 'llm_server', '', null]],
  ];
  it.each(good)('%s', (text, [scheme, host, port, authority, path, query]) => {
    expect(parseHttpUrl(text)).toEqual({ ok: true, url: { scheme, host, port, authority, path, query } });
  });

  const bad: [string, RegExp][] = [
    ['api.openai.com/v1', /is not a URL/],
    ['ftp://host', /must begin with/],
    ['https://user:s3cret@host', /must not hold a user/],
    ['https://', /has no host/],
    ['https://host:0', /port/],
    ['https://host:65536', /port/],
    ['https://host:http', /port/],
    ['https://ho st', /spaces/],
    ['https://host/a\r\nb', /control characters/],
    ['https://host\\@evil', /backslashes/],
    ['https://host#x', /fragment/],
    ['https://hôst', /characters/],
    ['https://host/ü', /beyond ASCII/],
    ['https://host?x=日本', /beyond ASCII/],
    ['https://::1', /more than one colon/],
    ['', /is not a URL/],
  ];
  it.each(bad)('refuses %j', (text, message) => {
    const result = parseHttpUrl(text);
    expect(result.ok ? 'accepted' : result.message).toMatch(message);
    if (!result.ok) expect(JSON.stringify(result)).not.toContain('s3cret');
  });
});

describe('parseHostPort', () => {
  const table: [string, string | null, number | null][] = [
    ['example.com', 'example.com', null],
    ['example.com:8080', 'example.com', 8080],
    ['[::1]', '::1', null],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0', 80],
    ['127.0.0.1:1', '127.0.0.1', 1],
    ['http://x:80', null, null],
    ['::1', null, null],
    ['a:b', null, null],
    [':80', null, null],
    ['[::1', null, null],
  ];
  it.each(table)('%j', (text, host, port) => {
    const result = parseHostPort(text);
    expect(result.ok ? [result.host, result.port] : [null, null]).toEqual([host, port]);
  });
});

describe('redisUrlFault', () => {
  it.each(['redis://c', 'REDISS://:p@ss@c:6380/1', 'redis://u:p/w#d?@[::1]:6379/', 'redis://c:6379/0?family=6'])('takes %j', (text) => {
    expect(redisUrlFault(text)).toBeNull();
  });

  it.each(['http://c', 'redis:c', 'redis://', 'redis://u:secret@', 'redis://u:secret@c:0', 'redis://u:secret@c/x', 'redis://a b'])(
    'refuses %j without repeating it',
    (text) => {
      const fault = redisUrlFault(text);
      expect(fault?.message).toMatch(/^(is|has) /);
      expect(JSON.stringify(fault)).not.toContain('secret');
    },
  );
});

describe('isHost', () => {
  it.each(['0.0.0.0', '::', 'localhost', 'a-b.c', 'a_b'])('%s is one', (text) => {
    expect(isHost(text)).toBe(true);
  });
  it.each(['', 'a b', 'a/b', 'a..b', 'é', 'a:b'])('%j is none', (text) => {
    expect(isHost(text)).toBe(false);
  });
});
