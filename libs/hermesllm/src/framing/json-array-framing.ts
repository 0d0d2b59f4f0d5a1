import { jsonArrayDecoder, jsonArrayEncoder } from './json-array.ts';
import type { StreamFraming } from './stream-framing.ts';
import { decodeText, noRest } from './stream-framing.ts';

/** Elements of a JSON array. Their bytes pass as they come: a reader of an array waits for its end anyway. */
export const jsonArrayFraming: StreamFraming = {
  id: 'json-array',
  contentType: 'application/json',
  decoder: (utf8, limit) => decodeText(jsonArrayDecoder(limit), utf8),
  encoder: jsonArrayEncoder,
  boundaries: () => ({ push: (bytes) => bytes.length, startBefore: () => 0, finish: () => noRest }),
};
