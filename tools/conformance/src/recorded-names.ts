import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ApiId, Provider } from '@plano/hermesllm';
import type { Operations } from './operation.ts';
import { workspace } from './workspace.ts';

/** How the vectors name APIs and providers, and the operations that need nothing but them. */
export interface RecordedNames {
  ops: Operations;
  apiOf(name: unknown): ApiId;
  nameOfApi(api: ApiId, stream: boolean): string;
  recordedProvider(name: unknown): Provider;
}

/**
 * They stand with the library's tests, since the prompt cache, of which some operations are, is not exported. So nothing but the vectors checks
 * that they keep this shape.
 */
export const loadRecordedNames = async (): Promise<RecordedNames> =>
  (await import(pathToFileURL(join(workspace, 'libs/hermesllm/test/support/provider-operations.ts')).href)) as RecordedNames;
