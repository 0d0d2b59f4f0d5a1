import { createHash } from 'node:crypto';
import type { BucketTake, EffectiveRedis, TakeOutcome } from '@plano/common';
import { everythingAllowed, levelOf } from '@plano/common';
import { Redis } from 'ioredis';
import type { RateLimitStore } from '../rate-limit-store.ts';

/** Everything has a default. */
export interface RedisStoreOptions {
  /** Milliseconds that a connection may take, at the start too. Default 2000. */
  readonly connectTimeoutMs?: number;
  /** Told when Redis can no longer be used, and when it can be again: once for each change. */
  readonly onAvailability?: (available: boolean, reason: string) => void;
}

/** Milliseconds between attempts to connect again: longer each time, up to the last. */
const reconnectMs = [50, 100, 200, 500, 1000, 2000] as const;

/** Commands that may wait for Redis at the same time; more are not sent, as if Redis were not there. */
const mostPending = 10_000;

/** After so many failures in a row Redis is left alone for a while, so that not every request waits for the timeout. */
const failuresBeforeRest = 3;
const restMs = 500;

/*
 * The generic cell rate algorithm of `@plano/common` once more, as Redis runs it: all buckets of a request in one script, so nothing can happen
 * between asking and taking. The clock is that of Redis, the same for every gateway. Of each bucket the time in milliseconds is kept at which it
 * is full again, and only until then.
 *
 * KEYS: the buckets. ARGV: `take` or `charge`, then capacity, unit in milliseconds and amount of each.
 * Answer: number of the bucket that refuses or 0, milliseconds to wait or -1 for never, then milliseconds until each bucket is full.
 */
const script = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local kept = redis.call('MGET', unpack(KEYS))
local full, refused, wait = {}, 0, 0
for i = 1, #KEYS do
  local capacity, unit, amount = tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1])
  local before = math.max(tonumber(kept[i] or now), now)
  full[i] = before + amount / capacity * unit
  if ARGV[1] == 'take' and refused == 0 and amount > 0 then
    local ahead = full[i] - now - unit
    if amount > capacity then
      refused, wait = i, -1
    elseif ahead > 0.01 then
      refused, wait = i, ahead
    end
  end
end
local answer = { refused, string.format('%.3f', wait) }
for i = 1, #KEYS do
  if refused == 0 then
    if full[i] > now then
      redis.call('SET', KEYS[i], string.format('%.3f', full[i]), 'PX', math.ceil(full[i] - now))
    else
      redis.call('DEL', KEYS[i])
    end
  else
    full[i] = math.max(tonumber(kept[i] or now), now)
  end
  answer[i + 2] = string.format('%.3f', math.max(full[i] - now, 0))
end
return answer
`;

/** What ioredis makes of the script: numbers of keys first, then keys and arguments. */
interface WithScript {
  planoBuckets(keys: number, ...args: (string | number)[]): Promise<[number, string, ...string[]]>;
}

/**
 * Buckets in Redis, shared by every gateway that uses it: one script, one round trip for all buckets of a request. Resolves when Redis is there or
 * the time for connecting has passed; then and whenever Redis fails later, `on_failure` decides: `open` lets everything pass, `closed` refuses it.
 *
 * @example
 * const rateLimits = await createRedisStore({ url: 'redis://127.0.0.1:6379', onFailure: 'open', timeoutMs: 250 });
 */
export async function createRedisStore(redis: EffectiveRedis, options: RedisStoreOptions = {}): Promise<RateLimitStore> {
  const { connectTimeoutMs = 2000 } = options;
  const client = new Redis(redis.url, {
    connectTimeout: connectTimeoutMs,
    commandTimeout: redis.timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => reconnectMs[Math.min(attempt, reconnectMs.length) - 1] ?? 50,
    scripts: { planoBuckets: { lua: script } },
  }) as Redis & WithScript;
  let available = true;
  let pending = 0;
  let failures = 0;
  let restUntil = 0;
  const report = (now: boolean, reason: string): void => {
    if (now === available) return;
    available = now;
    options.onAvailability?.(now, reason);
  };
  client.on('error', (error: Error) => report(false, reasonOf(error)));
  client.on('ready', () => report(true, 'connected'));
  await ready(client, connectTimeoutMs);

  const run = async (mode: 'take' | 'charge', buckets: readonly BucketTake[]): Promise<[number, string, ...string[]]> => {
    if (pending >= mostPending || performance.now() < restUntil) throw new Error('Redis is left alone');
    const args: (string | number)[] = [];
    for (const { key } of buckets) args.push(redisKey(key));
    args.push(mode);
    for (const { capacity, unitMs, amount } of buckets) args.push(capacity, unitMs, amount);
    pending += 1;
    try {
      const answer = await client.planoBuckets(buckets.length, ...args);
      failures = 0;
      report(true, 'answered');
      return answer;
    } catch (error) {
      if (++failures >= failuresBeforeRest) restUntil = performance.now() + restMs;
      report(false, reasonOf(error));
      throw error;
    } finally {
      pending -= 1;
    }
  };

  return {
    async take(takes) {
      try {
        return outcomeOf(takes, await run('take', takes));
      } catch {
        return redis.onFailure === 'open' ? everythingAllowed : { ok: false, reason: 'unavailable' };
      }
    },
    charge(charges) {
      // What cannot be charged is lost: the answer that used it has long been given.
      run('charge', charges).catch(() => {});
    },
    available: () => available,
    close() {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

function outcomeOf(takes: readonly BucketTake[], [refused, wait, ...resets]: [number, string, ...string[]]): TakeOutcome {
  const levels = takes.map((take, index) => levelOf(Number(resets[index]), take, 0));
  if (refused === 0) return { ok: true, levels };
  return { ok: false, reason: 'limited', index: refused - 1, waitMs: wait.startsWith('-') ? null : Number(wait), levels };
}

/** Names of buckets hold values of headers, which may be credentials. The braces keep all buckets on one node of a cluster. */
const redisKey = (key: string): string => `{plano:ratelimit}:${createHash('sha256').update(key).digest('base64url')}`;

/** Messages of ioredis may hold the address with its password; codes do not. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  return error.message === 'Command timed out' ? 'ETIMEDOUT' : error.name;
}

function ready(client: Redis, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      client.off('ready', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    client.once('ready', done);
  });
}
