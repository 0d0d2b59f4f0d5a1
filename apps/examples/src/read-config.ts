import { readFileSync } from 'node:fs';
import type { EffectiveConfig } from '@plano/common';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';

/** Reads a configuration file as `plano-gateway` does. */
export function readConfig(file: string): EffectiveConfig {
  const parsed = parseConfig(readFileSync(file, 'utf8'), { file, environment: process.env });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return deriveConfig(parsed.config, process.env);
}
