import { X509Certificate } from 'node:crypto';
import type { EffectiveConfig } from '@plano/common';
import { ConfigFileError, parsePem, readPem } from './read-pem.ts';

const key = ['overrides', 'upstream_tls_ca_path'];
const certificate = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^]+?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates of the authorities that upstreams are checked with; undefined for those that Node brings along. They replace the latter, as
 * a bundle does elsewhere.
 *
 * @throws ConfigFileError that names the key of the configuration and the file, never what is in it
 */
export function loadUpstreamCa({ upstreamTls }: Pick<EffectiveConfig, 'upstreamTls'>): string[] | undefined {
  const { caPath } = upstreamTls;
  if (caPath === null) return undefined;
  const found = readPem(caPath, key).match(certificate) ?? [];
  if (found.length === 0) throw new ConfigFileError(key, `the file ${caPath} has no certificate in PEM form`);
  for (const one of found) parsePem(() => new X509Certificate(one), key, caPath, 'holds something that is not a certificate in PEM form');
  return found;
}
