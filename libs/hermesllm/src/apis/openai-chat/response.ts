import type { JsonObject } from '../../codec.ts';
import type { Extensions, LlmRequest } from '../../model/request.ts';
import type { Answer, LlmResponse, ResponseFacts, TokenLogprob } from '../../model/response.ts';
import { textTokens } from '../../model/response.ts';
import { isObject, listOf, maybeNumber, maybeString, setMember, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { decodeAnswerMessage, encodeAnswerMessage } from './answer-message.ts';
import { decodeFinish, encodeFinish } from './finish.ts';
import { decodeLogprobs, encodeLogprobs } from './logprobs.ts';
import { api } from './api.ts';
import { decodeUsage, encodeUsage } from './usage.ts';
import type { WireAnswer, WireChoice, WireContent } from './wire.ts';
import { words } from '../../words.ts';
import { answerExtensions, reportExtensions, reportUnread } from '../extensions.ts';

/** `obfuscation` is padding. */
const known = words('id object created model choices usage service_tier obfuscation');
export const choiceMembers = words('index message delta finish_reason logprobs usage');

/** An answer. Whatever is missing or odd is absent. */
export function decodeResponse(value: unknown, scope: Scope): LlmResponse {
  const wire: WireAnswer & JsonObject = isObject(value) ? value : {};
  const choices = listOf(wire.choices).filter(isObject);
  choices.sort((a, b) => numberOf(a) - numberOf(b));
  const answer = decodeChoice(choices[0] ?? {}, 'choices[0]', scope);
  const others: Answer[] = [];
  for (let i = 1; i < choices.length; i++) others.push(decodeChoice(choices[i] as WireChoice, `choices[${i}]`, scope));
  return {
    id: stringOr(wire.id, ''),
    model: stringOr(wire.model, ''),
    created: maybeNumber(wire.created),
    blocks: answer.blocks,
    finish: answer.finish,
    logprobs: answer.logprobs,
    usage: decodeUsage(wire.usage),
    alternatives: others.length === 0 ? undefined : others,
    serviceTier: maybeString(wire.service_tier),
    extensions: decodeExtensions(wire),
  };
}

/** The usual answer is one message of text: nothing in it says more about its end than the finish reason does. */
export function decodeFacts(value: unknown): ResponseFacts | undefined {
  const wire: WireAnswer = isObject(value) ? value : {};
  const [first, ...others] = listOf(wire.choices);
  const choice: WireChoice = isObject(first) ? first : {};
  if (others.length > 0 || !isObject(choice.message) || !isText(choice.message)) return undefined;
  return { model: stringOr(wire.model, ''), usage: decodeUsage(wire.usage), finish: decodeFinish(reasonOf(choice), false, false) };
}

const isText = ({ content, refusal, tool_calls: calls, function_call: call }: WireContent): boolean =>
  !Array.isArray(content) && (typeof refusal !== 'string' || refusal === '') && listOf(calls).length === 0 && !isObject(call);

const reasonOf = ({ finish_reason: raw }: WireChoice): string | null => (typeof raw === 'string' && raw !== '' ? raw : null);

const numberOf = ({ index }: WireChoice): number => maybeNumber(index) ?? 0;

function decodeChoice(choice: WireChoice, path: string, scope: Scope): Answer {
  const blocks = decodeAnswerMessage(choice.message, `${path}.message`, scope);
  reportUnread(choice as JsonObject, choiceMembers, path, scope);
  let calls = false;
  let refused = false;
  for (const { type } of blocks) {
    if (type === 'tool-call') calls = true;
    else if (type === 'refusal') refused = true;
  }
  return {
    blocks,
    finish: decodeFinish(reasonOf(choice), calls, refused),
    logprobs: decodeLogprobs(choice.logprobs),
  };
}

export const decodeExtensions = (wire: JsonObject): Extensions | undefined => answerExtensions(api, wire, known);

export function encodeResponse(response: LlmResponse, request: LlmRequest, scope: Scope): JsonObject {
  const { id, model, usage, serviceTier, extensions } = response;
  const created = Math.floor(response.created ?? scope.now() / 1000);
  const choices = [encodeChoice(response, 0, created, 'blocks', scope)];
  const { alternatives = [] } = response;
  for (let i = 0; i < alternatives.length; i++) {
    choices.push(encodeChoice(alternatives[i] as Answer, i + 1, created, `alternatives[${i}].blocks`, scope));
  }
  const wire: Record<string, unknown> = {
    id: id === '' ? scope.newId('chatcmpl-') : id,
    object: 'chat.completion',
    created,
    model: model === '' ? request.model : model,
    choices,
    usage: usage === undefined ? undefined : encodeUsage(usage, scope),
    service_tier: serviceTier,
  };
  reportExtensions(extensions, api, scope);
  if (extensions?.api === api) for (const key in extensions.fields) setMember(wire, key, extensions.fields[key]);
  return wire;
}

function encodeChoice(answer: Answer, index: number, created: number, path: string, scope: Scope): JsonObject {
  const { blocks, finish, logprobs } = answer;
  const { message, calls, refused } = encodeAnswerMessage(blocks, created, path, scope);
  const count = textTokens(answer);
  return {
    index,
    message,
    logprobs: logprobs === undefined ? null : { content: tokensOf(logprobs, 0, count), refusal: tokensOf(logprobs, count) },
    finish_reason: encodeFinish(finish, calls, refused, scope),
  };
}

function tokensOf(logprobs: readonly TokenLogprob[], begin: number, end?: number): object | null {
  const tokens = logprobs.slice(begin, end);
  return tokens.length === 0 ? null : encodeLogprobs(tokens);
}
