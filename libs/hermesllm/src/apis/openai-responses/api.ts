import type { ApiId } from '../../model/api.ts';

/** This API's own id: what it compares origins of signatures, files, tools and unknown blocks with. */
export const api: ApiId = 'openai-responses';

/** Chat Completions is served by the same platform: files and a few request fields are shared. */
export const isFamily = (other: ApiId): boolean => other === api || other === 'openai-chat';
