import type { Gateway } from '@plano/common';
import { refuse } from '@plano/common';
import { expect, it } from 'vitest';
import { createFailureTexts } from './failure-texts.ts';

it('leaves the texts in the envelope of each path, and makes them once', () => {
  const properties: Record<string, string> = {};
  let made = 0;
  const gateway: Pick<Gateway, 'refuse'> = {
    refuse(head, error) {
      made++;
      return refuse(head.path, error);
    },
  };
  const texts = createFailureTexts(gateway, { setProperty: (name, value) => void (properties[name] = value) });
  const leave = (path: string): unknown => {
    texts.leave({ method: 'POST', path, headers: {} });
    return Object.fromEntries(Object.entries(properties).map(([name, text]) => [name, JSON.parse(text) as unknown]));
  };
  const messages = {
    'plano.reset': { type: 'error', error: { type: 'api_error' } },
    'plano.timeout': { error: { type: 'timeout_error' } },
  };
  expect(leave('/v1/messages')).toMatchObject(messages);
  expect(leave('/v1/messages')).toMatchObject(messages);
  expect(made).toBe(2);
  expect(leave('/v1/chat/completions')).toMatchObject({ 'plano.reset': { error: { code: 'upstream_reset', type: 'server_error' } } });
  for (let index = 0; index < 100; index++) leave(`/model/${index}/converse`);
  expect(leave('/v1/messages')).toMatchObject(messages);
  expect(made).toBe(2 * 103);
  // A path as long as a head may be is not kept.
  const long = `/v1/messages?${'x'.repeat(60_000)}`;
  leave(long);
  expect(leave(long)).toMatchObject(messages);
  expect(made).toBe(2 * 105);
});
