import { Buffer } from 'node:buffer';
import type { EffectiveConfig } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { expectParity } from './support/compare-exchange.ts';
import { filterConfig, fiveProviders } from './support/filter-config.ts';
import { startFilter } from './support/mock-envoy.ts';
import { exchangeInNode } from './support/node-exchange.ts';

const configuration = filterConfig(fiveProviders);
const { config } = JSON.parse(configuration) as { config: EffectiveConfig };
const nested = (levels: number): string => `${'[{"a":'.repeat(levels)}0${'}]'.repeat(levels)}`;

const { raw } = String;

/** A request of Chat Completions to an upstream of Messages: a function's schema is JSON of the client's, parsed and written again. */
const request = (json: string): string =>
  `{"model":"anthropic/claude-sonnet-4-5","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","x-value":${json}}}}]}`;
const answer = (text: string) => {
  const body = {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'text', text: '' }],
    stop_reason: 'end_turn',
  };
  const json = JSON.stringify({ ...body, usage: { input_tokens: 1, output_tokens: 1 } });
  return { status: 200, type: 'application/json', pieces: [Buffer.from(json.replace('"text":""', `"text":${text}`))] };
};

/** JSON is read and written in native code in the filter, by the engine in every other host. Both must read and write the same. */
describe('JSON in the filter', () => {
  it.each([
    ['letters of all sizes', raw`"aä€😀\u0000\u2028\u007f"`],
    ['escapes', raw`"\\ \" \/ \b \f \n \r \t \u0001 \u001f"`],
    ['lone surrogates', raw`"\ud800 \udfff \ud83d"`],
    ['a key that needs escapes', raw`{"a\"b\n":1,"":2,"日本":3}`],
    ['numbers', '[0,-0,1,-1,2147483647,2147483648,-2147483649,1.5,1e21,1e-7,123456789012345680000,1e400,5e-324]'],
    ['more numbers', '[9,10,99999999,999999999,1000000000,2147483647.0,0.1,0.30000000000000004,1E5,1e+5,-1e-5,12345678901]'],
    ['white space', ' [ 1 ,\t2\r\n, { "a" : "b" , "c" : [ ] } , { } ] '],
    [
      'long texts',
      JSON.stringify(['x'.repeat(100), 'ä'.repeat(50), `${'y'.repeat(15)}\n"${'z'.repeat(17)}\\`, ['"'.repeat(9), '\\'.repeat(9)]]),
    ],
    ['words and nothing', '[true,false,null,{},[],""]'],
    ['keys that are numbers', '{"b":1,"2":2,"a":3,"1":4}'],
    ['a key that is special', '{"__proto__":{"x":1},"constructor":2,"toJSON":3,"length":4}'],
    ['nesting', nested(100)],
  ])('with %s is the same as everywhere else', (name, json) => {
    const text = json.startsWith('"') ? json : JSON.stringify(json);
    const question = { path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body: request(json) };
    expect(exchangeInNode(config, question, answer(text)).status).toBe(200);
    expectParity(startFilter('llm_gateway', configuration), config, question, answer(text), name);
  });

  it.each([
    ['a byte that begins nothing', [0x61, 0xff, 0x62]],
    ['a character that is cut', [0xf0, 0x9f, 0x98]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a longer form than needed', [0xc0, 0x80]],
    ['more than there is', [0xf4, 0x90, 0x80, 0x80]],
    ['the last character', [0xf4, 0x8f, 0xbf, 0xbf]],
  ])('with %s in an answer is the same as everywhere else', (name, bytes) => {
    const question = { path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body: request('0') };
    const [piece] = answer('"@"').pieces as [Buffer];
    const at = piece.indexOf('@');
    const pieces = [Buffer.concat([piece.subarray(0, at), Buffer.from(bytes), piece.subarray(at + 1)])];
    expectParity(startFilter('llm_gateway', configuration), config, question, { ...answer('""'), pieces }, name);
  });

  it.each([
    ...['[1,]', '[,1]', '[1 2]', '[1', ']', '{"a":1,}', '{,}', '{"a"}', '{"a":}', '{"a" 1}', '{a:1}', '{"a":1', '{1:1}', "{'a':1}"],
    ...[
      '01',
      '-',
      '-01',
      '+1',
      '1.',
      '.5',
      '1e',
      '0x10',
      '1a',
      'NaN',
      'Infinity',
      'nul',
      'nulls',
      'tru',
      'truee',
      'fals',
      'falsey',
      'undefined',
    ],
    ...['"', '"a', raw`"\x"`, raw`"\u12"`, '"\\', '"a\nb"', '"a\u0001b"', '/* */ 1', '', '1 1', '\u00a01', '\v1'],
  ])('that is broken (%s) is refused as everywhere else', (json) => {
    const question = { path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body: request('0') };
    const [piece] = answer('"Hi"').pieces as [Buffer];
    const broken = { ...answer('""'), pieces: [Buffer.from(`{"x":${json},${piece.toString().slice(1)}`)] };
    expect(exchangeInNode(config, question, broken).status).toBe(502);
    expectParity(startFilter('llm_gateway', configuration), config, question, broken, json);
  });
});
