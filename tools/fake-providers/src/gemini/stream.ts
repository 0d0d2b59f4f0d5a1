import type { ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import { tokenize } from '../shared/sample.ts';
import type { SignatureBook } from '../shared/signature.ts';
import { blockedPrompt, closing, makeParts, usageOf } from './reply.ts';
import type { Candidate, GenerateContentRequest, GenerateContentResponse, Part } from './schema.ts';

const TOKENS_AN_EVENT = 4;

/** A part as it is streamed: texts in pieces, the signature on a last, empty one; everything else whole. */
function unfold(part: Part): Part[] {
  if (part.text === undefined) return [part];
  const { text, thoughtSignature, ...rest } = part;
  const tokens = tokenize(text);
  const pieces: Part[] = [];
  for (let start = 0; start < tokens.length; start += TOKENS_AN_EVENT)
    pieces.push({ ...rest, text: tokens.slice(start, start + TOKENS_AN_EVENT).join('') });
  if (thoughtSignature !== undefined) pieces.push({ ...rest, text: '', thoughtSignature });
  return pieces;
}

/** All events of a streamed answer; usage grows from event to event, and the last one says why the model stopped. */
export function makeGeminiEvents(
  answer: ResolvedAnswer,
  request: GenerateContentRequest,
  model: string,
  random: Random,
  signatures: SignatureBook,
): GenerateContentResponse[] {
  const head = { modelVersion: model, responseId: random.token(22) };
  const blocked = blockedPrompt(answer);
  if (blocked !== undefined) return [{ ...blocked, usageMetadata: usageOf(answer, 0), ...head }];
  const count = request.generationConfig?.candidateCount ?? 1;
  const perCandidate = Array.from({ length: count }, () => makeParts(answer, request, model, random, signatures).flatMap(unfold));
  const steps = Math.max(1, ...perCandidate.map((pieces) => pieces.length));
  const total = usageOf(answer, count);
  const events: GenerateContentResponse[] = [];
  for (let step = 0; step < steps; step += 1) {
    for (const [index, pieces] of perCandidate.entries()) {
      const piece = pieces[step];
      const last = step === steps - 1;
      const candidate: Candidate = {
        content: { role: 'model', ...(piece === undefined ? {} : { parts: [piece] }) },
        index,
        ...(last ? closing(answer) : {}),
      };
      const produced = Math.floor((total.candidatesTokenCount ?? 0) * ((step + 1) / steps));
      const { thoughtsTokenCount = 0, promptTokenCount = 0 } = total;
      const usageMetadata = { ...total, candidatesTokenCount: produced, totalTokenCount: promptTokenCount + produced + thoughtsTokenCount };
      events.push({ candidates: [candidate], usageMetadata, ...head });
    }
  }
  return events;
}
