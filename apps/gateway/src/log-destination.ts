import { Buffer } from 'node:buffer';
import { accessSync, closeSync, constants, fstatSync, openSync, stat, statSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigFileError } from './read-pem.ts';

/** Where lines go. */
export interface LogDestination {
  write(line: string): void;
  /** Writes what waits, soon. */
  flush(): void;
  /** Writes what waits, now. */
  flushSync(): void;
  close(): void;
}

/** Characters. A write wakes a thread of Node's pool, so few are big. */
const gatheredLength = 16 * 1024;
/** Characters that may wait for a destination that is slow or stuck; what comes beyond is lost. */
const waitingLength = 8 * 1024 * 1024;
const retryMs = 100;

const standardOutput = 1;

/**
 * Writes lines to a file, or to standard output. Neither may ever hold the gateway up: writes are asynchronous and one at a time, and where none is
 * possible (a full disk, a pipe that nobody reads) lines are lost, which is told once.
 *
 * A file is opened for appending, so that several processes can share it. It is opened anew when another one, or none, has its name: whoever rotates
 * logs renames the old one and need not tell us.
 *
 * @throws Error that names the file when it cannot be opened
 */
export function createLogDestination(file: string | null, warn: (message: string) => void): LogDestination {
  let fd = file === null ? standardOutput : openLog(file);
  let lines: string[] = [];
  let length = 0;
  let writing = false;
  let closed = false;
  let failed = false;
  let wrote = false;

  function take(): Buffer {
    // Joined at once they cost a fraction of lines appended one by one, each of which would be made flat and measured.
    const bytes = Buffer.from(lines.join(''));
    lines = [];
    length = 0;
    return bytes;
  }

  function handOn(): void {
    if (writing || closed || length === 0) return;
    writing = true;
    wrote = true;
    send(take(), fd);
  }

  function send(bytes: Buffer, to: number): void {
    write(to, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(send, retryMs, bytes, to).unref();
        return;
      }
      if (error === null && written < bytes.length) {
        send(bytes.subarray(written), to);
        return;
      }
      note(error);
      writing = false;
      if (to !== fd || closed) release(to);
      if (length >= gatheredLength) handOn();
    });
  }

  function note(error: NodeJS.ErrnoException | null): void {
    if (error !== null && !failed) {
      warn(
        `The access log cannot be written${file === null ? '' : ` to ${file}`} (${error.code ?? 'unknown error'}): its lines are lost until it can`,
      );
    }
    failed = error !== null;
  }

  /** Opens the file anew when the one that is open has lost its name. */
  function follow(): void {
    if (file === null || !wrote || closed) return;
    wrote = false;
    stat(file, (error, named) => {
      if (closed) return;
      const own = fstatSync(fd);
      if (error === null && named.ino === own.ino && named.dev === own.dev) return;
      const old = fd;
      try {
        fd = openLog(file);
      } catch (problem) {
        wrote = true;
        if (!failed) warn((problem as Error).message);
        failed = true;
        return;
      }
      if (!writing) release(old);
    });
  }

  function release(what: number): void {
    if (file !== null) closeSync(what);
  }

  function flushSync(): void {
    if (closed || length === 0) return;
    const bytes = take();
    try {
      for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from);
    } catch (error) {
      note(error as NodeJS.ErrnoException);
    }
  }

  return {
    write(line) {
      if (length > waitingLength) {
        note(Object.assign(new Error('stuck'), { code: 'it is too slow' }));
        return;
      }
      lines.push(line);
      length += line.length;
      if (length >= gatheredLength) handOn();
    },
    flush() {
      follow();
      handOn();
    },
    flushSync,
    close() {
      if (closed) return;
      flushSync();
      closed = true;
      if (!writing) release(fd);
    },
  };
}

/** @throws Error as a start would, without making the file. */
export function checkLogFile(file: string): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    accessSync(there === undefined ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw cannotOpen(file, error);
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o640);
  } catch (error) {
    throw cannotOpen(file, error);
  }
}

const cannotOpen = (file: string, error: unknown): Error =>
  new ConfigFileError(['logging', 'file'], `${file} cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
