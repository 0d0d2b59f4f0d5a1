/** Where something stands in the configuration: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** What is wrong with a configuration, or worth knowing. Holds names and keys of the file, but never a secret, nor any value that may hold one. */
export interface Problem {
  /** Name of the file, as given. */
  readonly file: string;
  /** From 1; 0 when the configuration did not come from text. */
  readonly line: number;
  /** From 1; 0 when the configuration did not come from text. */
  readonly column: number;
  /** Such as `model_providers[0].access_key`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly hint?: string;
}

/** Something found, before it has a place in a file. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly hint: string | undefined;
  /** Other parts of the configuration that the finding follows from, there or missing; it is void when one of those could not be read. */
  readonly needs: readonly Path[];
  /** `key`: about the key at the end of the path rather than its value. */
  readonly at: 'key' | 'value';
}

/** Collects findings. */
export interface Reporter {
  problem(path: Path, message: string, hint?: string, needs?: readonly Path[]): void;
  warn(path: Path, message: string, hint?: string, needs?: readonly Path[]): void;
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** An empty collection. */
export function createReporter(): Reporter {
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  const finding = (path: Path, message: string, hint?: string, needs: readonly Path[] = []): Finding => ({
    path,
    message,
    hint,
    needs,
    at: 'value',
  });
  return {
    problems,
    warnings,
    problem: (...found) => problems.push(finding(...found)),
    warn: (...found) => warnings.push(finding(...found)),
  };
}

/**
 * A path as people write it.
 *
 * @example
 * formatPath(['endpoints', 'my.api', 'port']); // 'endpoints["my.api"].port'
 */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[\w-]+$/.test(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

/**
 * One line for a terminal or a log.
 *
 * @example
 * formatProblem(problem); // 'plano.yaml:7:11: model_providers[0].model: must contain a slash (write `openai/gpt-4o`)'
 */
export function formatProblem(problem: Problem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  return `${place}: ${path}${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
