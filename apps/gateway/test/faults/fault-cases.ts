import type { ApiId } from '@plano/hermesllm';
import type { Fault } from './faulty-upstream.ts';

/**
 * What the client must see. A number: an error of that status before anything else. `error-event`: a stream that ends with an error of the
 * client's API. `cut`: a connection that breaks, because the head of a whole answer had passed already. `passes`: what came, as it came.
 */
type Expected = number | 'error-event' | 'cut' | 'passes';

/** One case of the suite. */
export interface FaultCase {
  readonly fault: Fault;
  readonly api: ApiId;
  readonly stream: boolean;
  readonly expected: Expected;
}

/** Every fault: what a translated answer comes to, what a whole one of the same API comes to, what a stream comes to. */
const table: readonly (readonly [Fault, Expected, Expected, Expected])[] = [
  ['refuses', 502, 502, 502],
  ['hangs-before-head', 504, 504, 504],
  ['hangs-in-body', 504, 'cut', 'error-event'],
  ['resets-before-head', 502, 502, 502],
  ['resets-in-body', 502, 'cut', 'error-event'],
  ['sends-garbage', 502, 502, 502],
  ['sends-garbage-body', 502, 'passes', 'error-event'],
  ['closes-before-head', 502, 502, 502],
  ['closes-in-body', 502, 'cut', 'error-event'],
  ['drips', 504, 'cut', 'error-event'],
  ['answers-429', 429, 429, 429],
  ['answers-429-retry-after', 429, 429, 429],
  ['answers-500', 500, 500, 500],
  ['answers-500-retry-after', 500, 500, 500],
  ['answers-529', 529, 529, 529],
  ['answers-529-retry-after', 529, 529, 529],
];

/** Every fault that there is. */
export const faults: readonly Fault[] = table.map(([fault]) => fault);

/** 529 is Anthropic's own: other clients are told 503, unless it came from an upstream of their own API, as the chat client's does. */
const toldTo = (api: ApiId, expected: Expected): Expected =>
  expected === 529 && api !== 'anthropic-messages' && api !== 'openai-chat' ? 503 : expected;

/** All cases for clients of these APIs. */
export function faultCases(apis: readonly ApiId[]): FaultCase[] {
  const cases: FaultCase[] = [];
  for (const api of apis) {
    for (const [fault, translated, same, streamed] of table) {
      cases.push({ fault, api, stream: false, expected: toldTo(api, api === 'openai-chat' ? same : translated) });
      cases.push({ fault, api, stream: true, expected: toldTo(api, streamed) });
    }
  }
  return cases;
}
