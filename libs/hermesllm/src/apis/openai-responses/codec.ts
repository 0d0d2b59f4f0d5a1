import type { Codec } from '../../codec.ts';
import { sseFraming } from '../../framing/sse-framing.ts';
import { decodeError, decodeFailure, encodeError } from './error.ts';
import { plainName } from '../name-mark.ts';
import { api } from './api.ts';
import { proofs } from './reasoning.ts';
import { conversationMembers, decodeRequest, encodeRequest } from './request.ts';
import { decodeResponse, encodeResponse } from './response.ts';
import { streamDecoder } from './stream-decoder.ts';
import { continueAfter, streamEncoder } from './stream-encoder.ts';

/** {@link https://platform.openai.com/docs/api-reference/responses | OpenAI's Responses API}. */
export const openaiResponses = {
  api,
  framings: [sseFraming],
  endFrame: undefined,
  // Items could overlap, but clients are simpler to please when one is closed before the next.
  sequentialBlocks: true,
  requiredMembers: { [conversationMembers.join(' ')]: '' },
  modelInBody: true,
  proofs,
  toolName: (name) => plainName(name, 128),
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
  decodeFailure,
  streamDecoder,
  streamEncoder,
  continueAfter,
  decodeError,
  encodeError,
} satisfies Codec;
