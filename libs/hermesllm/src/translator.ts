import { codecs } from './apis/codecs.ts';
import { createTranslator } from './translate.ts';

const translator = createTranslator(codecs);

export const {
  /** Reads model and stream of a body without parsing it, to choose an upstream by. See {@link Translator.openRequest}. */
  openRequest,
  /** What a request says, without any translation. See {@link Translator.readRequest}. */
  readRequest,
  /** The client's request as the upstream's. See {@link Translator.translateRequest}. */
  translateRequest,
  /** A whole answer of the upstream as a stream for the client. See {@link Translator.streamResponse}. */
  streamResponse,
  /** A whole stream as one answer, for an upstream that only streams. See {@link Translator.foldResponse}. */
  foldResponse,
  /** The upstream's whole answer, or its error, as the client's. See {@link Translator.translateResponse}. */
  translateResponse,
  /** The machine that translates one stream. See {@link Translator.translateStream}. */
  translateStream,
  /** An error in the envelope of an API's clients. See {@link Translator.encodeError}. */
  encodeError,
} = translator;
