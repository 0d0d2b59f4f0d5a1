// Prints how many bytes the buckets of so many clients take whose names have so many characters. Needs --expose-gc.
import { planRateLimits } from '@plano/common';
import { createMemoryStore } from '../../src/rate-limit-store.ts';

const clients = Number(process.argv[2]);
const length = Number(process.argv[3]);
const gc = (globalThis as unknown as { gc: () => void }).gc;
const plan = planRateLimits([
  {
    model: 'openai/gpt-4o',
    selector: { key: 'x-user', value: null },
    limit: { tokens: 1_000_000, requests: null, unitMs: 86_400_000 },
    onMissingSelector: 'share',
  },
]);
const store = createMemoryStore();
gc();
const before = process.memoryUsage().heapUsed;
for (let index = 0; index < clients; index += 1) {
  const user = `user-${String(index).padStart(length - 5, '0')}`;
  const planned = plan.takesOf({ models: ['openai/gpt-4o'], header: () => user, tokens: 100 });
  if (planned.ok) await store.take(planned.takes);
}
gc();
console.log(process.memoryUsage().heapUsed - before);
await store.close();
