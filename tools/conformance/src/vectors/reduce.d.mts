/** What a client's SDK would build of a stream, and how the stream broke the API's protocol. */
export function reduce(client: string, text: string): { reduced: unknown; protocol: string[] };
