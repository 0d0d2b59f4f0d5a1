import type { StreamEvent } from './model/stream-event.ts';
import type { AnswerFacts } from './translate.ts';

/** What is known of a stream of which nothing has come. */
export const noStreamFacts = (): AnswerFacts => ({ model: undefined, usage: undefined, finish: undefined, error: undefined });

/** Takes an event; true for the one that ends the answer. */
export function noteEvent(facts: AnswerFacts, event: StreamEvent): boolean {
  switch (event.type) {
    case 'message-start':
      facts.model = event.model;
      return false;
    case 'message-end':
      facts.usage = event.usage;
      facts.finish = event.finish;
      return true;
    case 'error':
      facts.error = event.error;
      return true;
    default:
      return false;
  }
}
