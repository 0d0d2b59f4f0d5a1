import { derive, type DeriveOptions } from './derive.ts';
import { withoutWhatIsWrong } from './partial-config.ts';
import type { EffectiveConfig } from './effective.ts';
import { createReporter, type Finding, formatPath, type Path, type Problem } from './problem.ts';
import { type AuthorConfig, authorSchema } from './schema.ts';
import { schemaFindings, settleUnions } from './schema-problems.ts';
import { type Environment, type ReadSecret, substituteVariables } from './substitution.ts';
import { unmetRequirements } from './unmet-requirements.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** A configuration that can be used, or everything that is wrong with it. */
export type ParseResult =
  | { readonly ok: true; readonly config: AuthorConfig; readonly warnings: readonly Problem[] }
  /** The warnings are those that stand whatever becomes of the problems. */
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** Something that only the host can see. */
export interface HostFinding {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

/** What parsing needs besides the text. */
export interface ParseOptions extends DeriveOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /** Where `$NAME` is looked up; `process.env` will do. */
  readonly environment: Environment;
  /** Reads the files that stand for secrets (`file:PATH`), to see whether they are there; by default nobody looks. */
  readonly readSecret?: ReadSecret;
  /** Looks whether the host could start with it, as far as it could be derived: whether its certificates can be read, for instance. */
  readonly inspect?: (config: EffectiveConfig) => readonly HostFinding[];
}

/**
 * Reads a configuration file: YAML, then variables (in keys, URLs, addresses, headers and connection strings only), then the schema, then every
 * rule that a start would fail by. All problems are found at once, in the order of the file.
 *
 * The result holds secrets in clear; problems and warnings never do.
 *
 * @example
 * const parsed = parseConfig(readFileSync(file, 'utf8'), { file, environment: process.env });
 * if (!parsed.ok) for (const problem of parsed.problems) console.error(formatProblem(problem));
 */
export function parseConfig(text: string, options: ParseOptions): ParseResult {
  const { file, environment, readSecret, inspect } = options;
  const yaml = readYaml(text.replace(/^\uFEFF/, ''));
  const refused = (problems: readonly Problem[], warnings: readonly Problem[] = []): ParseResult => ({ ok: false, problems, warnings });
  if (!yaml.ok) return refused(yaml.errors.map((error) => ({ file, path: '', ...error })));
  const { source } = yaml;
  if (typeof source.data !== 'object' || source.data === null || Array.isArray(source.data)) {
    const message = source.data === null ? 'the file is empty' : 'the file must be a map of keys';
    const hint = 'begin with `version: v0.4.0`';
    return refused([{ file, line: 1, column: 1, path: '', message, hint }]);
  }
  const variables = createReporter();
  const data = substituteVariables(source.data, environment, variables, readSecret);
  const parsed = authorSchema.safeParse(data, { error: () => '' });
  const problems: Finding[] = [...variables.problems];
  const issues = parsed.success ? [] : settleUnions(parsed.error.issues);
  problems.push(...schemaFindings(issues, data));

  const rules = createReporter();
  const usable = parsed.success
    ? { config: parsed.data, more: [], restore: (finding: Finding) => finding }
    : withoutWhatIsWrong(data as Record<string, unknown>, (rest) => authorSchema.safeParse(rest, { error: () => '' }));
  if (usable !== null) {
    problems.push(...usable.more);
    const effective = derive({ author: usable.config, environment, reporter: rules, newId: options.newId ?? (() => 'id') });
    for (const { path, message, hint } of unmetRequirements(effective)) rules.warn(path.split('.'), message, hint);
    for (const { path, message, hint } of inspect?.(effective) ?? []) rules.problem(path, message, hint);
    const before = new Set(problems.map((problem) => formatPath(problem.path)));
    for (const rule of rules.problems) {
      const finding = usable.restore(rule);
      if (finding !== null && !before.has(formatPath(finding.path))) problems.push(finding);
    }
  }
  const twice = source.duplicates.map(({ path, ...fault }): Problem => ({ file, path: formatPath(path), ...fault }));
  if (problems.length > 0 || twice.length > 0) {
    return refused([...twice, ...inOrder(problems, source, file)].sort(byPlace), inOrder(variables.warnings, source, file));
  }
  if (!parsed.success) return refused([{ file, line: 1, column: 1, path: '', message: 'the file does not fit the schema' }]);
  return { ok: true, config: parsed.data, warnings: inOrder([...variables.warnings, ...rules.warnings], source, file) };
}

function inOrder(findings: readonly Finding[], source: YamlSource, file: string): Problem[] {
  const problems = findings.map(({ path, message, hint, at }): Problem => {
    const place = source.locate(path, at);
    return { file, ...place, path: formatPath(path), message, ...(hint === undefined ? {} : { hint }) };
  });
  // Sorting is stable: two problems of one place stay in the order they were found.
  return problems.sort(byPlace);
}

const byPlace = (one: Problem, other: Problem): number => one.line - other.line || one.column - other.column;
