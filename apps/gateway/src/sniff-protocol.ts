import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const nothing: Buffer = Buffer.alloc(0);

/**
 * Waits for the first bytes of a connection and says which protocol they begin. HTTP/2 without TLS has no other sign than the preface that
 * every client sends first, which is no valid request of HTTP/1. The bytes are put back, and the socket is paused.
 *
 * A connection that says nothing, or too little to tell, is cut after the timeout.
 */
export function sniffProtocol(socket: Socket, timeoutMs: number, decided: (protocol: 'http1' | 'http2') => void): void {
  let seen = nothing;

  function onData(chunk: Buffer): void {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, preface.length);
    if (preface.compare(seen, 0, length, 0, length) !== 0) decide('http1');
    else if (length === preface.length) decide('http2');
  }

  function decide(protocol: 'http1' | 'http2'): void {
    socket.off('data', onData);
    socket.off('end', giveUp);
    socket.off('error', giveUp);
    socket.off('timeout', giveUp);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(seen);
    decided(protocol);
  }

  function giveUp(): void {
    socket.destroy();
  }

  socket.on('data', onData);
  socket.on('end', giveUp);
  socket.on('error', giveUp);
  socket.on('timeout', giveUp);
  socket.setTimeout(timeoutMs);
}
