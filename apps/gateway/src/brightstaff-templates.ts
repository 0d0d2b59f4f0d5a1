import { readFileSync } from 'node:fs';
import type { ArchFunctionTemplate } from '@plano/brightstaff';
import { archFunctionTemplate } from '@plano/brightstaff';
import type { EffectiveConfig } from '@plano/common';
import type { HostFinding } from '@plano/common/config';

/** The prompts that files of the configuration replace, and what is wrong with those files. */
export interface PromptTemplates {
  readonly archFunction: ArchFunctionTemplate | undefined;
  /** Each names the file. */
  readonly problems: readonly HostFinding[];
}

const fileBytes = 1024 * 1024;

/** Reads the files of `overrides.prompt_templates`; their paths are relative to the working directory. */
export function readPromptTemplates({ prompts }: Pick<EffectiveConfig, 'prompts'>): PromptTemplates {
  const path = prompts.templates['arch_function'];
  if (path === undefined) return { archFunction: undefined, problems: [] };
  const refused = (message: string): PromptTemplates => ({
    archFunction: undefined,
    problems: [{ path: ['overrides', 'prompt_templates', 'arch_function'], message: `the file ${path} ${message}` }],
  });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refused(`cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'}`);
  }
  if (text.length > fileBytes) return refused(`is longer than ${fileBytes} characters`);
  const made = archFunctionTemplate(text);
  if (made.ok) return { archFunction: made.template, problems: [] };
  return refused(`lacks the placeholder ${made.missing.map((name) => `{${name}}`).join(', ')}`);
}
