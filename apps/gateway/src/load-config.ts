import { existsSync, readFileSync } from 'node:fs';
import type { EffectiveConfig } from '@plano/common';
import { resolveSecretFiles, secretFiles } from '@plano/common';
import type { Environment, HostFinding, ReadSecret } from '@plano/common/config';
import { deriveConfig, formatProblem, parseConfig, unimplementedKeys, unmetRequirements, zeroConfig } from '@plano/common/config';
import { v4 as uuid } from 'uuid';
import { readPromptTemplates } from './brightstaff-templates.ts';

/** A configuration to serve, or everything that is wrong, as lines for a person. */
export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: EffectiveConfig;
      readonly source: string;
      /** What it was read from; undefined when there is no file. */
      readonly file: string | undefined;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };

const defaultFile = 'plano_config.yaml';

/** The configuration of a start: the file that is named, else `$PLANO_CONFIG`, else `./plano_config.yaml`, else none at all. */
export function loadConfig(file: string | undefined, environment: Environment): LoadedConfig {
  const named = file ?? environment['PLANO_CONFIG'];
  if (named !== undefined && named !== '') return loadConfigFile(named, environment, { implementedOnly: true });
  if (existsSync(defaultFile)) return loadConfigFile(defaultFile, environment, { implementedOnly: true });
  try {
    const config = zeroConfig(environment, { newId: uuid });
    return { ok: true, config, source: 'none (known providers and plano/echo)', file: undefined, warnings: [] };
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)], warnings: [] };
  }
}

/** How a file is looked at. */
export interface LoadOptions {
  /** Refuses keys that are valid but not implemented yet: nothing is accepted in silence. */
  readonly implementedOnly: boolean;
  /** What else a start would fail by. */
  readonly inspect?: (config: EffectiveConfig) => readonly HostFinding[];
}

/** One file. */
export function loadConfigFile(file: string, environment: Environment, options: LoadOptions): LoadedConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { ok: false, problems: [`${file}: cannot be read: ${codeOf(error)}`], warnings: [] };
  }
  const readSecret = createSecretReader();
  const inspect = (config: EffectiveConfig): HostFinding[] => [
    ...readPromptTemplates(config).problems,
    ...(options.inspect?.(config) ?? []),
  ];
  const parsed = parseConfig(text, { file, environment, newId: uuid, readSecret, inspect });
  const warnings = parsed.warnings.map(formatProblem);
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(formatProblem), warnings };
  const derived = deriveConfig(parsed.config, environment, { newId: uuid });
  if (options.implementedOnly) {
    const missing = unimplementedKeys(parsed.config).map((key) => `${file}: ${key} is valid but not implemented yet`);
    for (const { path, message, hint } of unmetRequirements(derived)) missing.push(`${file}: ${path}: ${message} (${hint})`);
    if (missing.length > 0) return { ok: false, problems: missing, warnings };
  }
  try {
    return { ok: true, config: withSecrets(derived, readSecret), source: file, file, warnings };
  } catch (error) {
    return { ok: false, problems: [`${file}: ${error instanceof Error ? error.message : String(error)}`], warnings };
  }
}

/** Reads each file once. */
function createSecretReader(): ReadSecret {
  const contents = new Map<string, string | undefined>();
  return (path) => {
    if (!contents.has(path)) contents.set(path, readIfThere(path));
    return contents.get(path);
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The configuration with the contents of its secret files. */
function withSecrets(config: EffectiveConfig, read: ReadSecret): EffectiveConfig {
  return resolveSecretFiles(config, new Map(secretFiles(config).map((path) => [path, read(path) ?? ''])));
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');
