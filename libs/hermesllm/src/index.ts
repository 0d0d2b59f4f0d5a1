export { isHermesError, HermesError } from './hermes-error.ts';
