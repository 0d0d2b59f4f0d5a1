export { trapsIn } from './envoy-traps.ts';
export { installNeeds } from './install-needs.ts';
