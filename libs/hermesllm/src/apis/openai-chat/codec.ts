import type { Codec } from '../../codec.ts';
import { frame } from '../../codec.ts';
import { sseFraming } from '../../framing/sse-framing.ts';
import { decodeError, decodeFailure, encodeError } from './error.ts';
import { plainName } from '../name-mark.ts';
import { api } from './api.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { decodeFacts, decodeResponse, encodeResponse } from './response.ts';
import { streamDecoder } from './stream-decoder.ts';
import { streamEncoder } from './stream-encoder.ts';

/** {@link https://platform.openai.com/docs/api-reference/chat | OpenAI's Chat Completions API} and what compatible servers make of it. */
export const openaiChat = {
  api,
  framings: [sseFraming],
  endFrame: frame('[DONE]'),
  sequentialBlocks: false,
  requiredMembers: { messages: '[' },
  modelInBody: true,
  toolName: (name) => plainName(name, 64),
  decodeRequest,
  encodeRequest,
  decodeResponse,
  decodeFacts,
  encodeResponse,
  decodeFailure,
  streamDecoder,
  streamEncoder,
  decodeError,
  encodeError,
} satisfies Codec;
