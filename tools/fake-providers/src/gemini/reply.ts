import type { Ask, ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import { tokenize } from '../shared/sample.ts';
import type { Block, Finish } from '../shared/script.ts';
import type { SignatureBook } from '../shared/signature.ts';
import type { Candidate, Content, GenerateContentRequest, GenerateContentResponse, Part } from './schema.ts';
import { signedText } from './turn-rules.ts';
import { declaredFunctions } from './validate.ts';

type FinishReason = NonNullable<Candidate['finishReason']>;

const textOf = (content: Content | undefined): string =>
  (content?.parts ?? []).map((part) => (part.thought === true ? '' : (part.text ?? ''))).join('');

/** Reads what decides the default answer. */
export function readAsk(request: GenerateContentRequest, model: string): Ask {
  const last = request.contents.at(-1);
  const toolResults: string[] = [];
  for (const { functionResponse } of last?.parts ?? []) {
    if (functionResponse === undefined) continue;
    const { output, result, error } = functionResponse.response;
    const value = output ?? result ?? error ?? functionResponse.response;
    toolResults.push(typeof value === 'string' ? value : JSON.stringify(value));
  }
  const config = request.generationConfig ?? {};
  const calling = request.toolConfig?.functionCallingConfig;
  const only = calling?.allowedFunctionNames?.length === 1 ? calling.allowedFunctionNames[0] : undefined;
  const allowed = calling?.allowedFunctionNames;
  const { includeThoughts, thinkingBudget, thinkingLevel } = config.thinkingConfig ?? {};
  return {
    model,
    userText: last?.role === 'model' ? '' : textOf(last),
    toolResults,
    inputText: JSON.stringify([request.systemInstruction, request.contents]),
    tools: declaredFunctions(request)
      .filter(({ name }) => allowed === undefined || allowed.includes(name))
      .map(({ name, parameters, parametersJsonSchema }) => ({ name, parameters: parametersJsonSchema ?? parameters, freeForm: false })),
    toolChoice: calling?.mode === 'NONE' ? 'none' : calling?.mode !== 'ANY' ? 'auto' : only === undefined ? 'required' : { name: only },
    parallelCalls: true,
    reasoning: thinkingBudget !== 0 && (includeThoughts === true || thinkingBudget !== undefined || thinkingLevel !== undefined),
    outputSchema: config.responseJsonSchema ?? config.responseSchema ?? (config.responseMimeType === 'application/json' ? true : undefined),
    maxTokens: config.maxOutputTokens,
    stop: config.stopSequences ?? [],
  };
}

const FINISH: Readonly<Record<Finish, FinishReason>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  length: 'MAX_TOKENS',
  context_window: 'MAX_TOKENS',
  tool_use: 'STOP',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'CONTINUATION',
  malformed: 'MALFORMED_FUNCTION_CALL',
};

/** Gemini's word for why the model stopped. */
function finishReason({ finish }: ResolvedAnswer): FinishReason {
  return typeof finish === 'string' ? FINISH[finish] : (finish.raw as FinishReason);
}

function parseArguments(block: Block & { type: 'tool_call' }): Record<string, unknown> {
  if (typeof block.arguments !== 'string') return { ...block.arguments };
  try {
    return JSON.parse(block.arguments) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/**
 * The parts of an answer. Thoughts are shown when the request includes them; either way the signature of what was thought stands on the next
 * part. Gemini 3 gives ids to calls and signs the first one always.
 */
export function makeParts(
  answer: ResolvedAnswer,
  request: GenerateContentRequest,
  model: string,
  random: Random,
  signatures: SignatureBook,
): Part[] {
  const parts: Part[] = [];
  const modern = /^gemini-[3-9]/.test(model);
  const shown = request.generationConfig?.thinkingConfig?.includeThoughts === true;
  let pending: { given: string | undefined } | undefined = modern ? { given: undefined } : undefined;
  const push = (part: Part): void => {
    const signs = pending !== undefined && (part.functionCall !== undefined || pending.given !== undefined || !modern);
    parts.push(signs ? { ...part, thoughtSignature: signatures.issue(signedText(part), pending?.given) } : part);
    if (signs) pending = undefined;
  };
  for (const block of answer.blocks) {
    switch (block.type) {
      case 'reasoning':
        if (shown) parts.push({ text: block.text, thought: true });
        pending = { given: block.signature };
        break;
      case 'redacted_reasoning':
        pending = { given: block.data };
        break;
      case 'text':
        push({ text: block.text });
        break;
      case 'tool_call': {
        const id = block.id ?? (modern ? random.token(8).toLowerCase() : undefined);
        push({ functionCall: { ...(id === undefined ? {} : { id }), name: block.name, args: parseArguments(block) } });
        break;
      }
      default:
        break;
    }
  }
  return parts;
}

/** The bill; thoughts are counted apart from the candidates. */
export function usageOf({ usage }: ResolvedAnswer, candidates: number): NonNullable<GenerateContentResponse['usageMetadata']> {
  const prompt = usage.uncached + usage.cacheRead + usage.cacheWrite;
  const output = (usage.output - usage.reasoning) * candidates;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: output,
    totalTokenCount: prompt + output + usage.reasoning,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    ...(usage.cacheRead > 0
      ? { cachedContentTokenCount: usage.cacheRead, cacheTokensDetails: [{ modality: 'TEXT' as const, tokenCount: usage.cacheRead }] }
      : {}),
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  };
}

function logprobs(parts: readonly Part[], request: GenerateContentRequest): Pick<Candidate, 'avgLogprobs' | 'logprobsResult'> {
  if (request.generationConfig?.responseLogprobs !== true) return {};
  const tokens = tokenize(parts.map((part) => (part.thought === true ? '' : (part.text ?? ''))).join(''));
  const chosenCandidates = tokens.map((token, position) => ({ token, tokenId: position, logProbability: -((position % 7) + 1) / 100 }));
  return {
    avgLogprobs: -0.04,
    logprobsResult: { chosenCandidates, topCandidates: chosenCandidates.map((entry) => ({ candidates: [entry] })) },
  };
}

/** What makes an answer safe or not, in Gemini's form. */
function ratings(blocked: boolean): NonNullable<Candidate['safetyRatings']> {
  return [
    { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: blocked ? 'HIGH' : 'NEGLIGIBLE', ...(blocked ? { blocked: true } : {}) },
  ];
}

/** The fields that close a candidate. */
export function closing(answer: ResolvedAnswer): Pick<Candidate, 'finishReason' | 'safetyRatings'> {
  const reason = finishReason(answer);
  return { finishReason: reason, ...(reason === 'SAFETY' ? { safetyRatings: ratings(true) } : {}) };
}

/** The answer to a prompt that is not answered at all: a refusal and nothing else. */
export function blockedPrompt(answer: ResolvedAnswer): Pick<GenerateContentResponse, 'promptFeedback'> | undefined {
  const [first, ...rest] = answer.blocks;
  if (first?.type !== 'refusal' || rest.length > 0) return undefined;
  return { promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: first.text, safetyRatings: ratings(true) } };
}

/** A whole answer. */
export function makeGenerateContentResponse(
  answer: ResolvedAnswer,
  request: GenerateContentRequest,
  model: string,
  random: Random,
  signatures: SignatureBook,
): GenerateContentResponse {
  const count = request.generationConfig?.candidateCount ?? 1;
  const head = { modelVersion: model, responseId: random.token(22) };
  const blocked = blockedPrompt(answer);
  if (blocked !== undefined) return { ...blocked, usageMetadata: usageOf(answer, 0), ...head };
  const candidates = Array.from({ length: count }, (_, index): Candidate => {
    const parts = makeParts(answer, request, model, random, signatures);
    return { content: { role: 'model', ...(parts.length > 0 ? { parts } : {}) }, ...closing(answer), index, ...logprobs(parts, request) };
  });
  return { candidates, usageMetadata: usageOf(answer, count), ...head };
}
