import { isIP } from 'node:net';
import { buildConnector } from 'undici';

/**
 * Connects to an upstream. Names resolve to IPv4 and IPv6, and both are tried. Certificates must be for the host that is connected to: left alone, undici
 * takes the name from the `host` header, which an author may set to something else.
 *
 * @param timeout - milliseconds until there is a connection
 * @param ca - certificates (PEM) of the authorities that are trusted; by default Node's
 */
export function connectorTo(host: string, timeout: number, ca: readonly string[] | undefined): buildConnector.connector {
  const trusted = ca === undefined ? {} : { ca: [...ca] };
  const connect = buildConnector({ timeout, noDelay: true, autoSelectFamily: true, rejectUnauthorized: true, ...trusted });
  return ({ servername: _servername, ...options }, callback) =>
    connect(isIP(host) === 0 ? { ...options, servername: host } : options, callback);
}
