import type { Options } from 'tsup';

/** Every package builds alike: ES modules with types, one output file for each top-level source file named in `exports`. */
export function packageBuild(entry: string[], options: Options = {}): Options {
  return {
    entry,
    format: ['esm'],
    target: 'es2023',
    platform: 'neutral',
    dts: { compilerOptions: { composite: false, emitDeclarationOnly: false, customConditions: [] } },
    tsconfig: 'tsconfig.lib.json',
    clean: true,
    sourcemap: true,
    treeshake: true,
    ...options,
  };
}
