import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../anthropic-messages.ts';
import { bedrockConverse } from '../bedrock-converse.ts';
import { gemini } from '../gemini.ts';
import { openaiChat } from '../openai-chat.ts';
import { openaiResponses } from '../openai-responses.ts';

const apis = [
  [anthropicMessages, 'content', { content: [] }],
  [bedrockConverse, 'output', { output: {} }],
  [gemini, 'candidate', { candidates: [{}] }],
  [openaiChat, 'choice', { choices: [{}] }],
  [openaiResponses, 'output', { output: [] }],
] as const;

describe.each(apis)('a body under a success status', ({ api, decodeFailure }, what, answer) => {
  it.each([{}, [], null, 5, { error: null }, { foo: 1 }])(`without an answer of ${api}: %j`, (body) => {
    expect(decodeFailure(body)).toMatchObject({
      status: 502,
      message: `The upstream answered without any ${what}`,
      code: `upstream_no_${what}`,
    });
  });

  it.each([{ message: 'why' }, 'why'])(`that says what is wrong with ${api}: %j`, (body) => {
    expect(decodeFailure(body)).toMatchObject({ kind: 'server', status: 500, message: 'why' });
  });

  it(`that is an answer of ${api}`, () => {
    expect(decodeFailure(answer)).toBeUndefined();
  });
});

it.each([
  { status: 'failed', output: [] },
  { status: 'failed', error: null, output: [] },
])('a response that failed: %j', (body) => {
  expect(openaiResponses.decodeFailure(body)).toMatchObject({ kind: 'server' });
});
