import type { ConversationMessage, PromptCompatibility } from '@plano/common';
import { metadataKeys } from '@plano/common';
import { functionCallingModel } from './completion-chunk.ts';
import { writeState } from './conversation-state.ts';

/** The calls of one turn and what came of them. */
export interface MadeCalls {
  /** The function-calling model's own words; null when it said nothing beside the calls. */
  readonly modelResponse: string | null;
  readonly calls: readonly MadeCall[];
}

/** One call. */
export interface MadeCall {
  readonly id: string;
  /** Name of the prompt target. */
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** What the endpoint answered. */
  readonly result: string;
}

/** The message of the function-calling model. */
function toolCallMessage({ modelResponse, calls }: MadeCalls): ConversationMessage {
  if (modelResponse !== null) return { role: 'assistant', content: modelResponse, model: functionCallingModel };
  const toolCalls = calls.map((call) => ({ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }));
  return { role: 'assistant', model: functionCallingModel, tool_calls: toolCalls };
}

/** The messages of the results. */
const resultMessages = ({ calls }: MadeCalls): ConversationMessage[] =>
  calls.map(({ id, result }) => ({ role: 'tool', content: result, tool_call_id: id }));

/** What an answer tells of the calls behind it, all of it text. A client brings `x-arch-state` back with its next request. */
export function callMetadata(made: MadeCalls, compatibility: readonly PromptCompatibility[]): Record<string, string> {
  const call = toolCallMessage(made);
  const results = resultMessages(made);
  const metadata: Record<string, string> = {
    [metadataKeys.toolCallMessage]: JSON.stringify(call),
    [metadataKeys.apiResponseMessage]: JSON.stringify(results.length === 1 ? results[0] : results),
    [metadataKeys.state]: writeState([call, ...results]),
  };
  if (made.modelResponse !== null) {
    const quoted = compatibility.includes('quoted-model-response');
    metadata[metadataKeys.functionCallingModelResponse] = quoted ? JSON.stringify(made.modelResponse) : made.modelResponse;
  }
  return metadata;
}

/** The calls as text, for a stream that shows them. */
export function callText({ modelResponse, calls }: MadeCalls): string {
  if (modelResponse !== null) return modelResponse;
  const written = calls.map((call) => `{"name":${JSON.stringify(call.name)},"arguments":${call.arguments}}`);
  return `\`\`\`json\n{"tool_calls":[${written.join(',')}]}\n\`\`\``;
}
