import { Linter } from 'eslint';

/**
 * The names a bundle uses that neither it nor the language defines, with the line of the first use: `process` in a branch no smoke test
 * enters is found here. `typeof name` is no use.
 */
export function findAmbientNames(bundle: string): { name: string; line: number }[] {
  const messages = new Linter().verify(bundle, {
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: 'script',
      globals: { Intl: 'off', WebAssembly: 'off', SharedArrayBuffer: 'off', Atomics: 'off' },
    },
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' },
    rules: { 'no-undef': ['error', { typeof: false }] },
  });
  const found = new Map<string, number>();
  for (const { fatal, ruleId, message, line } of messages) {
    const name = fatal === true ? message : /^'(.+?)'/.exec(message)?.[1];
    if (name === undefined || (fatal !== true && ruleId !== 'no-undef')) continue;
    if (!found.has(name)) found.set(name, line);
  }
  return [...found].map(([name, line]) => ({ name, line }));
}
