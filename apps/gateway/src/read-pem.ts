import { readFileSync } from 'node:fs';

/**
 * Reads a file that a key of the configuration names.
 *
 * @param path where it is written in the configuration, such as `listeners[0].tls.cert`
 * @throws Error that names both
 */
export function readPem(file: string, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(
      `${path}: the file ${file} cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'}`,
    );
  }
}

/** Makes something of what was read. The library's own error may quote the file, so it is not told. */
export function parsePem<T>(make: () => T, path: string, file: string, message: string): T {
  try {
    return make();
  } catch {
    throw new Error(`${path}: the file ${file} ${message}`);
  }
}
