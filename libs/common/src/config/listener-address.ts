import type { Path, Reporter } from './problem.ts';

/** A socket to be opened, and where it was written. */
export interface Socket {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly path: Path;
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  const plain = address.toLowerCase();
  return plain === 'localhost' || plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain);
}

/** Reports every socket that could not be bound beside an earlier one. Port 0 never collides: the system chooses one. */
export function checkPorts(sockets: readonly Socket[], reporter: Reporter): void {
  for (let index = 0; index < sockets.length; index += 1) {
    const socket = sockets[index]!;
    if (socket.port === 0) continue;
    for (let other = index - 1; other >= 0; other -= 1) {
      const earlier = sockets[other]!;
      if (earlier.port !== socket.port || !overlap(earlier.address, socket.address)) continue;
      reporter.problem(
        [...socket.path, 'port'],
        `port ${socket.port} of \`${socket.name}\` is already taken by \`${earlier.name}\``,
        'give one of them another port',
        [socket, earlier].flatMap(({ path }): Path[] => [
          [...path, 'port'],
          [...path, 'address'],
        ]),
      );
      break;
    }
  }
}

function overlap(one: string, other: string): boolean {
  const first = canonical(one);
  const second = canonical(other);
  return first === second || first === 'any' || second === 'any';
}

function canonical(address: string): string {
  const plain = address.toLowerCase();
  if (plain === 'localhost') return '127.0.0.1';
  return plain === '0.0.0.0' || /^[0:]+$/.test(plain) ? 'any' : plain;
}
