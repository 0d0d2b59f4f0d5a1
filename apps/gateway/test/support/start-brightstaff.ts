import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UpstreamRequest } from '@plano/common';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { createLlmGateway } from '@plano/llm-gateway';
import { createBrightstaff } from '../../src/brightstaff.ts';
import type { ExchangeRecord } from '@plano/common';
import { toNodeHandler } from '../../src/node-handler.ts';
import { createUpstreamPools } from '../../src/upstream-pools.ts';

/** The brightstaff API on a free port, and the way in that other flows of the process use. */
export interface RunningBrightstaff {
  readonly url: string;
  readonly records: readonly ExchangeRecord[];
  readonly active: () => number;
  /** Answers a request to a built-in upstream: status and body. */
  send(request: UpstreamRequest): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}

/** Starts brightstaff over a configuration as a user writes it. */
export async function startBrightstaff(yaml: string, environment: Record<string, string> = {}): Promise<RunningBrightstaff> {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, environment);
  const brightstaff = createBrightstaff(config, createLlmGateway(config));
  const pools = createUpstreamPools(config.timeouts, { builtins: { brightstaff: brightstaff.upstream } });
  const records: ExchangeRecord[] = [];
  const handler = toNodeHandler(brightstaff.gateway, {
    requestBodyBytes: config.limits.requestBodyBytes,
    inFlight: config.limits.inFlight,
    totalMs: config.timeouts.totalMs,
    pools,
    onExchange: (record) => records.push(record),
  });
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    active: handler.active,
    send: (request) =>
      new Promise((resolve, reject) => {
        let status = 0;
        const chunks: Uint8Array[] = [];
        pools.send(request, {
          onHead(received) {
            status = received;
          },
          onChunk: (chunk) => chunks.push(chunk),
          onEnd: () => resolve({ status, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }),
          onFailure: ({ message }) => reject(new Error(message)),
        });
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
    },
  };
}
