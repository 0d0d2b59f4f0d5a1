import type { ApiId } from './model/api.ts';
import type { Warning } from './model/warning.ts';
import type { Scope, TranslationSettings } from './scope.ts';
import { defaultSettings } from './scope.ts';

/** What a caller may set of a scope; the rest has defaults. */
export interface ScopeOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined;
  /** Makes identifiers. Default: the prefix and 24 characters from `Math.random`. */
  newId?: ((prefix: string) => string) | undefined;
  settings?: Partial<TranslationSettings> | undefined;
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

function randomId(prefix: string): string {
  let id = prefix;
  for (let i = 0; i < 24; i++) id += alphabet[Math.floor(Math.random() * alphabet.length)];
  return id;
}

/** Warnings of one translation that are kept; the rest is counted in one last warning. */
export const warningLimit = 100;

/** A scope that collects its warnings in `warnings`, each once, up to {@link warningLimit}. */
export function createScope(warnings: Warning[], options: ScopeOptions = {}, client?: ApiId): Scope {
  let seen: Set<string> | undefined;
  return {
    client,
    now: options.now ?? Date.now,
    newId: options.newId ?? randomId,
    settings: options.settings === undefined ? defaultSettings : { ...defaultSettings, ...options.settings },
    warn(warning) {
      if (warnings.length > warningLimit) return;
      const key = `${warning.type} ${warning.path} ${warning.reason}`;
      seen ??= new Set();
      if (seen.has(key)) return;
      seen.add(key);
      warnings.push(warnings.length < warningLimit ? warning : { type: warning.type, path: '', reason: 'More warnings are left out' });
    },
  };
}
