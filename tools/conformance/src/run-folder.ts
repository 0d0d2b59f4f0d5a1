import type { KnownDeviation } from './known-deviations.ts';
import { readKnownDeviations } from './known-deviations.ts';
import { operationsElsewhere, projects } from './projects.ts';
import { readVectors } from './read-vectors.ts';
import type { Outcome } from './run-vectors.ts';
import { runVectors } from './run-vectors.ts';

export interface FolderRun {
  outcomes: Outcome[];
  /** Files that hold no vectors; each counts as failed. */
  broken: { file: string; reason: string }[];
}

/**
 * Runs every vector below a folder.
 *
 * @param name - `hermesllm` or `common`
 * @param folder - by default the vectors that the project keeps itself
 * @param deviations - by default those of `known-deviations.json`
 * @throws Error when there is no such project or folder, or no file of vectors in it
 */
export async function runFolder(
  name: string,
  folder?: string,
  deviations: readonly KnownDeviation[] = readKnownDeviations(),
): Promise<FolderRun> {
  const project = Object.hasOwn(projects, name) ? projects[name] : undefined;
  if (project === undefined) throw new Error(`Vectors are run for ${Object.keys(projects).join(' and ')}, not for ${name}`);
  const where = folder ?? project.folder;
  const { vectors, broken } = readVectors(where);
  if (vectors.length === 0 && broken.length === 0) throw new Error(`There are no vectors in ${where}`);
  const operations = await project.operations();
  return { outcomes: await runVectors(vectors, { operations, elsewhere: operationsElsewhere(name), deviations }), broken };
}
