import type { JsonObject } from '../../codec.ts';
import { parseData } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { malformedStream, messageEnd, messageStart, streamError, truncated } from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import { isObject, maybeNumber, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import type { ChoiceDecoder } from './choice-decoder.ts';
import { choiceDecoder } from './choice-decoder.ts';
import { decodeError, isError } from './error.ts';
import { reportExtensions } from '../extensions.ts';
import { decodeExtensions } from './response.ts';
import { decodeUsage } from './usage.ts';
import type { WireAnswer, WireChoice } from './wire.ts';

/** Answers of one stream: OpenAI's own bound of `n`. */
const choiceLimit = 128;

/**
 * Reads a Chat Completions stream.
 *
 * Expected: chunks, each with pieces of some answers and at the end of an answer its `finish_reason`; then a chunk with `usage` and no
 * choices; then `[DONE]`. The end is told at `[DONE]`, or at the end of the body for servers that send none, because usage comes last.
 *
 * Tolerated: chunks before the first choice (Azure's filter results); everything in one chunk; usage in any chunk, also inside a choice
 * (Moonshot); pieces after the finish reason; unknown events; anything after the end. A body that ends without a finish reason or `[DONE]`
 * is cut. An error may be an object in place of a chunk, a member of one, or an event named `error`.
 *
 * Held are, for each answer, what {@link choiceDecoder} holds, and usage.
 */
export function streamDecoder(scope: Scope): Machine<Frame, StreamEvent> {
  const choices: (ChoiceDecoder | undefined)[] = [];
  let usage: Usage | undefined;
  let tier: string | undefined;
  let started = false;
  let ended = false;
  let aside = false;
  let next = 0;

  function choiceOf(number: number): ChoiceDecoder {
    let choice = choices[number];
    if (choice === undefined) {
      choice = choiceDecoder(number, () => next++, scope);
      choices[number] = choice;
    }
    return choice;
  }

  function begin(wire: WireAnswer, out: StreamEvent[]): void {
    if (started) return;
    started = true;
    tier = maybeString(wire.service_tier);
    reportExtensions(decodeExtensions(wire as JsonObject), undefined, scope);
    out.push(messageStart(stringOr(wire.id, ''), stringOr(wire.model, ''), maybeNumber(wire.created), undefined, tier));
  }

  function fail(event: StreamEvent): StreamEvent[] {
    ended = true;
    choices.length = 0;
    return [event];
  }

  /** What a chunk without answers says, such as Azure's filter results. */
  function reportAside(wire: WireAnswer): void {
    if (!aside) reportExtensions(decodeExtensions(wire as JsonObject), undefined, scope);
    aside = true;
  }

  function chunk(wire: WireAnswer, named: string | undefined): readonly StreamEvent[] {
    const list = wire.choices;
    let out: StreamEvent[] | undefined;
    if (Array.isArray(list)) {
      for (let i = 0; i < list.length; i++) {
        const item: unknown = list[i];
        if (!isObject(item)) continue;
        out ??= [];
        begin(wire, out);
        const piece: WireChoice = item;
        const number = typeof piece.index === 'number' && Number.isInteger(piece.index) && piece.index > 0 ? piece.index : 0;
        if (number >= choiceLimit) continue;
        const problem = choiceOf(number).push(piece, out);
        if (problem !== undefined) return [...out, ...fail(malformedStream(problem))];
        if (item['usage'] !== undefined) usage = decodeUsage(item['usage']) ?? usage;
      }
    }
    if (wire.usage !== undefined) usage = decodeUsage(wire.usage) ?? usage;
    else if (out === undefined && named === undefined) reportAside(wire);
    if (wire.service_tier !== undefined) tier = maybeString(wire.service_tier) ?? tier;
    return out ?? none;
  }

  function end(): StreamEvent[] {
    ended = true;
    const out: StreamEvent[] = [];
    begin({}, out);
    for (let number = 1; number < choices.length; number++) {
      const choice = choices[number];
      if (choice !== undefined) out.push({ type: 'choice-end', choice: number, finish: choice.end(out) });
    }
    out.push(messageEnd(choiceOf(0).end(out), usage, tier));
    return out;
  }

  function pushValue(value: unknown, event: string | undefined): readonly StreamEvent[] {
    const wire: JsonObject | undefined = isObject(value) ? value : undefined;
    if (event === 'error' || (wire !== undefined && isError(wire))) return fail(streamError(decodeError(0, value)));
    if (wire !== undefined) return chunk(wire, event);
    const first: unknown = Array.isArray(value) ? value[0] : undefined;
    if (isObject(first) && isError(first)) return fail(streamError(decodeError(0, first)));
    return fail(malformedStream('an event that is not a JSON object'));
  }

  return {
    push({ event, data }) {
      if (ended || data === '') return none;
      if (data === '[DONE]') return end();
      return pushValue(parseData(data) ?? (event === 'error' ? data : undefined), event);
    },
    finish() {
      if (ended) return none;
      return choices[0]?.finished() === true ? end() : fail(truncated());
    },
  };
}
