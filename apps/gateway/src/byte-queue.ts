import { Buffer } from 'node:buffer';
import type { HttpBody } from '@plano/common';

/** Bytes between a source that pushes and one reader that pulls. */
export interface ByteQueue {
  push(chunks: readonly HttpBody[]): void;
  end(): void;
  /** What waits is dropped: its reader gets the error. */
  fail(error: Error): void;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What the source is told. */
export interface ByteQueueEvents {
  /** More waits than should: the source is to pause. */
  onFull(): void;
  onRoom(): void;
  /** The reader has left before the end. */
  onLeft(): void;
}

const fullBytes = 256 * 1024;

/** Creates a queue that asks its source to pause while more than 256 KiB wait. It can be read once. */
export function createByteQueue({ onFull, onRoom, onLeft }: ByteQueueEvents): ByteQueue {
  let waiting: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  let failed: Error | undefined;
  let wake: (() => void) | undefined;

  function notify(): void {
    wake?.();
    wake = undefined;
  }

  async function* read(): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        if (failed !== undefined) throw failed;
        const chunks = waiting;
        if (chunks.length > 0) {
          waiting = [];
          const wasFull = size > fullBytes;
          size = 0;
          if (wasFull) onRoom();
          yield* chunks;
        } else if (ended) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      waiting = [];
      if (!ended && failed === undefined) onLeft();
    }
  }

  return {
    push(chunks) {
      const wasFull = size > fullBytes;
      for (const chunk of chunks) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
        if (bytes.length === 0) continue;
        size += bytes.length;
        waiting.push(bytes);
      }
      if (!wasFull && size > fullBytes) onFull();
      notify();
    },
    end() {
      ended = true;
      notify();
    },
    fail(error) {
      failed = error;
      notify();
    },
    bytes: { [Symbol.asyncIterator]: read },
  };
}
