import { readServeFlags } from './serve-flags.ts';
import { serveWithEnvoy } from './serve-with-envoy.ts';

// npx nx run envoy-filter:serve --config FILE [--workers N] [flags of `plano-gateway render`]: a real Envoy with the filters and the Node process
// behind it, both on the configuration that `gateway:serve` takes.
process.exitCode = await serveWithEnvoy(readServeFlags(process.argv.slice(2), process.env));
