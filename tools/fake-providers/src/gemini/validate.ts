import type { FakeOptions } from '../shared/http-server.ts';
import { findIssue } from '../shared/schema-issue.ts';
import { makeSignatureBook } from '../shared/signature.ts';
import type { SignatureBook } from '../shared/signature.ts';
import { invalid, refusalFromIssue } from './error.ts';
import type { GeminiRefusal } from './error.ts';
import { generateContentRequestSchema } from './schema.ts';
import type { GenerateContentRequest } from './schema.ts';
import { findGeminiSchemaFault } from './schema-rules.ts';
import { checkContents, checkFunctionTurns, checkSignatures } from './turn-rules.ts';

interface Context {
  readonly model: string;
  readonly signatures: SignatureBook;
}
type Check = (request: GenerateContentRequest, context: Context) => GeminiRefusal | undefined;

/** The functions a request declares. */
export function declaredFunctions(
  request: GenerateContentRequest,
): NonNullable<NonNullable<GenerateContentRequest['tools']>[number]['functionDeclarations']> {
  return (request.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
}

const checkConversation: Check = ({ contents, systemInstruction }, { model, signatures }) => {
  if (systemInstruction !== undefined && !(systemInstruction.parts ?? []).some((part) => part.text)) {
    return invalid('* GenerateContentRequest.system_instruction: system instruction must have text parts\n');
  }
  return checkContents(contents) ?? checkFunctionTurns(contents) ?? checkSignatures(contents, model, signatures);
};

const checkTools: Check = (request, { model }) => {
  const names = new Set<string>();
  for (const [position, { name, parameters, parametersJsonSchema }] of declaredFunctions(request).entries()) {
    const path = `GenerateContentRequest.tools[0].function_declarations[${position}].parameters`;
    if (names.has(name)) return invalid(`Duplicate function declaration found: ${name}`);
    names.add(name);
    if (parameters !== undefined && parametersJsonSchema !== undefined) {
      return invalid('Only one of `parameters` and `parameters_json_schema` can be set.');
    }
    if (parameters !== undefined && parameters.type?.toUpperCase() !== 'OBJECT') return invalid(`* ${path}.type: must be OBJECT\n`);
    const fault = parameters === undefined ? undefined : findGeminiSchemaFault(parameters, path);
    if (fault !== undefined) return invalid(`* ${fault}\n`);
    if (parametersJsonSchema !== undefined && parametersJsonSchema['type'] !== 'object') {
      return invalid(`* ${path}_json_schema.type: must be object\n`);
    }
  }
  const hosted = (request.tools ?? []).some((tool) =>
    Object.keys(tool).some((key) => key !== 'functionDeclarations' && key !== 'mcpServers'),
  );
  const old = /^gemini-[12]/.test(model);
  if (old && hosted && names.size > 0) return invalid('Tool use with function calling is unsupported');
  if (old && (hosted || names.size > 0) && request.generationConfig?.responseMimeType === 'application/json') {
    return invalid(`${hosted ? 'Tool use' : 'Function calling'} with a response mime type: 'application/json' is unsupported`);
  }
  if (hosted && names.size > 0 && request.toolConfig?.includeServerSideToolInvocations !== true) {
    return invalid('Built-in tools and function calling cannot be combined without include_server_side_tool_invocations.');
  }
  const config = request.toolConfig?.functionCallingConfig;
  if (config === undefined) return undefined;
  if (names.size === 0) return invalid('Function calling config is set without function_declarations.');
  if (config.allowedFunctionNames === undefined) return undefined;
  if (config.mode !== 'ANY' && config.mode !== 'VALIDATED') {
    return invalid('Allowed function names should only be set when the function calling mode is ANY or VALIDATED.');
  }
  const unknown = config.allowedFunctionNames.find((name) => !names.has(name));
  return unknown === undefined ? undefined : invalid(`Allowed function name '${unknown}' is not declared in tools.`);
};

const checkGeneration: Check = ({ generationConfig: config = {} }, { model }) => {
  if (config.logprobs !== undefined && config.responseLogprobs !== true)
    return invalid('Logprobs can only be set when response_logprobs is true.');
  if (config.responseSchema !== undefined && config.responseJsonSchema !== undefined) {
    return invalid('Only one of `response_schema` and `response_json_schema` can be set.');
  }
  const typed = config.responseMimeType === 'application/json' || config.responseMimeType === 'text/x.enum';
  if ((config.responseSchema !== undefined || config.responseJsonSchema !== undefined) && !typed) {
    return invalid(
      '* GenerateContentRequest.generation_config.response_mime_type: must be application/json or text/x.enum with a response schema\n',
    );
  }
  if (config.responseSchema !== undefined) {
    const fault = findGeminiSchemaFault(config.responseSchema, 'GenerateContentRequest.generation_config.response_schema');
    if (fault !== undefined) return invalid(`* ${fault}\n`);
  }
  const thinking = config.thinkingConfig;
  if (thinking?.thinkingBudget !== undefined && thinking.thinkingLevel !== undefined) {
    return invalid('You can only set one of thinking budget and thinking level.');
  }
  if (thinking?.thinkingLevel !== undefined && /^gemini-[12]/.test(model))
    return invalid('Thinking level is not supported for this model.');
  return undefined;
};

const CHECKS: readonly Check[] = [checkConversation, checkTools, checkGeneration];

/** Judges a parsed body as `…/models/{model}:generateContent` would: shape first, then the rules between fields. */
export function validateGenerateContentRequest(
  body: unknown,
  model: string,
  options: FakeOptions = {},
  signatures: SignatureBook = makeSignatureBook('gemini', options.signatures ?? 'verify'),
): { readonly request: GenerateContentRequest } | { readonly refusal: GeminiRefusal } {
  const issue = findIssue(generateContentRequestSchema, body, options.unknownFields);
  if (issue !== undefined) return { refusal: refusalFromIssue(issue) };
  const request = body as GenerateContentRequest;
  for (const check of CHECKS) {
    const found = check(request, { model, signatures });
    if (found !== undefined) return { refusal: found };
  }
  return { request };
}
