import { describe, expect, it } from 'vitest';
import type { AwsIdentity } from './aws-credentials.ts';
import { createAwsCredentials } from './aws-credentials.ts';

const minute = 60_000;
const identity = (accessKeyId: string, expiresAt?: number): AwsIdentity => ({
  accessKeyId,
  secretAccessKey: 'secret',
  ...(expiresAt === undefined ? {} : { expiration: new Date(expiresAt) }),
});

/** A source that is told what to answer, and a clock. */
function setUp() {
  let now = 0;
  const answers: (() => Promise<AwsIdentity>)[] = [];
  let searches = 0;
  const credentials = createAwsCredentials({
    find() {
      searches++;
      return (answers.shift() ?? (() => Promise.reject(new Error('nothing there'))))();
    },
    timeoutMs: 50,
    now: () => now,
  });
  return { credentials, answers, searches: () => searches, at: (time: number) => void (now = time) };
}

describe('createAwsCredentials', () => {
  it('searches once for all who ask, and keeps what does not expire', async () => {
    const { credentials, answers, searches, at } = setUp();
    answers.push(() => Promise.resolve(identity('A')));
    const [one, other] = await Promise.all([credentials.get(), credentials.get()]);
    expect([one.accessKeyId, other.accessKeyId]).toEqual(['A', 'A']);
    at(1000 * minute);
    expect(credentials.get()).toEqual(identity('A'));
    expect(searches()).toBe(1);
  });

  it('renews what is about to expire while it is still used', async () => {
    const { credentials, answers, searches, at } = setUp();
    answers.push(
      () => Promise.resolve(identity('A', 60 * minute)),
      () => Promise.resolve(identity('B', 120 * minute)),
    );
    await credentials.get();
    at(50 * minute);
    expect(credentials.get()).toMatchObject({ accessKeyId: 'A' });
    expect(searches()).toBe(1);
    at(56 * minute);
    expect(credentials.get()).toMatchObject({ accessKeyId: 'A' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(credentials.get()).toMatchObject({ accessKeyId: 'B' });
    expect(searches()).toBe(2);
  });

  it('waits for new ones when the old ones are of no use any more', async () => {
    const { credentials, answers, at } = setUp();
    answers.push(
      () => Promise.resolve(identity('A', 60 * minute)),
      () => Promise.resolve(identity('B', 120 * minute)),
    );
    await credentials.get();
    at(59.5 * minute);
    expect(await credentials.get()).toMatchObject({ accessKeyId: 'B' });
  });

  it('does not search again at once after a failure', async () => {
    const { credentials, answers, searches, at } = setUp();
    await expect(credentials.get()).rejects.toThrow('nothing there');
    await expect(credentials.get()).rejects.toThrow('nothing there');
    expect(searches()).toBe(1);
    at(10_001);
    answers.push(() => Promise.resolve(identity('A')));
    expect(await credentials.get()).toMatchObject({ accessKeyId: 'A' });
  });

  it('gives a search up that takes too long', async () => {
    const { credentials, answers } = setUp();
    answers.push(() => new Promise(() => {}));
    await expect(credentials.get()).rejects.toThrow('not found within 50 ms');
  });
});
