import type { Codec } from '../../codec.ts';
import { awsFraming } from '../../framing/aws-framing.ts';
import { decodeError, decodeFailure, encodeError } from './error.ts';
import { api } from './api.ts';
import { proofs } from './proofs.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { decodeResponse, encodeResponse } from './response.ts';
import { streamDecoder } from './stream-decoder.ts';
import { streamEncoder } from './stream-encoder.ts';
import { toolUseId } from './tool-use.ts';

/**
 * {@link https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html | Amazon Bedrock's Converse} and ConverseStream.
 * Model and stream stand in the path, not in the body.
 */
export const bedrockConverse = {
  api,
  framings: [awsFraming],
  endFrame: undefined,
  sequentialBlocks: true,
  requiredMembers: {}, // a prompt of Prompt management can stand for the messages
  modelInBody: false,
  proofs,
  toolName: toolUseId,
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
