export { builtFilters } from './built-filters.ts';
export { installEnvoy } from './install-envoy.ts';
export type { RunningEnvoy } from './start-envoy.ts';
export { startEnvoy } from './start-envoy.ts';
