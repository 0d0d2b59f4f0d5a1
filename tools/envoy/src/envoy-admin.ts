import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 10;

/**
 * Waits until an Envoy serves; its admin interface answers before that.
 *
 * @param admin address of its admin interface; undefined while it is not known, null when the Envoy has ended
 * @returns whether it serves
 */
export async function waitUntilLive(admin: () => string | null | undefined, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const address = admin();
    if (address === null) return false;
    if (address !== undefined && (await textOf(`${address}/ready`)).trim() === 'LIVE') return true;
    await sleep(pollMs);
  }
  return false;
}

/** A counter or gauge of its statistics; 0 when there is none of this name. */
export async function readStat(admin: string, name: string): Promise<number> {
  const text = await textOf(`${admin}/stats?filter=${encodeURIComponent(`^${name.replaceAll('.', '\\.')}$`)}`);
  return Number(/: (\d+)/.exec(text)?.[1] ?? 0);
}

/** Requests of clients under way; 0 when it does not answer any more. */
export async function activeRequests(admin: string): Promise<number> {
  const text = await textOf(`${admin}/stats?filter=${encodeURIComponent('^http\\..*\\.downstream_rq_active$')}`);
  let sum = 0;
  // The admin interface counts the question itself.
  for (const [, name, value] of text.matchAll(/^http\.(.*)\.downstream_rq_active: (\d+)$/gm)) if (name !== 'admin') sum += Number(value);
  return sum;
}

/** Takes no new connections from now on. */
export async function stopListening(admin: string): Promise<void> {
  await textOf(`${admin}/drain_listeners`, 'POST');
}

export async function textOf(url: string, method = 'GET'): Promise<string> {
  try {
    return await (await fetch(url, { method })).text();
  } catch {
    return '';
  }
}
