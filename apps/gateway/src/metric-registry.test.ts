import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { gauge } from './metric-family.ts';
import { createMetricRegistry } from './metric-registry.ts';

const definition = (name: string) => ({ name, type: 'gauge', help: 'A number.', buckets: [] }) as const;

describe('createMetricRegistry', () => {
  it('knows what was registered before and after the library was loaded', async () => {
    const registry = createMetricRegistry();
    gauge(registry, definition('early'), () => [{ labels: {}, value: 1 }]);
    await registry.load();
    gauge(registry, definition('late'), () => [{ labels: {}, value: 2 }]);
    const text = await registry.metrics();
    expect(text).toContain('early 1');
    expect(text).toContain('late 2');
    expect(await registry.getMetricsAsJSON()).toMatchObject([{ name: 'early' }, { name: 'late' }]);
  });

  it('tells of the process only when it is asked to', async () => {
    expect(await createMetricRegistry({ process: true }).metrics()).toContain('process_resident_memory_bytes');
    expect(await createMetricRegistry().metrics()).not.toContain('process_');
  });

  it('names the content type that the library writes', () => {
    expect(createMetricRegistry().contentType).toBe(new Registry().contentType);
  });
});
