/** Programs a suite needs: the commands it calls, and the packages that bring those that are missing. */
export interface Needs {
  commands: readonly string[];
  debian: readonly string[];
  /** Exact versions: `name==1.2.3`. Their commands are looked for in the environment they are installed in. */
  pypi: readonly string[];
}

/** What a suite's tests get to know by environment variables, and how to end what was started for them. */
interface Started {
  environment: Record<string, string>;
  /** What is wrong although the tests may have passed; counts as one more test, or as one failure each. */
  verify?(): readonly string[];
  stop(): Promise<void>;
}

/**
 * Tests against real servers. They are vitest files named `*.server-test.ts`, which `npm test` does not pick up, in the `test` folder of the
 * project they belong to. `start` may take its time; a port is 127.0.0.1 and any that is free.
 */
export interface ServerSuite {
  name: string;
  needs: Needs;
  /** Folders or files whose server tests make up the suite, relative to the workspace; a file that `npm test` runs too runs once more. */
  tests: string | readonly string[];
  /** Gets the path of each of the commands. */
  start(paths: ReadonlyMap<string, string>): Promise<Started>;
}
