import { describe, expect, it } from 'vitest';
import { createAccessLog } from './access-log.ts';
import type { ExchangeRecord } from '@plano/common';
import { exchangeRecord } from '../test/support/exchange-record.ts';

const entry: ExchangeRecord = exchangeRecord(
  {
    head: {
      method: 'POST',
      path: '/v1/messages?key=AIzaSyA1234567890abcdefghijk',
      headers: { 'x-request-id': 'r-1', authorization: 'Bearer very-secret' },
      listener: 'front',
    },
    durationMs: 700.04,
    firstByteMs: 150.26,
    bytesOut: 2000,
  },
  {
    clientApi: 'anthropic-messages',
    upstreamApi: 'openai-chat',
    stream: true,
    attempts: 2,
    warnings: [{ type: 'dropped', path: 'top_k', reason: 'unknown there' }],
  },
);

function written(format: 'pretty' | 'json', ...records: ExchangeRecord[]): string {
  let text = '';
  const destination = { write: (part: string) => void (text += part), flush: () => {}, flushSync: () => {}, close: () => {} };
  const log = createAccessLog({ level: 'info', format, file: null }, destination);
  for (const record of records) log.record(record);
  log.close();
  return text;
}

describe('the access log', () => {
  it('says all that is known of an exchange, as JSON', () => {
    const { time, ...line } = JSON.parse(written('json', entry)) as Record<string, unknown>;
    expect(time).toEqual(expect.any(Number));
    expect(line).toEqual({
      level: 30,
      requestId: 'r-1',
      listener: 'front',
      method: 'POST',
      path: '/v1/messages',
      status: 200,
      outcome: 'finished',
      durationMs: 700,
      firstByteMs: 150.3,
      bytesIn: 10,
      bytesOut: 2000,
      clientApi: 'anthropic-messages',
      upstreamApi: 'openai-chat',
      provider: 'openai',
      model: 'openai/gpt-4o',
      stream: true,
      attempts: 2,
      usage: { input: 10, cacheRead: 4, cacheWrite: 2, output: 21 },
      warnings: entry.summary.warnings,
      msg: 'exchange',
    });
  });

  it('says it in one line for people', () => {
    expect(written('pretty', entry)).toMatch(
      /^\S+Z 200 POST \/v1\/messages 700ms first=150\.3ms openai\/gpt-4o anthropic-messages→openai-chat in=16 out=21 bytes=10\/2000 attempts=2 warnings=1 listener=front id=r-1\n$/,
    );
  });

  it('names the error and whether the client went away', () => {
    const summary = { ...entry.summary, error: { code: 'upstream_reset', message: 'holds details' } };
    expect(written('pretty', { ...entry, summary, outcome: 'aborted' })).toMatch(/ error=upstream_reset .* aborted\n$/);
    expect(written('json', { ...entry, summary, outcome: 'aborted' })).toMatch(/"outcome":"aborted".*"error":"upstream_reset"/);
  });

  it.each(['pretty', 'json'] as const)('E-13: writes no query, no header and nothing that looks like a secret: %s', (format) => {
    const summary = { ...entry.summary, model: 'openai/sk-proj-abcdefghijklmnop' };
    const text = written(format, { ...entry, head: { ...entry.head, path: '/v1/AIzaSyA1234567890abcdefghijk?x=secret' }, summary });
    expect(text).not.toMatch(/abcdefghijk|secret/);
    expect(text).toContain('***');
  });

  it('marks what the gateway asked of its own accord', () => {
    const own: ExchangeRecord = { ...entry, purpose: 'function-calling' };
    expect(written('pretty', own)).toContain(' purpose=function-calling ');
    expect(JSON.parse(written('json', own))).toMatchObject({ purpose: 'function-calling' });
  });

  it('keeps a line a line, whatever a client calls its model', () => {
    const summary = { ...entry.summary, model: 'openai/a\n2026 200 GET /forged\u001b[2J' };
    expect(written('pretty', { ...entry, summary }).split('\n')).toHaveLength(2);
    expect(written('pretty', { ...entry, summary })).not.toContain('\u001b');
  });

  it.each(['pretty', 'json'] as const)('cuts and masks the words of providers and clients: %s', (format) => {
    const warning = {
      type: 'dropped',
      path: `messages[0].${'k'.repeat(5000)}`,
      reason: 'not forwarded: Bearer sk-ant-api03-abcdefghijklmnop',
    } as const;
    const summary = {
      ...entry.summary,
      warnings: [warning],
      error: { code: `x\n2026 200 GET /forged\u001b[2J${'c'.repeat(5000)}`, message: '' },
    };
    const text = written(format, { ...entry, summary });
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toMatch(/abcdefghijklmnop|\u001b|\\n/);
    expect(text.length).toBeLessThan(1500);
  });

  it('writes out a number of warnings, and how many more there were', () => {
    const warnings = Array.from({ length: 1000 }, (_, index) => ({ type: 'dropped' as const, path: `k${index}`, reason: 'unknown there' }));
    const line = JSON.parse(written('json', { ...entry, summary: { ...entry.summary, warnings } })) as Record<string, unknown>;
    expect([line['warnings'], line['furtherWarnings']]).toEqual([warnings.slice(0, 32), 968]);
  });

  it('is silent above the level info', () => {
    let wrote = false;
    const log = createAccessLog(
      { level: 'warn', format: 'json', file: null },
      { write: () => void (wrote = true), flush: () => {}, flushSync: () => {}, close: () => {} },
    );
    log.record(entry);
    log.close();
    expect(wrote).toBe(false);
  });
});
