import type { ExchangeRecord } from '@plano/common';
import { emptySummary } from '@plano/common';

/** Tokens of that exchange. */
export const exchangeUsage = {
  input: 10,
  cacheRead: 4,
  cacheWrite: 2,
  cacheWriteLong: undefined,
  output: 21,
  reasoning: undefined,
  inputAudio: undefined,
  outputAudio: undefined,
};

/** What became of an exchange that went well, in numbers that are easy to recognise; `changes` and `summary` replace parts of it. */
export function exchangeRecord(changes: Partial<ExchangeRecord> = {}, summary: Partial<ExchangeRecord['summary']> = {}): ExchangeRecord {
  return {
    head: { method: 'POST', path: '/v1/chat/completions', headers: {}, listener: 'front' },
    status: 200,
    summary: {
      ...emptySummary,
      clientApi: 'openai-chat',
      provider: 'openai',
      model: 'openai/gpt-4o',
      attempts: 1,
      answer: { model: 'gpt-4o', usage: exchangeUsage, finish: undefined, error: undefined },
      ...summary,
    },
    outcome: 'finished',
    durationMs: 700,
    firstByteMs: 150,
    bytesIn: 10,
    bytesOut: 20,
    ...changes,
  };
}
