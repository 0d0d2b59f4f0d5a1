import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { EffectiveTls } from '@plano/common';
import { parsePem, readPem } from './read-pem.ts';

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
  const cert = readPem(tls.cert, `${path}.cert`);
  const key = readPem(tls.key, `${path}.key`);
  const certificate = parsePem(() => new X509Certificate(cert), `${path}.cert`, tls.cert, 'is not a certificate in PEM form');
  const privateKey = parsePem(() => createPrivateKey(key), `${path}.key`, tls.key, 'is not a private key in PEM form without a passphrase');
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(`${path}.key: the file ${tls.key} does not belong to the certificate ${tls.cert}`);
  return { cert, key };
}
