// `-20250929`, `-2025-09-29`, `@20250929` (Vertex) and `-latest`; Bedrock puts its own version behind the date: `-20250929-v1:0`.
const dateMark = /(?:[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2})|-latest)(?=$|-v\d+(?::\d+)?$)/;

/**
 * An id without its release date or `-latest`: the name that all its releases share.
 *
 * @example
 * undatedId('claude-sonnet-4-5-20250929'); // 'claude-sonnet-4-5'
 * undatedId('gpt-4o-2024-08-06'); // 'gpt-4o'
 */
export const undatedId = (id: string): string => id.replace(dateMark, '');
