/** Imports of WASI. AssemblyScript names the import's module after this file. */
export declare function random_get(out: usize, size: usize): i32;
