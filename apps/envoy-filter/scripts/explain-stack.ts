import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const output = fileURLToPath(new URL('../dist/', import.meta.url));
const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const maps = new Map<string, SourceMap>();

function mapOf(filter: string): SourceMap | undefined {
  const file = join(output, `${filter}.js.map`);
  if (!maps.has(filter) && existsSync(file)) {
    maps.set(filter, new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0]));
  }
  return maps.get(filter);
}

/**
 * Text with each place in a filter's bundle (`llm_gateway.js:1:23456`) replaced by the line of TypeScript that it comes from. Text without one
 * stays as it is.
 *
 * @param only The filter whose places are looked for; both by default.
 */
export function explainStack(text: string, only?: string): string {
  return text.replace(/\b(llm_gateway|prompt_gateway)\.js:(\d+):(\d+)/g, (place, filter: string, line: string, column: string) => {
    if (only !== undefined && only !== filter) return place;
    const entry = mapOf(filter)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry) || entry.originalSource === undefined) return place;
    const file = resolve(output, entry.originalSource).slice(workspace.length);
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}
