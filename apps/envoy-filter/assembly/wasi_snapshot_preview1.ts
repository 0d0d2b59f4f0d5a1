export declare function random_get(out: usize, size: usize): i32; // of WASI: AssemblyScript names the module of the import after this file
