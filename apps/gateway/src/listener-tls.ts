import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EffectiveTls } from '@plano/common';

/** A certificate chain and its key, as PEM. */
export interface LoadedTls {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the certificate and the key of a listener and looks whether they are good for each other.
 *
 * @param path where they are written in the configuration, such as `listeners[0].tls`
 * @throws Error that names the key of the configuration and the file, never what is in it
 */
export function loadTls(tls: EffectiveTls, path: string): LoadedTls {
  const cert = read(tls.cert, `${path}.cert`);
  const key = read(tls.key, `${path}.key`);
  const certificate = parse(() => new X509Certificate(cert), `${path}.cert`, tls.cert, 'is not a certificate in PEM form');
  const privateKey = parse(() => createPrivateKey(key), `${path}.key`, tls.key, 'is not a private key in PEM form without a passphrase');
  if (!certificate.checkPrivateKey(privateKey)) throw new Error(`${path}.key: ${tls.key} does not belong to the certificate ${tls.cert}`);
  return { cert, key };
}

function read(file: string, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${path}: ${file} cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'}`);
  }
}

// The library's own error may quote the file, so it is not told.
function parse<T>(make: () => T, path: string, file: string, message: string): T {
  try {
    return make();
  } catch {
    throw new Error(`${path}: ${file} ${message}`);
  }
}
