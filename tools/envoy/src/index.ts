export { builtFilters } from './built-filters.ts';
export { installEnvoy } from './install-envoy.ts';
export { parseBootstrap } from './read-bootstrap.ts';
export type { RunningEnvoy, StartEnvoyOptions } from './start-envoy.ts';
export { startEnvoy } from './start-envoy.ts';
