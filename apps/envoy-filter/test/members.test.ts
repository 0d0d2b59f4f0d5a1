import { Buffer } from 'node:buffer';
import type { EffectiveConfig } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { expectParity } from './support/compare-exchange.ts';
import { filterConfig, fiveProviders } from './support/filter-config.ts';
import { startFilter } from './support/mock-envoy.ts';
import { exchangeInNode } from './support/node-exchange.ts';

const configuration = filterConfig(fiveProviders);
const { config } = JSON.parse(configuration) as { config: EffectiveConfig };
const choice = { index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' };
const answer = { status: 200, type: 'application/json', pieces: [Buffer.from(JSON.stringify({ id: 'c', model: 'm', choices: [choice] }))] };
const messages = '"messages":[{"role":"user","content":"Hi"}]';
const nested = (levels: number): string => `{${messages},"metadata":${'['.repeat(levels)}${']'.repeat(levels)}}`;

/** The filter finds the members of a body in native code, every other host in TypeScript. Both must take the same and refuse the same. */
describe('a body in the filter', () => {
  it.each([
    ['usual', `{"model":"openai/gpt-5-mini",${messages}}`, 200],
    ['with white space everywhere', ` \n{\t"model" : "openai/gpt-5-mini" ,\r\n ${messages} }\n `, 200],
    ['with a byte order mark', `\ufeff{${messages}}`, 200],
    ['with a key twice', `{"model":"nobody/nothing","model":"openai/gpt-5-mini",${messages}}`, 200],
    ['with escapes in a key', `{"mod\\u0065l":"openai/gpt-5-mini",${messages}}`, 200],
    ['with a key beyond ASCII', `{"ключ":1,"日本":"語",${messages}}`, 200],
    ['with quotes and backslashes in values', `{"user":"a\\\\\\"b\\\\",${messages},"metadata":{"}":"]\\""}}`, 200],
    [
      'with numbers, literals and nothing',
      `{"n":1,"temperature":1e-5,"stream":false,"stop":null,"top_p":-0.5,"a":{},"b":[],${messages}}`,
      200,
    ],
    ['that is broken deeper inside', `{${messages},"metadata":{"a" "b"}}`, 200],
    ['with a scalar that runs into a string', `{${messages},"seed":1"x"}`, 200],
    ['as deep as it may be', nested(255), 200],
    ['too deep', nested(256), 400],
    ['empty', '', 400],
    ['of an empty object', '{}', 400],
    ['of a list', '[]', 400],
    ['of a string', '"{}"', 400],
    ['without an end', `{${messages}`, 400],
    ['with a string without an end', `{${messages},"user":"a`, 400],
    ['with an escape at the end', `{"user":"a\\`, 400],
    ['with something behind it', `{${messages}} x`, 400],
    ['with a comma at the end', `{${messages},}`, 400],
    ['with a comma at the beginning', `{,${messages}}`, 400],
    ['without a colon', `{"model" "x",${messages}}`, 400],
    ['without a value', `{"model":,${messages}}`, 400],
    ['with a word for a value', `{"model":yes,${messages}}`, 400],
    ['with a bracket for a value', `{"model":],${messages}}`, 400],
    ['with a key that is no string', `{1:2,${messages}}`, 400],
    ['with a broken escape in a key', `{"\\x":2,${messages}}`, 400],
    ['with a control character between', `{\u0001${messages}}`, 400],
  ])('%s is read as everywhere else', (name, body, status) => {
    const question = { path: '/v1/chat/completions', headers: { 'content-type': 'application/json' }, body };
    expect(exchangeInNode(config, question, answer).status).toBe(status);
    expectParity(startFilter('llm_gateway', configuration), config, question, answer, name);
  });
});
