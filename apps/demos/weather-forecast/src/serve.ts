import { fileURLToPath } from 'node:url';
import { startGateway, stopGateway, untilReady } from './start-gateway.ts';
import { startWeatherApi } from './weather-api.ts';

// The whole demo in one command: the API in this process, the gateway beside it. Ctrl+C ends both.

const config = fileURLToPath(new URL('../plano_config.yaml', import.meta.url));
const api = await startWeatherApi(18_083);
console.log(`Weather API  http://127.0.0.1:${api.port}`);
const gateway = startGateway(config, 'inherit');

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  process.exitCode = (await stopGateway(gateway)) ?? 1;
  await api.close();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
gateway.once('exit', () => void stop());
await untilReady('http://127.0.0.1:10000').catch(() => stop());
if (!stopping) {
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'What is the weather in Seattle for 3 days?' }] });
  console.log(`Ask it:\n  curl http://127.0.0.1:10000/v1/chat/completions -H 'content-type: application/json' -d '${body}'`);
}
