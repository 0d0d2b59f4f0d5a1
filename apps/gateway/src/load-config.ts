import { existsSync, readFileSync } from 'node:fs';
import type { EffectiveConfig } from '@plano/common';
import { resolveSecretFiles, secretFiles } from '@plano/common';
import type { Environment } from '@plano/common/config';
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
  const config = zeroConfig(environment, { newId: uuid });
  return { ok: true, config, source: 'none (known providers and plano/echo)', file: undefined, warnings: [] };
}

/** One file. `implementedOnly` refuses keys that are valid but not implemented yet: nothing is accepted in silence. */
export function loadConfigFile(file: string, environment: Environment, options: { implementedOnly: boolean }): LoadedConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { ok: false, problems: [`${file}: cannot be read: ${codeOf(error)}`], warnings: [] };
  }
  const parsed = parseConfig(text, { file, environment, newId: uuid });
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(formatProblem), warnings: [] };
  const warnings = parsed.warnings.map(formatProblem);
  const derived = deriveConfig(parsed.config, environment, { newId: uuid });
  const templates = readPromptTemplates(derived).problems.map((problem) => `${file}: ${problem}`);
  if (templates.length > 0) return { ok: false, problems: templates, warnings };
  if (options.implementedOnly) {
    const missing = unimplementedKeys(parsed.config).map((key) => `${file}: ${key} is valid but not implemented yet`);
    for (const { path, message, hint } of unmetRequirements(derived)) missing.push(`${file}: ${path}: ${message} (${hint})`);
    if (missing.length > 0) return { ok: false, problems: missing, warnings };
  }
  try {
    return { ok: true, config: withSecrets(derived), source: file, file, warnings };
  } catch (error) {
    return { ok: false, problems: [`${file}: ${error instanceof Error ? error.message : String(error)}`], warnings };
  }
}

/** The configuration with the contents of its secret files. A file that cannot be read is missing there, which is told by its name. */
function withSecrets(config: EffectiveConfig): EffectiveConfig {
  const contents = new Map<string, string>();
  for (const path of secretFiles(config)) {
    try {
      contents.set(path, readFileSync(path, 'utf8'));
    } catch {
      // told by resolveSecretFiles
    }
  }
  return resolveSecretFiles(config, contents);
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');
