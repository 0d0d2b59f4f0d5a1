import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { EffectiveTls } from '@plano/common';
import type { HostFinding } from '@plano/common/config';
import { ConfigFileError, parsePem, readPem } from './read-pem.ts';

/** A certificate chain and its key, as PEM. */
export interface LoadedTls {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the certificate and the key of a listener and looks whether they are good for each other.
 *
 * @param path where they are written in the configuration, such as `listeners[0].tls`
 * @throws ConfigFileError that names the key of the configuration and the file, never what is in it
 */
export function loadTls(tls: EffectiveTls, path: HostFinding['path']): LoadedTls {
  const certPath = [...path, 'cert'];
  const keyPath = [...path, 'key'];
  const cert = readPem(tls.cert, certPath);
  const key = readPem(tls.key, keyPath);
  const certificate = parsePem(() => new X509Certificate(cert), certPath, tls.cert, 'is not a certificate in PEM form');
  const privateKey = parsePem(() => createPrivateKey(key), keyPath, tls.key, 'is not a private key in PEM form without a passphrase');
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigFileError(keyPath, `the file ${tls.key} does not belong to the certificate ${tls.cert}`);
  return { cert, key };
}
