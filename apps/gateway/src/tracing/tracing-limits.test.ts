import { expect, it } from 'vitest';
import { tracingLimits } from './tracing-limits.ts';

const defaults = { most: 2048, batch: 128, delayMs: 5000, exportMs: 5000 };

it.each([
  ['nothing', {}, defaults],
  ['numbers', { OTEL_BSP_SCHEDULE_DELAY: '10', OTEL_BSP_EXPORT_TIMEOUT: ' 20 ' }, { ...defaults, delayMs: 10, exportMs: 20 }],
  ['a batch above the queue', { OTEL_BSP_MAX_QUEUE_SIZE: '100' }, { ...defaults, most: 100, batch: 100 }],
  ['what is no number', { OTEL_BSP_MAX_QUEUE_SIZE: '-1', OTEL_BSP_SCHEDULE_DELAY: '0', OTEL_BSP_EXPORT_TIMEOUT: 'soon' }, defaults],
  ['too much', { OTEL_BSP_MAX_QUEUE_SIZE: '999999999' }, { ...defaults, most: 1_000_000 }],
])('limits of an environment with %s', (_what, environment, limits) => expect(tracingLimits(environment)).toEqual(limits));
