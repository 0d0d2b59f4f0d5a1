import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as fakes from '../src/index.ts';
import { compareSchema, loadTypes } from './compare-schema.ts';
import type { SdkTypes } from './sdk-types.ts';

/** Where the schemas differ from the SDK's types on purpose, and why. */
const DELIBERATE: readonly (readonly [difference: RegExp, reason: string])[] = [
  [/<tool_use>\.input: anything goes only in the type$/, 'the type says unknown, the API wants an object'],
  [/<custom>\.input_schema\.properties: anything goes only in the type$/, 'the type says unknown, the API wants an object'],
  [/^(messagesRequest|countTokensRequest)Schema\.(user_profile_id|workspace_id): only in the type$/, 'these travel as headers'],
  [
    /^messagesRequestSchema\.(temperature|top_k|top_p): only in the schema$/,
    'API version 2023-06-01 takes them, the types follow 2026-10-21',
  ],
  [
    /(input|instructions)\[\]<message>\.(role|id|status|phase|content): /,
    'the types have several overlapping messages, the schema one per role',
  ],
  [/(input|instructions)\[\]<assistant>\./, 'the API takes answers back without id, status, type and annotations'],
  [/<item_reference>\.type: /, 'without a type it could not be told from a message'],
  [/<(tool_search|function)>\.parameters: anything goes only in the type$/, 'the type says unknown, the API wants an object'],
  [/\.tool_choice\.type: 'mcp' only in the type$/, 'the member with server_label accepts it'],
  [/^responses\w+(<[\w.]+>\.response)?\.output_text: only in the type$/, 'the SDK adds it, it never travels'],
  [/^responses\w+(<[\w.]+>\.response)?\.(usage|user): null only in the schema$/, 'the API sends null where the types leave out'],
  [/^responses\w+(<[\w.]+>\.response)?\.store: only in the schema$/, 'the API echoes it, the types lack it'],
  [/\.filters\.blocked_domains: only in the schema$/, 'the API and the AI SDK know it, the types lack it'],
  [/\.delta>\.obfuscation: only in the schema$/, 'sent unless stream_options.include_obfuscation is false, the types lack it'],
  [
    /^(content|geminiTool|safetySetting|generateContentResponse)Schema\b.*: required only in the schema$/,
    'the types make every field optional, the API does not',
  ],
  [
    /\.(partialArgs|willContinue|retrieval|enterpriseWebSearch|exaAiSearch|parallelAiSearch|blockingConfidence|excludeDomains|groundingTypes|method|streamFunctionCallArguments|apiKeyConfig|authType|googleServiceAccountConfig|httpBasicAuthConfig|oauthConfig|oidcConfig): only in the type$/,
    'the SDK refuses to send these to the Developer API',
  ],
  [
    /^generationConfigSchema\.(routingConfig|modelSelectionConfig|audioTimestamp|modelArmorConfig|generationOutputConfig|imageConfig\.\w+): only in the type$/,
    'the SDK refuses to send these to the Developer API',
  ],
  [
    /^generationConfigSchema\.(serviceTier|systemInstruction|safetySettings|tools|toolConfig|labels|cachedContent|continuationToken|store): only in the type$/,
    'the SDK moves these to the request itself',
  ],
  [
    /^generationConfigSchema\.(httpOptions|abortSignal|automaticFunctionCalling|automaticContinuation): only in the type$/,
    'these steer the SDK',
  ],
  [
    /^generationConfigSchema\.(responseMimeType|responseModalities\[\]|speechConfig): any string only in the type$/,
    'the API knows a closed list',
  ],
  [/(responseSchema|[jJ]sonSchema): anything goes only in the type$/i, 'the type says unknown, the API wants an object'],
  [/\.maxItems: number only in the schema$/, '64-bit numbers are read as numbers too'],
  [/\.type: '[a-z_]+' only in the schema$/, 'type names are read in either case'],
  [
    /^generateContentResponseSchema\.(sdkHttpResponse|automaticFunctionCallingHistory|text|data|functionCalls|executableCode|codeExecutionResult|initialPromptTokenCount): only in the type$/,
    'the SDK adds these',
  ],
  [/\.citationSources: only in the schema$/, 'the Developer API’s name for what the SDK calls citations'],
  [/^converse\w*RequestSchema\.modelId: only in the type$/, 'it travels in the path'],
  [
    /\.(toolUse\.input|inputSchema\.json|additionalModelRe\w+Fields): (number|boolean|null|any string|arrays) only in the type$/,
    'the type says any document, the models want an object',
  ],
  [/\.(json|input\{\}|json\{\}|additionalModelRe\w+Fields\{\}): anything goes only in the schema$/, 'the type spells out what any JSON is'],
  [/\.guardrail\.inputAssessment\{\}: (records only in the schema|objects only in the type)$/, 'assessments are not looked into'],
  [/^converseStreamEventSchema\.\w+\.p: only in the schema$/, 'padding the types leave out'],
  [/Exception\.(name|\$fault|\$response|\$retryable|\$metadata|stack|cause): only in the type$/, 'the SDK adds these to exceptions'],
];

const { checker, types } = loadTypes(fileURLToPath(new URL('./sdk-types.ts', import.meta.url)), 'SdkTypes');

const compareNamed = (name: keyof SdkTypes): string[] => {
  const type = types.get(name);
  if (type === undefined) throw new Error(`no type ${name}`);
  return compareSchema(fakes[name], type, checker, name);
};

const all = ([...types.keys()] as (keyof SdkTypes)[]).map((name) => [name, compareNamed(name)] as const);

describe('schemas against the types of the official SDKs', () => {
  it.each(all)('%s', (_name, differences) => {
    expect(differences.filter((difference) => !DELIBERATE.some(([known]) => known.test(difference)))).toEqual([]);
  });

  it('has no exception that is out of date', () => {
    const found = all.flatMap(([, differences]) => differences);
    expect(DELIBERATE.filter(([known]) => !found.some((difference) => known.test(difference)))).toEqual([]);
  });

  it('notices a missing field, a wrong literal and a wrong requirement', () => {
    const type = types.get('chatChunkSchema');
    if (type === undefined) throw new Error('no type');
    const wrong = z.strictObject({ id: z.string().optional(), object: z.literal('chunk'), extra: z.string() });
    expect(compareSchema(wrong, type, checker, 'x')).toEqual(
      expect.arrayContaining([
        'x.id: optional only in the schema',
        'x.choices: only in the type',
        "x.object: 'chunk' only in the schema",
        'x.extra: only in the schema',
      ]),
    );
  });
});
