export type { Brightstaff } from './brightstaff.ts';
export { createBrightstaff } from './brightstaff.ts';
export type { AnswerBuiltin, Builtins } from './builtin-upstream.ts';
export type { ExchangeRecord } from './drive-exchange.ts';
export type { NodeHandler, NodeHandlerOptions } from './node-handler.ts';
export { toNodeHandler } from './node-handler.ts';
export type { UpstreamCall, UpstreamListener, UpstreamPools, UpstreamTimeouts } from './upstream-pools.ts';
export { createUpstreamPools } from './upstream-pools.ts';
