import type { Codec } from '../../codec.ts';
import { jsonArrayFraming } from '../../framing/json-array-framing.ts';
import { sseFraming } from '../../framing/sse-framing.ts';
import { api } from './api.ts';
import { decodeError, decodeFailure, encodeError } from './error.ts';
import { proofs } from './proofs.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { decodeResponse, encodeResponse } from './response.ts';
import { streamDecoder } from './stream-decoder.ts';
import { streamEncoder } from './stream-encoder.ts';
import { geminiToolName } from './tool-name.ts';

export { geminiToolName } from './tool-name.ts';

/** {@link https://ai.google.dev/api/generate-content | Google's Gemini API}: `generateContent` and `streamGenerateContent`. */
export const gemini = {
  api,
  framings: [sseFraming, jsonArrayFraming],
  endFrame: undefined,
  sequentialBlocks: true,
  requiredMembers: { contents: '' },
  toolName: geminiToolName,
  modelInBody: false,
  proofs,
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
