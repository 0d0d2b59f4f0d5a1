import * as undici from 'undici';
import { expect, it } from 'vitest';
import { buildConnector, Pool } from './undici-pool.ts';

it('loads the very parts that undici exports', () => {
  expect(Pool).toBe(undici.Pool);
  expect(buildConnector).toBe(undici.buildConnector);
});
