import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../dist/', import.meta.url));
const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const maps = new Map<string, SourceMap>();

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file) && existsSync(file)) {
    maps.set(file, new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0]));
  }
  return maps.get(file);
}

/**
 * Text with each place in a filter's bundle (`llm_gateway.js:1:23456`) replaced by the line of TypeScript that it comes from. Text without one
 * stays as it is.
 *
 * @param folder Where the filters and their source maps were built.
 */
export function explainStack(text: string, folder: string = built): string {
  return text.replace(/\b(llm_gateway|prompt_gateway)\.js:(\d+):(\d+)/g, (place, filter: string, line: string, column: string) => {
    const entry = mapOf(join(folder, `${filter}.js.map`))?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry) || entry.originalSource === undefined) return place;
    const file = resolve(folder, entry.originalSource).slice(workspace.length);
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}
