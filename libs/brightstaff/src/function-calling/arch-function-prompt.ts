import type { PromptTemplate } from '../prompt-template.ts';
import { promptTemplate } from '../prompt-template.ts';
import type { FunctionTool } from './function-tool.ts';
import { isObject } from './function-tool.ts';
import { spacedJson } from './spaced-json.ts';

/** The places of the template. */
export const archFunctionPlaceholders = ['tools'] as const;

/** The system message of Arch-Function with its place for the tools. */
export type ArchFunctionTemplate = PromptTemplate<(typeof archFunctionPlaceholders)[number]>;

/** The start of its answer, which the model goes on writing. */
export const answerPrefill = '```json\n{"';
/** The same when it must ask for what is missing. */
export const clarificationPrefill = '```json\n{"required_functions":';

/* The structure (order of parts, tags, fences, keys) is what the model was trained on; the sentences are ours. */
const defaultText = `You are an assistant that serves the user's requests, and you can call functions when a request needs one.

These are the functions that you can call, one in each line, described by JSON Schema:
<tools>
{tools}
</tools>

Read the conversation and decide which of the functions, if any, the latest request needs. Take the values of parameters only from the conversation. Collect the required parameters that are still missing by asking the user; never make up a value.

Answer with JSON in a code block, in one of these formats:
1. No function is needed:
\`\`\`json
{"response": "your answer to the user"}
\`\`\`
2. Functions are needed, but the conversation lacks required parameters:
\`\`\`json
{"required_functions": ["name of the function", ...], "clarification": "your question for the missing parameters"}
\`\`\`
3. Functions are needed and all required parameters are known:
\`\`\`json
{"tool_calls": [{"name": "name of the function", "arguments": {"name of the parameter": "its value", ...}}, ...]}
\`\`\`
`;

/** Makes the template from a file's text, or from ours. Tells the placeholders that are missing. */
export const archFunctionTemplate = (text: string = defaultText) => promptTemplate(text, archFunctionPlaceholders);

/** The system message that offers these tools. In agent mode parameters that say nothing are left out. */
export function archFunctionSystemPrompt(template: ArchFunctionTemplate, tools: readonly FunctionTool[], agentMode: boolean): string {
  const lines = tools.map(({ definition }) => {
    const { name, description, parameters, strict } = definition;
    return spacedJson({
      name,
      description,
      parameters: agentMode && isEmptySchema(parameters) ? undefined : parameters,
      strict: strict ?? undefined,
    });
  });
  return template.fill({ tools: lines.join('\n') });
}

function isEmptySchema(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  const properties = schema['properties'];
  return !isObject(properties) || Object.keys(properties).length === 0;
}
