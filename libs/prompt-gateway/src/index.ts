export type { ParameterSchema, ToolDefinition } from './prompt-target-tool.ts';
export { toolOfPromptTarget } from './prompt-target-tool.ts';
