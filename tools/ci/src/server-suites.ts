import { envoy } from './envoy-suite.ts';
import { redis } from './redis-suite.ts';
import type { ServerSuite } from './server-suite.ts';

/** A real browser: the built libraries must give there what they give in Node. The tests start it themselves, once a page. */
const chromium: ServerSuite = {
  name: 'chromium',
  needs: { commands: ['chromium'], debian: ['chromium'], pypi: [] },
  tests: 'tools/ci/test/chromium.server-test.ts',
  start: (paths) => Promise.resolve({ environment: { CHROMIUM: paths.get('chromium') ?? '' }, stop: () => Promise.resolve() }),
};

export const serverSuites: readonly ServerSuite[] = [chromium, envoy, redis];
