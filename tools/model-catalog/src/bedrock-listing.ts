import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ModelFacts } from './facts.ts';
import { isTextModel } from './text-models.ts';

const run = promisify(execFile);

/** Any of them set: there are AWS credentials worth trying. */
export const awsVariables: readonly string[] = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_BEARER_TOKEN_BEDROCK',
];

export const bedrockEndpoint = 'aws bedrock list-foundation-models, list-inference-profiles';

interface Summary {
  readonly modelId?: string;
  readonly inputModalities?: readonly string[];
  readonly inferenceTypesSupported?: readonly string[];
  readonly modelLifecycle?: { readonly status?: string };
}

async function aws(environment: NodeJS.ProcessEnv, timeoutMs: number, ...words: string[]): Promise<Record<string, unknown>> {
  try {
    const { stdout } = await run('aws', ['bedrock', ...words, '--output', 'json'], {
      env: environment,
      timeout: timeoutMs,
      maxBuffer: 8 * 1024 * 1024,
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  } catch (error) {
    const { code, killed } = error as { code?: unknown; killed?: boolean };
    // What the command printed may name accounts; its code is enough.
    throw new Error(
      code === 'ENOENT'
        ? 'the AWS command line is not installed'
        : killed
          ? 'aws did not answer in time'
          : `aws ended with ${String(code)}`,
    );
  }
}

/**
 * Text models of all makers on Bedrock, and the inference profiles through which most of them are called. The command pages by itself.
 *
 * @throws when the command is missing, fails or is late.
 */
export async function bedrockListing(environment: NodeJS.ProcessEnv, timeoutMs = 60_000): Promise<ModelFacts[]> {
  const models = await aws(environment, timeoutMs, 'list-foundation-models', '--by-output-modality', 'TEXT');
  const profiles = await aws(environment, timeoutMs, 'list-inference-profiles', '--type-equals', 'SYSTEM_DEFINED');
  const facts = new Map<string, ModelFacts>();
  const byModel = new Map<string, Omit<ModelFacts, 'id'>>();
  for (const summary of (models['modelSummaries'] ?? []) as Summary[]) {
    const id = summary.modelId;
    if (id === undefined || !isTextModel(id)) continue;
    const known: Omit<ModelFacts, 'id'> = {
      input: summary.inputModalities?.includes('IMAGE') ? ['text', 'image'] : ['text'],
      ...(summary.modelLifecycle?.status === 'LEGACY' ? { deprecated: true as const } : {}),
    };
    byModel.set(id, known);
    if (summary.inferenceTypesSupported?.includes('ON_DEMAND') ?? true) facts.set(id, { id, ...known });
  }
  for (const { inferenceProfileId: id } of (profiles['inferenceProfileSummaries'] ?? []) as { inferenceProfileId?: string }[]) {
    const known = id === undefined ? undefined : byModel.get(id.slice(id.indexOf('.') + 1));
    if (id !== undefined && known !== undefined) facts.set(id, { id, ...known });
  }
  if (facts.size === 0) throw new Error('answer names no text model');
  return [...facts.values()];
}
