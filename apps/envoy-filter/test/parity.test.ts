import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import { readCorpus } from '@plano/check-portable';
import type { EffectiveConfig } from '@plano/common';
import type { ApiId } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import { expectParity, exchangeInFilter } from './support/compare-exchange.ts';
import { filterConfig, fiveProviders } from './support/filter-config.ts';
import { startFilter } from './support/mock-envoy.ts';
import type { Answer, Question } from './support/node-exchange.ts';
import { exchangeInNode } from './support/node-exchange.ts';

interface Corpus {
  readonly conversations: readonly {
    readonly name: string;
    readonly wires: Readonly<Record<ApiId, { readonly request: string; readonly response: string; readonly stream: string }>>;
  }[];
}

const { conversations } = JSON.parse((await readCorpus(resolve(import.meta.dirname, '../../../libs/hermesllm'))) ?? '{}') as Corpus;
const upstreams: Readonly<Record<ApiId, string>> = {
  'openai-chat': 'openai/gpt-5-mini',
  'openai-responses': 'openai/gpt-5',
  'anthropic-messages': 'anthropic/claude-sonnet-4-5',
  'bedrock-converse': 'amazon_bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0',
  gemini: 'gemini/gemini-2.5-flash',
};
const apis = Object.keys(upstreams) as ApiId[];
const paths: Readonly<Record<ApiId, readonly [whole: string, stream: string]>> = {
  'openai-chat': ['/v1/chat/completions', '/v1/chat/completions'],
  'openai-responses': ['/v1/responses', '/v1/responses'],
  'anthropic-messages': ['/v1/messages', '/v1/messages'],
  'bedrock-converse': ['/model/any/converse', '/model/any/converse-stream'],
  gemini: ['/v1beta/models/any:generateContent', '/v1beta/models/any:streamGenerateContent?alt=sse'],
};
const saysStreamInBody = new Set<ApiId>(['openai-chat', 'openai-responses', 'anthropic-messages']);

function questionOf(client: ApiId, upstream: ApiId, text: string, stream: boolean): Question {
  const body = stream && saysStreamInBody.has(client) ? JSON.stringify({ ...(JSON.parse(text) as object), stream: true }) : text;
  const headers = { 'content-type': 'application/json', 'x-arch-llm-provider-hint': upstreams[upstream] };
  return { path: paths[client][stream ? 1 : 0], headers, body };
}

const streamType = (api: ApiId): string => (api === 'bedrock-converse' ? 'application/vnd.amazon.eventstream' : 'text/event-stream');
const configuration = filterConfig(fiveProviders);
const { config } = JSON.parse(configuration) as { config: EffectiveConfig };
const pairs = apis.flatMap((client) => apis.map((upstream) => [client, upstream] as const));

describe.each(pairs)('the golden corpus from %s to %s', (client, upstream) => {
  it('gives in the filter, byte for byte, what it gives in Node', () => {
    const envoy = startFilter('llm_gateway', configuration);
    expect(conversations.length).toBeGreaterThan(40);
    for (const { name, wires } of conversations) {
      const whole: Answer = { status: 200, type: 'application/json', pieces: [Buffer.from(wires[upstream].response)] };
      expectParity(envoy, config, questionOf(client, upstream, wires[client].request, false), whole, name);
      const bytes = Buffer.from(wires[upstream].stream, 'latin1');
      const pieces = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, index) => bytes.subarray(index * 100, (index + 1) * 100));
      const stream: Answer = { status: 200, type: streamType(upstream), pieces };
      expectParity(envoy, config, questionOf(client, upstream, wires[client].request, true), stream, `${name}, as a stream`);
    }
    expect(envoy.logs).toEqual([]);
  });
});

describe('a stream in pieces of any size', () => {
  const found = conversations.find(({ name }) => name === 'parallel-tool-calls');
  it.each(apis)('of %s gives the same answer', (upstream) => {
    const bytes = Buffer.from(found?.wires[upstream].stream ?? '', 'latin1');
    expect(bytes.length).toBeGreaterThan(500);
    const client = upstream === 'anthropic-messages' ? 'openai-chat' : 'anthropic-messages';
    const question = questionOf(client, upstream, found?.wires[client].request ?? '', true);
    const envoy = startFilter('llm_gateway', configuration);
    const whole = exchangeInNode(config, question, { status: 200, type: streamType(upstream), pieces: [bytes] }).body;
    for (let size = 1; size <= 64; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      expect(exchangeInFilter(envoy, question, { status: 200, type: streamType(upstream), pieces }).body, `pieces of ${size}`).toBe(whole);
    }
  });
});
