import type { FSWatcher } from 'node:fs';
import { realpathSync, statSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A watch over one file. */
export interface FileWatch {
  close(): void;
}

/** What a watch tells. */
export interface FileWatchListener {
  /** The file is another one than before, and has been quiet for a moment. */
  onChange(): void;
  /** Changes can no longer be seen. */
  onError(error: Error): void;
}

/**
 * Watches a file by its folder, because editors and orchestrators replace files by renaming others over them or by turning a symbolic link;
 * a watch on the file itself would stay with the old one. Many events are one change: it is told when the file has been the same for `quietMs`,
 * and only if it is there and its identity, size or time differ from before. What happens to other files of the folder delays nothing.
 */
export function watchFile(file: string, listener: FileWatchListener, quietMs = 200): FileWatch {
  const path = resolve(file);
  let seen = fingerprint(path);
  /** Of a change that may not be over. */
  let begun: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const check = (): void => {
    timer = undefined;
    const now = fingerprint(path);
    const quiet = now === begun;
    begun = now === seen ? undefined : now;
    if (begun === undefined) return;
    if (!quiet) {
      expectCheck();
      return;
    }
    seen = now;
    begun = undefined;
    listener.onChange();
  };
  const expectCheck = (): void => {
    timer ??= setTimeout(check, quietMs).unref();
  };
  const watchers: FSWatcher[] = [];
  const stop = (): void => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
  try {
    for (const folder of new Set([dirname(path), dirname(realpathSync(path))])) {
      const watcher = watch(folder, { persistent: false }, expectCheck);
      watcher.on('error', (error) => {
        stop();
        listener.onError(error);
      });
      watchers.push(watcher);
    }
  } catch (error) {
    stop();
    listener.onError(error instanceof Error ? error : new Error(String(error)));
  }
  return { close: stop };
}

function fingerprint(path: string): string | undefined {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    return `${dev}:${ino}:${size}:${mtimeMs}`;
  } catch {
    return undefined;
  }
}
