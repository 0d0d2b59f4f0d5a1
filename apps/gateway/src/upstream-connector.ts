import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { buildConnector as connectors } from 'undici';
import { buildConnector } from './adapters/undici-pool.ts';

/**
 * Connects to an upstream. Names resolve to IPv4 and IPv6, and both are tried. Certificates must be for the host that is connected to: left alone, undici
 * takes the name from the `host` header, which an author may set to something else.
 *
 * @param timeout - milliseconds until there is a connection
 * @param ca - certificates (PEM) of the authorities that are trusted; by default Node's
 */
export function connectorTo(host: string, timeout: number, ca: readonly string[] | undefined): connectors.connector {
  const trusted = ca === undefined ? {} : { ca: [...ca] };
  const connect = buildConnector({ timeout, noDelay: true, autoSelectFamily: true, rejectUnauthorized: true, ...trusted });
  return ({ servername: _servername, ...options }, callback) => {
    if (options.protocol === 'http:' && sharesReads) connectReading(connect, options, callback);
    else connect(isIP(host) === 0 ? { ...options, servername: host } : options, callback);
  };
}

/** Windows reads into a buffer before it tells that there is something to read. */
const sharesReads = process.platform !== 'win32';
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Reads of all connections go through one buffer, and what came is copied out of it. Left alone, Node allocates 64 KiB for each read, gives back what
 * was too much of it and makes what is left a buffer of its own, which for an event of a model costs several times what the copy does.
 */
function connectReading(connect: connectors.connector, options: connectors.Options, callback: connectors.Callback): void {
  const onread = { buffer: readBuffer, callback: (size: number) => socket.push(Buffer.from(readBuffer.subarray(0, size))) };
  // undici hands all options on to `net.connect` and returns the socket; its types say neither.
  const socket = connect({ ...options, onread } as connectors.Options, callback) as unknown as Socket;
}
