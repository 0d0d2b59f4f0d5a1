import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askQuestions } from './questions.ts';
import { readPromises } from './readme-promises.ts';
import { startGateway, stopGateway, untilReady } from './start-gateway.ts';
import { startWeatherApi } from './weather-api.ts';

// Starts the demo on free ports, does what its README says without any key, and ends with 1 when something is not as told there.

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const promises = readPromises(readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8'));
const calls: string[] = [];
const api = await startWeatherApi(0, (call) => calls.push(call));
const [prompts, models] = [await freePort(), await freePort()];
const folder = mkdtempSync(join(tmpdir(), 'weather-forecast-'));
const config = join(folder, 'plano_config.yaml');
const written = readFileSync(fileURLToPath(new URL('../plano_config.yaml', import.meta.url)), 'utf8');
writeFileSync(
  config,
  `${written.replace('18083', String(api.port)).replace('10000', String(prompts)).replace('12000', String(models))}\nmetrics: false\n`,
);
const gateway = startGateway(config, 'pipe');
gateway.stdout?.resume();
try {
  await untilReady(`http://127.0.0.1:${prompts}`);
  const results = await askQuestions({ url: `http://127.0.0.1:${prompts}`, takeCalls: () => calls.splice(0) }, promises);
  for (const { name, problem } of results) console.log(problem === undefined ? `ok    ${name}` : `FAIL  ${name}: ${problem}`);
  const failed = results.filter(({ problem }) => problem !== undefined).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await stopGateway(gateway);
  await api.close();
  rmSync(folder, { recursive: true, force: true });
}
