import { codecs } from './apis/codecs.ts';
import { createTranslator } from './translate.ts';

const translator = createTranslator(codecs);

export const { openRequest, translateRequest, streamResponse, translateResponse, translateStream, encodeError } = translator;
