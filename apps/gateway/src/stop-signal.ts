/** Milliseconds within which an interrupt is the echo of another: nobody presses a key so fast. */
const echoMs = 200;

/**
 * Resolves at the first SIGTERM or SIGINT. A second SIGINT ends the process at once; a second SIGTERM changes nothing.
 *
 * @param now - milliseconds of a clock that never goes back
 */
export const stopSignal = (now: () => number = () => performance.now()): Promise<undefined> =>
  new Promise((resolve) => {
    let firstMs: number | undefined;
    process.on('SIGTERM', () => resolve(undefined));
    process.on('SIGINT', () => {
      // A terminal interrupts us and whoever started us (npm, an older Node), who then passes the same key press on.
      if (firstMs !== undefined && now() - firstMs > echoMs) process.exit(130);
      firstMs ??= now();
      resolve(undefined);
    });
  });
