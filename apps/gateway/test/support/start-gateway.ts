import type { RunningGateway } from './running-gateway.ts';
import { startEnvoyGateway } from './start-envoy-gateway.ts';
import { startNodeGateway } from './start-node-gateway.ts';

export type { RunningGateway } from './running-gateway.ts';

const hosts = { node: startNodeGateway, envoy: startEnvoyGateway };

/** The host under test: `PLANO_TEST_HOST=envoy` runs the same tests through a real Envoy. */
const host = process.env['PLANO_TEST_HOST'] ?? 'node';

/** Whether a stream that its upstream resets still gets a last event. Envoy's router resets the client's stream then, and no filter is asked. */
export const tellsOfResets = host === 'node';

/** Whether a call beside an exchange ends with its client. Envoy lets it end by itself, and no filter can do anything about that. */
export const endsCalls = host === 'node';

/** Starts the gateway over a configuration as a user writes it, in the host under test. */
export function startGateway(yaml: string, environment: Record<string, string> = {}): Promise<RunningGateway> {
  if (host !== 'node' && host !== 'envoy') throw new Error(`PLANO_TEST_HOST is node or envoy, not ${host}`);
  return hosts[host](yaml, environment);
}
