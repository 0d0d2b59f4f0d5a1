export { readConversationState } from './conversation-state.ts';
export { createForwardingStage, nextFilterTarget } from './forwarding-stage.ts';
export { createPromptGateway } from './prompt-gateway.ts';
export type { ParameterSchema, ToolDefinition } from './prompt-target-tool.ts';
export { toolOfPromptTarget } from './prompt-target-tool.ts';
