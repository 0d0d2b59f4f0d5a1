/** Rules about the conversation: who may speak, that function calls and responses fit together, and that thoughts come back signed. */
import type { SignatureBook } from '../shared/signature.ts';
import { invalid } from './error.ts';
import type { GeminiRefusal } from './error.ts';
import type { Content, Part } from './schema.ts';

/** What the documentation offers for calls that came from another model. */
const PLACEHOLDER_SIGNATURES = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'];

/** The text a thought signature is made for: the function's name for calls, one fixed word for other parts. */
export function signedText(part: Part): string {
  return part.functionCall?.name ?? 'text';
}

const partsOf = (content: Content | undefined): readonly Part[] => content?.parts ?? [];
const calls = (content: Content | undefined): Part[] => partsOf(content).filter((part) => part.functionCall !== undefined);
const responses = (content: Content | undefined): Part[] => partsOf(content).filter((part) => part.functionResponse !== undefined);

/** Every turn has a known role and says something its role may say. */
export function checkContents(contents: readonly Content[]): GeminiRefusal | undefined {
  if (contents.length === 0) return invalid('* GenerateContentRequest.contents: contents is not specified\n');
  for (const [position, content] of contents.entries()) {
    const path = `GenerateContentRequest.contents[${position}]`;
    if (content.role === undefined ? contents.length > 1 : !['user', 'model'].includes(content.role)) {
      return invalid('Please use a valid role: user, model.');
    }
    if (partsOf(content).length === 0) return invalid(`* ${path}.parts: contents.parts must not be empty.\n`);
    for (const [index, part] of partsOf(content).entries()) {
      if (part.text === '' && part.thoughtSignature === undefined) {
        return invalid(`* ${path}.parts[${index}].data: required oneof field 'data' must have one initialized field\n`);
      }
      if (content.role === 'model' && part.functionResponse !== undefined)
        return invalid('Function responses must be in a turn of the user role.');
      if (content.role !== 'model' && part.functionCall !== undefined)
        return invalid('Function calls must be in a turn of the model role.');
      if (content.role !== 'model' && part.thought === true) return invalid('Thoughts must be in a turn of the model role.');
    }
  }
  return undefined;
}

/** A call follows the user or a response; a response follows its calls directly and answers all of them. */
export function checkFunctionTurns(contents: readonly Content[]): GeminiRefusal | undefined {
  for (const [position, content] of contents.entries()) {
    const before = contents[position - 1];
    const called = calls(content);
    if (called.length > 0 && before?.role !== 'user') {
      return invalid('Please ensure that function call turn comes immediately after a user turn or after a function response turn.');
    }
    const answered = responses(content);
    const expected = calls(before);
    if (answered.length > 0 && expected.length === 0) {
      return invalid('Please ensure that function response turn comes immediately after a function call turn.');
    }
    if (expected.length !== answered.length && expected.length > 0) {
      return invalid(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      );
    }
    const open = expected.map((part) => part.functionCall);
    for (const { functionResponse } of answered) {
      const match = open.findIndex(
        (call) => call?.name === functionResponse?.name && (call?.id === undefined || call.id === functionResponse?.id),
      );
      if (match < 0)
        return invalid(`Function response for '${functionResponse?.name}' does not match any function call of the turn before.`);
      open.splice(match, 1);
    }
  }
  const last = contents.at(-1);
  if (calls(last).length > 0) return invalid('Please ensure that function call turn is followed by a function response turn.');
  return undefined;
}

/** Signatures are this provider's own; Gemini 3 wants one on the first call of each step of the current turn. */
export function checkSignatures(contents: readonly Content[], model: string, signatures: SignatureBook): GeminiRefusal | undefined {
  for (const content of contents) {
    for (const part of partsOf(content)) {
      const { thoughtSignature } = part;
      if (thoughtSignature === undefined || PLACEHOLDER_SIGNATURES.includes(thoughtSignature)) continue;
      if (!signatures.accepts(signedText(part), thoughtSignature)) return invalid('Thought signature is not valid.');
    }
  }
  if (!/^gemini-[3-9]/.test(model)) return undefined;
  const turn = contents.findLastIndex((content) => content.role === 'user' && responses(content).length === 0);
  for (const [position, content] of contents.entries()) {
    const first = position > turn ? calls(content)[0] : undefined;
    if (first === undefined || first.thoughtSignature !== undefined) continue;
    return invalid(
      `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly. ` +
        `Function call \`${first.functionCall?.name}\`, position ${position}.`,
    );
  }
  return undefined;
}
