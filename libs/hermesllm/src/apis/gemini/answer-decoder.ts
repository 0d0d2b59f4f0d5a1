import { none } from '../../machine.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { messageEnd, messageStart } from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import { isObject, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import type { CandidateDecoder } from './candidate-decoder.ts';
import { candidateDecoder } from './candidate-decoder.ts';
import { decodeServedTier, decodeUsage } from './usage.ts';
import type { WireAnswer } from './wire.ts';

/** Candidates of one answer; Gemini's own bound is 8. */
const candidateLimit = 64;

/** Reads answers and chunks of answers, which have the same shape. */
export interface AnswerDecoder {
  push(wire: WireAnswer): readonly StreamEvent[];
  /** Whether the first candidate has its finish reason, or the prompt was blocked. */
  finished(): boolean;
  end(): StreamEvent[];
}

/** Usage counts the whole answer in every chunk: the last one is right. */
export function answerDecoder(scope: Scope): AnswerDecoder {
  const candidates: (CandidateDecoder | undefined)[] = [];
  let usage: Usage | undefined;
  let tier: string | undefined;
  let started = false;
  let next = 0;

  function candidateOf(number: number): CandidateDecoder {
    let candidate = candidates[number];
    if (candidate === undefined) {
      candidate = candidateDecoder(number, () => next++, scope);
      candidates[number] = candidate;
    }
    return candidate;
  }

  function begin(wire: WireAnswer, out: StreamEvent[]): void {
    if (started) return;
    started = true;
    out.push(messageStart(stringOr(wire.responseId, ''), stringOr(wire.modelVersion, ''), secondsOf(wire.createTime), usage, tier));
  }

  return {
    push(wire) {
      if (wire.usageMetadata !== undefined) {
        usage = decodeUsage(wire.usageMetadata) ?? usage;
        tier = decodeServedTier(wire.usageMetadata) ?? tier;
      }
      const list = wire.candidates;
      let out: StreamEvent[] | undefined;
      if (Array.isArray(list)) {
        for (let i = 0; i < list.length; i++) {
          const candidate: unknown = list[i];
          if (!isObject(candidate)) continue;
          const { index } = candidate;
          const number = typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : i;
          if (number >= candidateLimit) continue;
          out ??= [];
          begin(wire, out);
          candidateOf(number).push(candidate, out);
        }
      }
      const { promptFeedback } = wire;
      if (out === undefined && isObject(promptFeedback)) {
        const reason = maybeString(promptFeedback['blockReason']);
        if (reason !== undefined && !candidateOf(0).finished()) {
          out = [];
          begin(wire, out);
          const message = maybeString(promptFeedback['blockReasonMessage']) ?? '';
          candidateOf(0).block(reason, message === '' ? `The prompt was blocked: ${reason}` : message, out);
        }
      }
      return out ?? none;
    },
    finished: () => candidates[0]?.finished() === true,
    end() {
      const out: StreamEvent[] = [];
      begin({}, out);
      for (let number = 1; number < candidates.length; number++) {
        const candidate = candidates[number];
        if (candidate !== undefined) out.push({ type: 'choice-end', choice: number, finish: candidate.end(out) });
      }
      out.push(messageEnd(candidateOf(0).end(out), usage, tier));
      return out;
    },
  };
}

/** `createTime`, as seconds since the epoch. */
function secondsOf(time: unknown): number | undefined {
  const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
