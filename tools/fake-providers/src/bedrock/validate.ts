import type { FakeOptions } from '../shared/http-server.ts';
import { findIssue } from '../shared/schema-issue.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import type { SignatureBook } from '../shared/signature.ts';
import { invalid, refusalFromIssue } from './error.ts';
import type { BedrockRefusal } from './error.ts';
import { converseRequestSchema, converseStreamRequestSchema } from './schema.ts';
import type { ConverseRequest } from './schema.ts';
import { checkMessages, checkReasoning, checkToolTurns } from './turn-rules.ts';

/** The tools of a request that the caller runs. */
export function toolSpecs({ toolConfig }: ConverseRequest): { name: string; schema: Record<string, unknown> }[] {
  return (toolConfig?.tools ?? []).flatMap((tool) =>
    'toolSpec' in tool ? [{ name: tool.toolSpec.name, schema: tool.toolSpec.inputSchema.json }] : [],
  );
}

function checkTools(request: ConverseRequest): BedrockRefusal | undefined {
  const used = (request.messages ?? []).some(({ content }) => content.some((block) => 'toolUse' in block || 'toolResult' in block));
  if (request.toolConfig === undefined) {
    return used ? invalid('The toolConfig field must be defined when using toolUse and toolResult content blocks.') : undefined;
  }
  const specs = toolSpecs(request);
  const names = new Set<string>();
  for (const [index, { name, schema }] of specs.entries()) {
    if (names.has(name)) return invalid(`The tool name '${name}' at toolConfig.tools.${index} is already in use.`);
    names.add(name);
    if (schema['type'] !== 'object') {
      return invalid(`The value at toolConfig.tools.${index}.toolSpec.inputSchema.json.type must be one of the following: object.`);
    }
  }
  const choice = request.toolConfig.toolChoice;
  if (choice !== undefined && 'tool' in choice && !names.has(choice.tool.name)) {
    return invalid(`The tool '${choice.tool.name}' of toolConfig.toolChoice is not in toolConfig.tools.`);
  }
  return undefined;
}

function checkOutput({ outputConfig }: ConverseRequest): BedrockRefusal | undefined {
  const structure = outputConfig?.textFormat?.structure;
  if (structure === undefined) return undefined;
  try {
    const schema = JSON.parse(structure.jsonSchema.schema) as unknown;
    if (typeof schema === 'object' && schema !== null) return undefined;
  } catch {
    // Falls through to the refusal.
  }
  return invalid('The value at outputConfig.textFormat.structure.jsonSchema.schema must be a JSON schema written as a string.');
}

/** Judges a parsed body as Converse (or, with `streaming`, ConverseStream) would: shape first, then the rules between fields. */
export function validateConverseRequest(
  body: unknown,
  streaming = false,
  options: FakeOptions = {},
  signatures: SignatureBook = makeSignatureBook('bedrock', options.signatures ?? 'verify'),
): { readonly request: ConverseRequest } | { readonly refusal: BedrockRefusal } {
  const issue = findIssue(streaming ? converseStreamRequestSchema : converseRequestSchema, body, options.unknownFields);
  if (issue !== undefined) return { refusal: refusalFromIssue(issue) };
  const request = body as ConverseRequest;
  const messages = request.messages ?? [];
  const refusal =
    checkMessages(messages) ??
    checkToolTurns(messages) ??
    checkReasoning(messages, signatures) ??
    checkTools(request) ??
    checkOutput(request);
  return refusal === undefined ? { request } : { refusal };
}
