/** A parser under test; throws when a promise is broken. */
export interface Target {
  readonly name: string;
  /** Which recorded inputs it starts from. */
  readonly corpus: 'json' | 'stream';
  /** Inputs of its own that it starts from instead. */
  readonly seeds?: readonly string[];
  run(bytes: Uint8Array): void;
}

/** Throws when the output is out of proportion to the input. */
export function bounded(size: number, input: number, what: string): void {
  const most = 256 * input + 64 * 1024;
  if (size > most) throw new Error(`${what}: ${size} characters of output for ${input} bytes of input`);
}
