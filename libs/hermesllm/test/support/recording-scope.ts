import type { Warning } from '../../src/model/warning.ts';
import type { Scope, TranslationSettings } from '../../src/scope.ts';
import { defaultSettings } from '../../src/scope.ts';

export interface RecordingScope extends Scope {
  /** Every warning, in order. */
  readonly warnings: Warning[];
  /** The warnings as `type path`, for short expectations. */
  told(): string[];
}

/** A scope with a still clock and numbered identifiers that remembers its warnings. */
export function recordingScope(settings: Partial<TranslationSettings> = {}): RecordingScope {
  const warnings: Warning[] = [];
  let ids = 0;
  return {
    now: () => 1_700_000_000_000,
    newId: (prefix) => `${prefix}${++ids}`,
    warn: (warning) => void warnings.push(warning),
    settings: { ...defaultSettings, ...settings },
    warnings,
    told: () => warnings.map(({ type, path }) => `${type} ${path}`),
  };
}
