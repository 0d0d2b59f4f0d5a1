import { streamingDecoder, translateRequest, translateStream, type Utf8 } from '@plano/hermesllm';
import type { TranslationSubject } from './translation-subject.ts';

/** UTF-8 as the gateway hands it in. */
const decode = (bytes: Uint8Array) =>
  (bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString('utf8');
const utf8: Utf8 = { decode, encode: (text) => Buffer.from(text), createDecoder: () => streamingDecoder(decode) };

/** The library, used as the gateway uses it. */
export const hermesllm: TranslationSubject = {
  request: (body, route) => translateRequest(body, route, { utf8 }).body,
  streams: (body, route) => {
    const translated = translateRequest(body, route, { utf8 });
    return () => translateStream(translated);
  },
};
