import { zeroConfig } from '@plano/common/config';
import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import { createGuest } from './guest.ts';

const host = { utf8: portableUtf8, now: () => 0, newId: (prefix: string) => `${prefix}1` };
const guest = () => createGuest(zeroConfig({ OPENAI_API_KEY: 'sk-1' }), host);
const request = (model: string) =>
  ({
    type: 'request',
    head: { method: 'POST', path: '/v1/chat/completions', headers: {} },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
  }) as const;

describe('createGuest', () => {
  it('drives one exchange for each context', () => {
    const filter = guest();
    const first = filter.dispatch(1, request('openai/gpt-4o'));
    const second = filter.dispatch(2, request('openai/gpt-4o-mini'));
    expect(first.step === 'forward' && first.request.body.toString()).not.toBe(second.step === 'forward' && second.request.body.toString());
    expect(filter.size).toBe(2);
    const head = { ok: true, status: 200, headers: { 'content-type': 'application/json' } } as const;
    expect(filter.dispatch(2, { type: 'head', head }).step).toBe('accept');
    expect(filter.dispatch(2, { type: 'end' })).toEqual({ step: 'write', chunks: [], last: true, cut: false });
    expect(filter.size).toBe(1);
  });
  it('forgets a context that was answered at once', () => {
    const filter = guest();
    expect(filter.dispatch(1, request('nobody/nothing'))).toMatchObject({ step: 'respond', decision: { status: 404 } });
    expect(filter.size).toBe(0);
  });
  it('forgets a context whose client has gone', () => {
    const filter = guest();
    filter.dispatch(1, request('openai/gpt-4o'));
    filter.close(1);
    expect(() => filter.dispatch(1, { type: 'end' })).toThrow('not open');
  });
});
