import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections and to those who ask for any: nobody else gets one of these by chance. */
const [lowest, highest] = [18_000, 32_000];
const given = new Set<number>();

/** Ports of 127.0.0.1 that are free, all different, and that no other test of this process gets. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}
