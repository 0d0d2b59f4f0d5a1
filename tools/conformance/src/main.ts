import { parseArgs } from 'node:util';
import { failures, report } from './report.ts';
import { runFolder } from './run-folder.ts';

const usage = `npx nx run PROJECT:conformance [options]      PROJECT: hermesllm or common
  --dir DIR          folder of vectors, relative to the workspace root (the project's own)
  --strict-vectors   the deviations listed in tools/conformance/known-deviations.json count as failed`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      project: { type: 'string' },
      dir: { type: 'string' },
      'strict-vectors': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const strict = values['strict-vectors'];
  const { outcomes, broken } = await runFolder(values.project ?? '', values.dir);
  for (const line of report(outcomes, broken, strict)) console.log(line);
  process.exitCode = failures(outcomes, broken, strict) > 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
