import { describe, expect, it } from 'vitest';
import { parseBaseUrl, trimPath } from './base-url.ts';

describe('parseBaseUrl', () => {
  it.each([
    ['https://api.example', { origin: 'https://api.example', host: 'api.example', path: '', query: '' }],
    ['HTTP://API.Example:8080/V1/', { origin: 'http://API.Example:8080', host: 'api.example', path: '/V1', query: '' }],
    ['https://a.example/x/y?k=v&l', { origin: 'https://a.example', host: 'a.example', path: '/x/y', query: 'k=v&l' }],
    ['http://[::1]:9000/v1', { origin: 'http://[::1]:9000', host: '[::1]', path: '/v1', query: '' }],
    [' https://a.example/ ', { origin: 'https://a.example', host: 'a.example', path: '', query: '' }],
  ])('splits %s', (url, parts) => {
    expect(parseBaseUrl(url)).toEqual(parts);
  });

  it.each([
    '',
    'https://',
    'https:///v1',
    'a.example/v1',
    'wss://a.example',
    'https://u@a.example',
    'https://a.example/a b',
    'https://a.example/#x',
  ])('refuses %j', (url) => {
    expect(() => parseBaseUrl(url)).toThrow('expected http(s)://host');
  });
});

it('trimPath keeps one slash at the start', () => {
  expect(['', '/', '//', 'a/b', '/a/b/', '///a//b//'].map(trimPath)).toEqual(['', '', '', '/a/b', '/a/b', '/a//b']);
});
