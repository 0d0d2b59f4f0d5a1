import nx from '@nx/eslint-plugin';
import { createProjectGraphAsync, readCachedProjectGraph } from '@nx/devkit';
import * as jsoncParser from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

/*
 * Few rules, each of which has a reason. Formatting is Biome's, platform APIs are the compiler's (`lib: ES2023, types: []`).
 *
 * The Nx rules pass silently when no project graph is cached. So this file builds the graph before it hands out a rule, and a graph that
 * cannot be built ends the run with an error. Inside an Nx task the graph has just been written by Nx itself and is only read.
 */
if (process.env.NX_TASK_TARGET_PROJECT === undefined) {
  process.env.NX_DAEMON ??= 'false';
  await createProjectGraphAsync({ exitOnError: false });
}
const projects = Object.values(readCachedProjectGraph().nodes).map((node) => ({ root: node.data.root, tags: node.data.tags ?? [] }));
if (projects.length === 0) throw new Error('The project graph is empty: the boundary rules would pass whatever is imported.');

const portableSources = projects
  .filter(({ tags }) => tags.includes('type:lib') && tags.includes('runtime:any'))
  .map(({ root }) => `${root}/src/**/*.ts`);

const tests = ['**/*.test.ts', '**/*.test-d.ts', '**/*.bench.ts', '**/test/**/*.ts', '{libs,apps}/*/bench/**/*.ts', '**/scripts/**/*.ts'];
const configurations = ['**/*.config.ts', '**/*.config.mjs', '**/*.config.base.ts'];

/** Who may use whom. `tools/check-graph` has its own table of the same edges and does not read this one. */
const mayUse = (sourceTag, onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });
const filterLibraries = ['scope:hermesllm', 'scope:common', 'scope:llm-gateway', 'scope:prompt-gateway'];
const common = [
  mayUse('scope:hermesllm', []),
  mayUse('scope:common', ['scope:hermesllm']),
  mayUse('scope:prompt-gateway', ['scope:common']),
  mayUse('scope:llm-gateway', ['scope:common', 'scope:hermesllm']),
  mayUse('scope:brightstaff', ['scope:common', 'scope:hermesllm']),
  mayUse('scope:demo', ['type:lib']),
  mayUse('scope:tools', ['type:lib', 'type:tool']),
];
const sourceConstraints = [
  ...common,
  mayUse('scope:gateway', [...filterLibraries, 'scope:brightstaff']),
  mayUse('scope:envoy-filter', filterLibraries),
  mayUse('scope:examples', ['scope:common', 'scope:llm-gateway', 'scope:gateway']),
  mayUse('type:app', ['type:lib']),
  mayUse('runtime:any', ['runtime:any']),
];
/** Tests run in Node and never ship: an app's tests may use the tools (fake providers, for one). check-graph keeps tools out of what ships. */
const testConstraints = [
  ...common,
  mayUse('scope:gateway', [...filterLibraries, 'scope:brightstaff', 'type:tool']),
  mayUse('scope:envoy-filter', [...filterLibraries, 'type:tool']),
  mayUse('scope:examples', ['scope:common', 'scope:llm-gateway', 'scope:gateway', 'type:tool']),
  mayUse('type:app', ['type:lib', 'type:tool']),
];

const boundaries = (depConstraints, options = {}) => [
  'error',
  { banTransitiveDependencies: true, enforceBuildableLibDependency: false, allow: [], depConstraints, ...options },
];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name; only configuration files have a default export.',
};
const portableSyntax = [
  {
    selector: ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind=/^(let|var)$/]',
    message: 'No state in a module: a portable library is shared by all exchanges of a host. Create it in a maker function.',
  },
  {
    selector:
      ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Map|Set|WeakMap|WeakSet)$/][arguments.length=0]',
    message: 'An empty collection in a module is state. Create it in a maker function.',
  },
  {
    selector: 'ClassDeclaration[superClass]:not([superClass.name=/Error$/])',
    message:
      'No inheritance. Object literals and maker functions; classes for errors, and for what lives as long as a stream (docs/decisions/0029-streams-written-as-one.md).',
  },
];
/** What makes V8 keep a whole request until its next full collection (docs/decisions/0023-what-v8-allocates-old.md). */
const perRequestSyntax = [
  {
    selector: ':function AssignmentExpression[left.type="MemberExpression"] > :matches(ArrowFunctionExpression, FunctionExpression).right',
    message: 'V8 allocates a function that is assigned to a property in its old generation, with all that hangs from it: name it first.',
  },
  {
    selector: 'ObjectExpression > Property[kind=/^(get|set)$/]',
    message: 'Each object literal with an accessor gets a map of its own, which lives in the old generation: use a method or a class.',
  },
];

export default [
  {
    ignores: [
      '**/dist/**',
      '**/out-tsc/**',
      '**/node_modules/**',
      '**/__fixtures__/**',
      '**/vectors/**',
      '**/rosetta/**/*.json',
      '**/*.generated.*',
      '**/assembly/**', // AssemblyScript: its compiler is its lint
      'docs/api/**',
      'reports/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin, '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(sourceConstraints),
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      // A `default` branch answers for what an upstream may add; a switch without one must name every member.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: true, considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^@plano/[^/]+/(src|dist|test|out-tsc)(/|$)',
              message: 'Import what the package exports, by its name.',
            },
          ],
        },
      ],
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  {
    files: ['apps/gateway/src/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, ...perRequestSyntax] },
  },
  {
    files: portableSources,
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, ...perRequestSyntax, ...portableSyntax] },
  },
  {
    files: tests,
    // A test of the public face imports its own package by name.
    rules: { '@nx/enforce-module-boundaries': boundaries(testConstraints, { allowCircularSelfDependency: true }) },
  },
  {
    // Outside every tsconfig: no types, so none of the rules that need them.
    ...tseslint.configs.disableTypeChecked,
    files: configurations,
  },
  {
    files: configurations,
    rules: { '@nx/enforce-module-boundaries': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/package.json'],
    languageOptions: { parser: jsoncParser },
    plugins: { '@nx': nx },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          ignoredFiles: [
            '{projectRoot}/*.config.ts',
            '{projectRoot}/build.ts',
            '{projectRoot}/**/*.test.ts',
            '{projectRoot}/**/*.test-d.ts',
            '{projectRoot}/**/*.bench.ts',
            '{projectRoot}/test/**/*',
            '{projectRoot}/bench/**/*',
            '{projectRoot}/scripts/**/*',
          ],
        },
      ],
    },
  },
];
