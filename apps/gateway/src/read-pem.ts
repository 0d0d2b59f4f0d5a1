import { readFileSync } from 'node:fs';
import type { HostFinding } from '@plano/common/config';

type Path = HostFinding['path'];

/** A file that a key of the configuration names and that cannot be used. Its message names both, never what is in the file. */
export class ConfigFileError extends Error {
  readonly path: Path;
  /** The message without the key. */
  readonly reason: string;

  constructor(path: Path, reason: string) {
    super(
      `${path
        .map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${segment}`))
        .join('')
        .slice(1)}: ${reason}`,
    );
    this.path = path;
    this.reason = reason;
  }
}

/**
 * Reads a file that a key of the configuration names.
 *
 * @param path where it is written in the configuration, such as `listeners[0].tls.cert`
 * @throws ConfigFileError that names both
 */
export function readPem(file: string, path: Path): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ConfigFileError(path, `the file ${file} cannot be read: ${code}`);
  }
}

/** Makes something of what was read. The library's own error may quote the file, so it is not told. */
export function parsePem<T>(make: () => T, path: Path, file: string, message: string): T {
  try {
    return make();
  } catch {
    throw new ConfigFileError(path, `the file ${file} ${message}`);
  }
}
