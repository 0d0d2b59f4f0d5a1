import type { FunctionTool } from './function-tool.ts';
import { isUncertain, tokenUncertainty } from './token-uncertainty.ts';

/** What a token is part of: a function's name, a parameter's name, a value, or none of them. */
type TokenKind = 'function' | 'parameter' | 'value' | 'none';

/** A value that the model may have invented. `parameter` is null when the function itself is unknown. */
export interface SuspectedHallucination {
  readonly functionName: string;
  readonly parameter: string | null;
}

/** Reads the tokens of a tool call as they come; see {@link createHallucinationDetector}. */
export interface HallucinationDetector {
  /** Takes the next token with the log-probabilities of its candidates; tells if it is suspicious. */
  push(token: string, logprobs: readonly number[]): SuspectedHallucination | undefined;
  /** What each token so far is part of. */
  readonly kinds: readonly TokenKind[];
}

const functionStart = ['{"name":"', "{'name':'"];
const argumentsStart = ['"arguments":{"', "'arguments':{'"];
const nameEnd = ['":', ':"', "':", ":'", '":"', "':'"];
const memberEnd = ['","', "','"];
const unquotedMemberEnd = [',"', ",'"];
const stringEnd = ['",', "',"];
const valueEnd = ['",', '"}'];
const valueStart = ['":', "':"];
/** Characters that are kept of the text; more than the longest pattern. */
const tailLength = 32;
const closers: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };
const notPunctuation = /[^!-/:-@[-`{-~]/;

/*
 * A state machine over the tokens of `{"tool_calls": [{"name": "f", "arguments": {"p": "v", …}}, …]}`, written by a model whose tokens cut the
 * text anywhere. It looks only at how the text ends after each token, spaces left out:
 *
 *   … {"name":"        → function    the tokens up to `",` are the function's name
 *   … "arguments":{"   → parameter   the tokens up to `":` are a parameter's name
 *   … "p":             → value       its first token that is more than punctuation is tested, up to `",` or `"}`
 *   … ","              → parameter   the next one, unless a bracket is open in the value
 *   … }}               → none        the call is over
 *
 * Tested is the first value token of each required parameter that has no enum: a model that was not told a city still writes one, but its
 * candidates are many. All that follows the first token of a value depends on it and says nothing. Values of an unknown function are tested
 * token by token.
 */

/**
 * Finds values that the model invented for required parameters, by the entropy of their first token.
 *
 * @example
 * const detector = createHallucinationDetector(tools);
 * for (const { text, logprobs } of tokens) if (detector.push(text, logprobs) !== undefined) return askForIt();
 */
export function createHallucinationDetector(tools: readonly FunctionTool[]): HallucinationDetector {
  const schemas = new Map(tools.map((tool) => [tool.name, tool]));
  const kinds: TokenKind[] = [];
  const checked = new Set<string>();
  let mode: TokenKind = 'none';
  let tail = '';
  let name = '';
  let functionName = '';
  let parameter: string | undefined;
  let nameDone = false;
  let openBracket: string | null = null;
  let quoted: boolean | undefined;

  const endsWith = (patterns: readonly string[]): boolean => patterns.some((pattern) => tail.endsWith(pattern));

  function check(logprobs: readonly number[], continued: boolean): SuspectedHallucination | undefined {
    const tool = schemas.get(functionName);
    if (tool === undefined) {
      return functionName !== '' && isUncertain(tokenUncertainty(logprobs)) ? { functionName, parameter: null } : undefined;
    }
    if (continued || parameter === undefined || checked.has(parameter)) return undefined;
    if (!tool.required.includes(parameter) || tool.hasEnum(parameter)) return undefined;
    checked.add(parameter);
    return isUncertain(tokenUncertainty(logprobs)) ? { functionName, parameter } : undefined;
  }

  function readValue(token: string, logprobs: readonly number[]): SuspectedHallucination | undefined {
    const text = token.trim();
    if (text !== '') quoted ??= text.startsWith('"') || text.startsWith("'");
    for (const character of text) {
      if (openBracket === null) openBracket = Object.hasOwn(closers, character) ? character : null;
      else if (character === closers[openBracket]) openBracket = null;
    }
    if (!notPunctuation.test(text)) return undefined;
    const continued = kinds.at(-1) === 'value';
    kinds.push('value');
    return check(logprobs, continued);
  }

  return {
    kinds,
    push(token, logprobs) {
      const position = kinds.length;
      let suspected: SuspectedHallucination | undefined;
      let named = false;
      tail = (tail + token.replaceAll(' ', '')).slice(-tailLength);
      if (tail.endsWith('}}')) {
        mode = 'none';
        nameDone = false;
        openBracket = null;
        checked.clear();
      }
      if (mode === 'function') {
        if (endsWith(stringEnd) || endsWith(memberEnd)) {
          functionName = (name + token).trimEnd().replace(/["']\s*,\s*["']?$/, '');
          mode = 'none';
        } else {
          kinds.push('function');
          name += token;
        }
      }
      if (endsWith(functionStart)) {
        mode = 'function';
        name = '';
      }
      if (mode === 'parameter') {
        if (endsWith(nameEnd)) {
          // With a token such as `":"` the name's end already opens the value.
          parameter = (name + token).trim().replace(/["']?\s*:\s*["']?$/, '');
          mode = 'none';
          nameDone = true;
          named = true;
        } else {
          kinds.push('parameter');
          name += token;
        }
      } else if (nameDone && openBracket === null) {
        // After a value without quotes no `",` has ended it.
        const next = endsWith(memberEnd) || (mode === 'value' && quoted === false && endsWith(unquotedMemberEnd));
        if (next) {
          mode = 'parameter';
          name = '';
        }
      }
      if (endsWith(argumentsStart)) {
        mode = 'parameter';
        name = '';
      }
      if (mode === 'value') {
        if (!endsWith(valueEnd)) suspected = readValue(token, logprobs);
        else if (openBracket === null) mode = 'none';
      } else if (named || (nameDone && endsWith(valueStart))) {
        mode = 'value';
        quoted = tail.endsWith(':') ? undefined : true;
      }
      if (kinds.length === position) kinds.push('none');
      return suspected;
    },
  };
}
