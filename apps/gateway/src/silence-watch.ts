/** Something that must not be silent for long: whoever hears something of it sets `silentSince` to 0. */
export interface Watched {
  /** Milliseconds of silence that it may have now; 0 for any. */
  silenceMs: number;
  /** When the watch first found it silent; 0 when something came since the watch last looked. */
  silentSince: number;
  /** Where it stands in the watch, which alone writes it; -1 when it is not watched. */
  place: number;
  /** It was silent for too long, and is not watched any more. */
  onSilence(): void;
}

/** Looks at everything under way now and then. */
export interface SilenceWatch {
  add(watched: Watched): void;
  /** What is not watched may be removed too. */
  remove(watched: Watched): void;
}

/** Looks in the shortest time that is allowed; also how much later than it should a short silence can be noticed. */
const looks = 16;
const longestPauseMs = 500;

/**
 * Bounds silence with one timer for everything, because a timer for each is what a request must not cost: two are made and cleared for it within
 * milliseconds, and undici keeps what is cleared for up to a second, long enough for V8 to take it for old and fill its old generation with it.
 *
 * To hear something costs one store and no clock. A silence begins when the watch looks, so it is never cut short; it is noticed at most two pauses
 * late.
 *
 * @param shortestMs - the shortest silence that is bounded
 */
export function createSilenceWatch(shortestMs: number): SilenceWatch {
  const pauseMs = Math.min(Math.max(shortestMs / looks, 1), longestPauseMs);
  const all: Watched[] = [];
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    if (all.length === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    const now = performance.now();
    // From the end: what is removed is replaced by the last one, which has been looked at by then.
    for (let index = all.length - 1; index >= 0; index--) {
      const watched = all[index];
      if (watched === undefined) continue;
      if (watched.silentSince === 0) watched.silentSince = now;
      else if (watched.silenceMs > 0 && now - watched.silentSince >= watched.silenceMs) {
        remove(watched);
        watched.onSilence();
      }
    }
  }

  function remove(watched: Watched): void {
    const { place } = watched;
    if (place < 0) return;
    watched.place = -1;
    const last = all.pop();
    if (last === undefined || last === watched) return;
    all[place] = last;
    last.place = place;
  }

  return {
    add(watched) {
      if (watched.place >= 0) return;
      watched.silentSince = 0;
      watched.place = all.length;
      all.push(watched);
      timer ??= setInterval(look, pauseMs).unref();
    },
    remove,
  };
}
