import { plainName } from '../name-mark.ts';

/**
 * A tool's name, or a tool call's id, in the form that Bedrock accepts: `[a-zA-Z0-9_-]+`, at most 64.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html
 */
export const toolUseId = (id: string): string => plainName(id, 64);
