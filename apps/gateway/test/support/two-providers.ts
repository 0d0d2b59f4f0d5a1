import { startFakeAnthropic, startFakeOpenAi } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import type { RunningGateway } from './start-gateway.ts';
import { startGateway } from './start-gateway.ts';

/** A gateway between both client APIs and strict fakes of both providers. */
export interface TwoProviders {
  readonly openai: FakeServer;
  readonly anthropic: FakeServer;
  readonly gateway: RunningGateway;
  reset(): void;
  close(): Promise<void>;
}

/** Starts it; `more` is appended to the configuration. */
export async function startTwoProviders(more = ''): Promise<TwoProviders> {
  const openai = await startFakeOpenAi({ apiKey: 'sk-openai', splits: { seed: 11, maxBytes: 7 } });
  const anthropic = await startFakeAnthropic({ apiKey: 'sk-anthropic', splits: { seed: 13, maxBytes: 7 } });
  const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
retries: { max: 0 }
model_providers:
  - { model: openai/gpt-4o, base_url: "${openai.url}/v1", access_key: sk-openai, default: true, circuit_breaker: false }
  - { model: anthropic/claude-sonnet-4-5, base_url: "${anthropic.url}/v1", access_key: sk-anthropic, circuit_breaker: false }
  - { name: own, model: anthropic/*, base_url: "${anthropic.url}/v1", passthrough_auth: true }
  - { model: plano/echo }
model_aliases:
  smart: { target: claude-sonnet-4-5 }
${more}`);
  return {
    openai,
    anthropic,
    gateway,
    reset() {
      openai.reset();
      anthropic.reset();
    },
    async close() {
      await gateway.close();
      await openai.close();
      await anthropic.close();
    },
  };
}
