export { installNeeds } from './install-needs.ts';
