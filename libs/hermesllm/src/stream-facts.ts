import type { StreamEvent } from './model/stream-event.ts';
import type { AnswerFacts } from './translate.ts';

/** What is known of a stream, from its events. */
export interface StreamFacts {
  readonly facts: AnswerFacts;
  /** Takes an event; true for the one that ends the answer. */
  note(event: StreamEvent): boolean;
}

export function createStreamFacts(): StreamFacts {
  const facts: AnswerFacts = { model: undefined, usage: undefined, finish: undefined, error: undefined };
  return {
    facts,
    note(event) {
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
    },
  };
}
