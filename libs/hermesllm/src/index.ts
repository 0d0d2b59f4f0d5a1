export * from './core.ts';
export * from './framing.ts';
export * from './providers.ts';
export {
  encodeError,
  foldResponse,
  openRequest,
  readRequest,
  streamResponse,
  translateRequest,
  translateResponse,
  translateStream,
} from './translator.ts';
export type { HistoryOptions } from './responses-history.ts';
export { inputItemsOf } from './responses-history.ts';
