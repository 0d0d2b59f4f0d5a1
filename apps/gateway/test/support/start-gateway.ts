import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { createLlmGateway } from '@plano/llm-gateway';
import type { ExchangeRecord } from '../../src/drive-exchange.ts';
import { toNodeHandler } from '../../src/node-handler.ts';

/** A gateway on a free port. */
export interface RunningGateway {
  readonly url: string;
  /** What became of the exchanges so far. */
  readonly records: readonly ExchangeRecord[];
  readonly active: () => number;
  close(): Promise<void>;
}

/** Starts the gateway in this process over a configuration as a user writes it. */
export async function startGateway(yaml: string, environment: Record<string, string> = {}): Promise<RunningGateway> {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, environment);
  const records: ExchangeRecord[] = [];
  const handler = toNodeHandler(createLlmGateway(config), {
    requestBodyBytes: config.limits.requestBodyBytes,
    inFlight: config.limits.inFlight,
    totalMs: config.listeners[0]?.timeoutMs ?? config.timeouts.totalMs,
    timeouts: config.timeouts,
    onExchange: (record) => records.push(record),
  });
  const server: Server = createServer({ maxHeaderSize: config.limits.headerBytes }, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    active: handler.active,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
    },
  };
}
