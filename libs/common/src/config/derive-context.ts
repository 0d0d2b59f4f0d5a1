import type { Reporter } from './problem.ts';
import type { AuthorConfig } from './schema.ts';
import type { Environment } from './substitution.ts';

/** What every part of the derivation works with. */
export interface DeriveContext {
  readonly author: AuthorConfig;
  readonly environment: Environment;
  readonly reporter: Reporter;
  /** For headers that want a fresh id; without it they are left out, with a warning. */
  readonly newId: (() => string) | undefined;
}
