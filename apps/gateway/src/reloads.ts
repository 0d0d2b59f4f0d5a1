import type { FileWatch } from './watch-file.ts';
import { watchFile } from './watch-file.ts';

/** When to reload, and what then. */
export interface ReloadOptions {
  /** The file to watch; undefined when there is none. */
  readonly file: string | undefined;
  /** Must not reject. */
  reload(reason: string): Promise<void>;
  warn(message: string): void;
}

/**
 * Reloads at SIGHUP and when the file changes; one after the other, and however many reasons there are meanwhile, once more for all of them.
 * Returns what ends it.
 */
export function startReloads({ file, reload, warn }: ReloadOptions): () => void {
  let running = false;
  let again: string | undefined;
  async function ask(reason: string): Promise<void> {
    if (running) {
      again = reason;
      return;
    }
    running = true;
    let next: string | undefined = reason;
    while (next !== undefined) {
      again = undefined;
      await reload(next);
      next = again;
    }
    running = false;
  }
  const onSignal = (): void => void ask('SIGHUP');
  process.on('SIGHUP', onSignal);
  let watch: FileWatch | undefined;
  if (file !== undefined) {
    watch = watchFile(file, {
      onChange: () => void ask(`${file} changed`),
      onError: (error) => warn(`${file} cannot be watched (${error.message}): reload it with SIGHUP`),
    });
  }
  return () => {
    process.off('SIGHUP', onSignal);
    watch?.close();
  };
}
