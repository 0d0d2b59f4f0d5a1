import type { Codec } from '../../codec.ts';
import { frame } from '../../codec.ts';
import { sseFraming } from '../../framing/sse-framing.ts';
import { plainName } from '../name-mark.ts';
import { api } from './api.ts';
import { decodeError, decodeFailure, encodeError } from './error.ts';
import { proofs } from './proofs.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { decodeResponse, encodeResponse } from './response.ts';
import { streamDecoder } from './stream-decoder.ts';
import { streamEncoder } from './stream-encoder.ts';

/** {@link https://platform.claude.com/docs/en/api/messages | Anthropic's Messages API}. */
export const anthropicMessages = {
  api,
  framings: [sseFraming],
  endFrame: frame('{"type":"message_stop"}', 'message_stop'),
  sequentialBlocks: true,
  requiredMembers: { messages: '[', max_tokens: '' },
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
  decodeError,
  encodeError,
} satisfies Codec;
