import { join } from 'node:path';
import type { Operations } from './operation.ts';
import { workspace } from './workspace.ts';

/** A project whose vectors can be run. */
export interface Project {
  /** The vectors that the project keeps itself. */
  folder: string;
  operations(): Promise<Operations>;
}

/** By the name of the Nx project. Only the operations of the project that is run are loaded. */
export const projects: Readonly<Record<string, Project>> = {
  hermesllm: {
    folder: join(workspace, 'libs/hermesllm/test/vectors'),
    operations: async () => (await import('./hermesllm-operations.ts')).ops,
  },
  common: {
    folder: join(workspace, 'libs/common/test/vectors'),
    operations: async () => (await import('./common-operations.ts')).ops,
  },
};

/** Every operation that vectors are written for, by who carries it out. */
const operationNames: Readonly<Record<string, readonly string[]>> = {
  hermesllm: [
    'request',
    'response',
    'stream',
    'sse_reassembly',
    'bedrock_frames',
    'provider_id',
    'client_api',
    'compatible_api',
    'endpoint',
    'request_meta',
    'cache_inject',
    'cache_strategy',
  ],
  common: ['llm_provider_lookup', 'tokens', 'ratelimit', 'path_params', 'pii', 'shorten'],
  brightstaff: ['budget_header', 'signals'],
};

/** The operations that are carried out by projects other than this one. */
export const operationsElsewhere = (project: string): ReadonlySet<string> =>
  new Set(Object.entries(operationNames).flatMap(([name, operations]) => (name === project ? [] : operations)));
