import { redisUrlFault } from './parse-url.ts';
import type { Path, Reporter } from './problem.ts';
import { secretFile } from './substitution.ts';

/** Reports what is wrong with the URL of a Redis; one in a file is looked at when the file is. */
export function reportRedisUrl(reporter: Reporter, url: string, path: Path): void {
  const fault = secretFile(url) === null ? redisUrlFault(url) : null;
  if (fault !== null) reporter.problem(path, fault.message, fault.hint);
}
