import type { EffectiveConfig } from '@plano/common';
import { maskSecrets } from '@plano/common';

/** What the process itself has to say, as opposed to its exchanges. */
export interface HostLog {
  info(message: string): void;
  /** `problems`: lines about the configuration, which never hold a secret: they are written as they are, below the message. */
  warn(message: string, problems?: readonly string[]): void;
  error(message: string, problems?: readonly string[]): void;
}

const levels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, silent: 60 } as const;

/** Lines for people (information to standard output, the rest to standard error), or JSON, all to standard output. */
export function createHostLog({ level, format }: EffectiveConfig['logging']): HostLog {
  const write = (severity: 'info' | 'warn' | 'error', message: string, problems: readonly string[] = []): void => {
    if (levels[severity] < levels[level]) return;
    const shown = [maskSecrets(message), ...problems].join('\n');
    if (format === 'json') console.log(JSON.stringify({ level: levels[severity], time: Date.now(), msg: shown }));
    else if (severity === 'info') console.log(shown);
    else console.error(`${severity === 'warn' ? 'warning' : 'plano-gateway'}: ${shown}`);
  };
  return {
    info: (message) => write('info', message),
    warn: (message, problems) => write('warn', message, problems),
    error: (message, problems) => write('error', message, problems),
  };
}
