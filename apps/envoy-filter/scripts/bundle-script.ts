import { build } from 'esbuild';

/** A script that runs in QuickJS, and its source map. */
export interface ScriptBundle {
  readonly code: string;
  readonly map: string;
}

/** Bundles an entry and everything that it imports, from source, into one script. Paths of the source map are relative to `file`, where it is to be. */
export async function bundleScript(entry: string, file: string): Promise<ScriptBundle> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    outfile: file,
    write: false,
    bundle: true,
    format: 'iife',
    target: 'es2023',
    platform: 'browser', // with `neutral`, packages for Node would be taken
    conditions: ['@plano/source'],
    minifySyntax: true,
    minifyWhitespace: true, // names stay: they are in stack traces, and `keepNames` would cost a call for each function that is made
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const text = (ending: string): string => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (file === undefined) throw new Error(`esbuild made no ${ending}`);
    return file.text;
  };
  return { code: text('.js'), map: text('.js.map') };
}
