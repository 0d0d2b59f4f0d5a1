import type { Options } from 'tsup';
/** Every package builds alike: ES modules with types, one output file for each top-level source file named in `exports`. */
export declare function packageBuild(entry: string[], options?: Options): Options;
//# sourceMappingURL=tsup.config.base.d.ts.map