import { createServer } from 'node:net';
import type { BootstrapSocket } from './read-bootstrap.ts';

/**
 * Why sockets could not be opened, one line each. Envoy itself does not tell: it shares a port with whoever lets it.
 */
export async function unusablePorts(sockets: readonly BootstrapSocket[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, address, port } of sockets) {
    const code = await tryToListen(address, port);
    const what = name === 'admin' ? 'the admin interface' : `listener ${name}`;
    if (code === 'EADDRINUSE') problems.push(`port ${port} of ${address} is taken: ${what} needs it`);
    else if (code !== undefined) problems.push(`${what} cannot be opened at ${address}:${port}: ${code}`);
  }
  return problems;
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
