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
});
