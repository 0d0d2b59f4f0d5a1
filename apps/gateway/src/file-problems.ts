import type { EffectiveConfig } from '@plano/common';
import type { HostFinding } from '@plano/common/config';
import { loadTls } from './listener-tls.ts';
import { checkLogFile } from './log-destination.ts';
import { ConfigFileError } from './read-pem.ts';
import { loadUpstreamCa } from './upstream-ca.ts';

/** What is wrong with the files of certificates, keys and logs that a configuration names: what a start would fail by. */
export function fileProblems(config: EffectiveConfig): HostFinding[] {
  const problems: HostFinding[] = [];
  const attempt = (load: () => unknown): void => {
    try {
      load();
    } catch (error) {
      if (error instanceof ConfigFileError) problems.push({ path: error.path, message: error.reason });
      else problems.push({ path: [], message: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const [index, { tls }] of config.listeners.entries()) if (tls !== null) attempt(() => loadTls(tls, ['listeners', index, 'tls']));
  attempt(() => loadUpstreamCa(config));
  const { file } = config.logging;
  if (file !== null) attempt(() => checkLogFile(file));
  return problems;
}
