import type { ApiId } from './model/api.ts';
import type { Warning } from './model/warning.ts';

/** Knobs of translation that are policy, not protocol. */
export interface TranslationSettings {
  /** `max_tokens` for an API that demands it when the client gave none. Default 4096. */
  defaultMaxTokens: number;
  /** Reasoning effort to thinking budget in tokens, used both ways. */
  effortBudgets: Readonly<Record<string, number>>;
}

/** What a codec may know of the world: all of it is handed in. */
export interface Scope {
  /** Milliseconds since the epoch. */
  now(): number;
  /** A fresh identifier, for example `msg_…` for the prefix `msg_`. */
  newId(prefix: string): string;
  /** Takes note of a loss. */
  warn(warning: Warning): void;
  readonly settings: TranslationSettings;
  /** The API of the client whose request is translated, where there is one. */
  readonly client?: ApiId | undefined;
}

/** Settings of every translation that is given none. */
export const defaultSettings: TranslationSettings = {
  defaultMaxTokens: 4096,
  effortBudgets: { none: 0, minimal: 1024, low: 2048, medium: 8192, high: 16384, xhigh: 24576, max: 32768 },
};
