import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import { anthropicRetirements, declaredIds, idFacts } from './declared-ids.ts';
import type { SourceFacts } from './facts.ts';
import { genaiPricesFacts } from './genai-prices-facts.ts';
import { jsonLines } from './json-lines.ts';
import { factsFile } from './paths.ts';
import { piAiFacts } from './pi-ai-facts.ts';
import { packageSources, type SourceKey, sourceKeys } from './sources.ts';
import { writeWhole } from './write-file.ts';
import { unpackPackage } from './unpack-package.ts';

const text = (folder: string, path: string): Promise<string> => readFile(join(folder, path), 'utf8');

const readers: Record<SourceKey, (folder: string) => SourceFacts | Promise<SourceFacts>> = {
  'pi-ai': (folder) => piAiFacts((name) => readFileSync(join(folder, `dist/providers/data/${name}.json`), 'utf8')),
  'genai-prices': async (folder) => {
    const exported = (await import(pathToFileURL(join(folder, 'dist/index.js')).href)) as { findProvider(options: unknown): unknown };
    return genaiPricesFacts((providerId) => exported.findProvider({ providerId }), packageSources['genai-prices'].published);
  },
  'anthropic-sdk': async (folder) =>
    idFacts(
      'anthropic',
      declaredIds(await text(folder, 'resources/messages/messages.d.ts'), 'Model'),
      anthropicRetirements(await text(folder, 'resources/messages/messages.js')),
    ),
  'openai-sdk': async (folder) => idFacts('openai', declaredIds(await text(folder, 'resources/shared.d.ts'), 'ChatModel')),
  'alibaba-sdk': async (folder) => idFacts('qwen', declaredIds(await text(folder, 'dist/index.d.ts'), 'AlibabaChatModelId')),
};

for (const key of sourceKeys) {
  const { package: name, version, integrity } = packageSources[key];
  const directory = await mkdtemp(join(tmpdir(), 'model-catalog-'));
  try {
    const facts = await readers[key](await unpackPackage(name, version, integrity, directory));
    await writeWhole(factsFile(key), `${jsonLines(facts, 3)}\n`);
    console.log(`${key}: ${name} ${version}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
