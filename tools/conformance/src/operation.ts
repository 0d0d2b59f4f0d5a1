/** How an operation is carried out. */
export interface OperationOptions {
  /** A reported loss is an error. */
  strict: boolean;
}

/** Carries out one kind of vector: takes a vector's `args`, returns its `expected` or throws. */
export type Operation = (args: Record<string, unknown>, options?: OperationOptions) => unknown;

/** One function an `op`. */
export type Operations = Readonly<Record<string, Operation>>;
