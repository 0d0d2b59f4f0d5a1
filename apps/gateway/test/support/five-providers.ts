import type { ExchangeSummary } from '@plano/common';
import { startFakeAnthropic, startFakeBedrock, startFakeGemini, startFakeOpenAi } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import type { ApiId } from '@plano/hermesllm';
import type { RunningGateway } from './start-gateway.ts';
import { startGateway } from './start-gateway.ts';

/** An upstream API: the configured model that leads to it, and the fake that serves it. */
export interface UpstreamUnderTest {
  readonly api: ApiId;
  readonly model: string;
  readonly fake: 'openai' | 'anthropic' | 'bedrock' | 'gemini';
}

/** All five upstream APIs. */
export const upstreams: readonly UpstreamUnderTest[] = [
  { api: 'openai-chat', model: 'openai/gpt-5-mini', fake: 'openai' },
  { api: 'openai-responses', model: 'openai/gpt-5', fake: 'openai' },
  { api: 'anthropic-messages', model: 'anthropic/claude-sonnet-4-5', fake: 'anthropic' },
  { api: 'bedrock-converse', model: 'amazon_bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0', fake: 'bedrock' },
  { api: 'gemini', model: 'gemini/gemini-2.5-flash', fake: 'gemini' },
];

/** A gateway in front of strict fakes of every upstream API. */
export interface FiveProviders extends Readonly<Record<UpstreamUnderTest['fake'], FakeServer>> {
  readonly gateway: RunningGateway;
  /** What became of the last exchange. Its record may come a moment after the client has read enough. */
  lastSummary(): Promise<ExchangeSummary | undefined>;
  reset(): void;
  close(): Promise<void>;
}

/** Starts it. The providers have keys of their own, but for the wildcards, which take the client's. */
export async function startFiveProviders(): Promise<FiveProviders> {
  const openai = await startFakeOpenAi({ apiKey: 'sk-openai', splits: { seed: 11, maxBytes: 90 } });
  const anthropic = await startFakeAnthropic({ apiKey: 'sk-anthropic', splits: { seed: 13, maxBytes: 90 } });
  const bedrock = await startFakeBedrock({ apiKey: 'bedrock-api-key-1', splits: { seed: 17, maxBytes: 90 } });
  const gemini = await startFakeGemini({ apiKey: 'AIza-gemini', splits: { seed: 19, maxBytes: 90 } });
  const [chat, responses, messages, converse, generate] = upstreams.map(({ model, api }) => `model: "${model}", api: ${api}`);
  const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
retries: { max: 0 }
model_providers:
  - { ${chat}, base_url: "${openai.url}/v1", access_key: sk-openai, default: true }
  - { ${responses}, base_url: "${openai.url}/v1", access_key: sk-openai }
  - { ${messages}, base_url: "${anthropic.url}/v1", access_key: sk-anthropic }
  - { ${converse}, base_url: "${bedrock.url}", access_key: bedrock-api-key-1 }
  - { ${generate}, base_url: "${gemini.url}/v1beta", access_key: AIza-gemini }
  - { name: own-gemini, model: gemini/*, base_url: "${gemini.url}/v1beta", passthrough_auth: true }
  - { name: own-bedrock, model: amazon_bedrock/*, base_url: "${bedrock.url}", passthrough_auth: true }
`);
  const fakes = { openai, anthropic, bedrock, gemini };
  return {
    ...fakes,
    gateway,
    async lastSummary() {
      await gateway.settle();
      return gateway.records.at(-1)?.summary;
    },
    reset() {
      for (const fake of Object.values(fakes)) fake.reset();
    },
    async close() {
      await gateway.close();
      for (const fake of Object.values(fakes)) await fake.close();
    },
  };
}
