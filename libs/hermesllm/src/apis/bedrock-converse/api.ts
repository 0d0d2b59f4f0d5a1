import type { ApiId } from '../../model/api.ts';

/** This API's own id: what it compares origins of signatures, files, tools and unknown blocks with. */
export const api: ApiId = 'bedrock-converse';
