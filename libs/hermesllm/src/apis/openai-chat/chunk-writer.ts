import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import type { Frame } from '../../model/api.ts';
import type { LlmRequest } from '../../model/request.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import type { Usage } from '../../model/usage.ts';
import type { Scope } from '../../scope.ts';
import { encodeUsage } from './usage.ts';

/** Writes chunks that all have the same head. */
export interface ChunkWriter {
  /** Fixes the head. */
  begin(event: StreamEvent & { type: 'message-start' }): void;
  /** Unix time of the answer in seconds. */
  created(): number;
  /** A chunk of one choice. `facts` are further members of the chunk itself. */
  chunk(choice: JsonObject, facts?: JsonObject): Frame;
  /** The chunk that tells usage; undefined when it was not asked for. */
  usage(usage: Usage | undefined, facts?: JsonObject): Frame | undefined;
  /** What stands before the value of `delta`, and after it, in a chunk of that choice without anything else. */
  before(choice: number): string;
  readonly after: string;
}

export function chunkWriter(request: LlmRequest, scope: Scope): ChunkWriter {
  const withUsage = request.includeUsage;
  let common: JsonObject = {};
  let head = '';
  let created = 0;
  return {
    begin({ id, model, created: at, serviceTier }) {
      created = Math.floor(at ?? scope.now() / 1000);
      common = {
        id: id === '' ? scope.newId('chatcmpl-') : id,
        object: 'chat.completion.chunk',
        created,
        model: model === '' ? request.model : model,
        service_tier: serviceTier,
      };
      head = `${JSON.stringify(common).slice(0, -1)},"choices":[{"index":`;
    },
    created: () => created,
    chunk: (choice, facts) => frame(JSON.stringify({ ...common, ...facts, choices: [choice], usage: withUsage ? null : undefined })),
    usage(usage, facts) {
      if (!withUsage || usage === undefined) return undefined;
      return frame(JSON.stringify({ ...common, ...facts, choices: [], usage: encodeUsage(usage, scope) }));
    },
    before: (choice) => `${head}${choice},"delta":`,
    after: `,"finish_reason":null}]${withUsage ? ',"usage":null}' : '}'}`,
  };
}
