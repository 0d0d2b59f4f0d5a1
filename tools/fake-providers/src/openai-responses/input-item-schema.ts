/** What a request's `input` is made of: `ResponseInputItem` of the `openai` package. */
import { z } from 'zod';
import { functionOutputContent, inputContentSchema, refusalSchema, replayedTextSchema } from './content-schema.ts';
import {
  callId,
  caller,
  looseId,
  ownId,
  patchOperation,
  phase,
  safetyChecks,
  screenshot,
  sharedItems,
  shellOutcome,
  status,
  textOrParts,
} from './shared-item-schema.ts';
import { containerReference, localEnvironment, reasoningEffort, responsesToolSchema } from './tool-schema.ts';

const anyObject = z.record(z.string(), z.unknown());

/** Messages sent to the API. The assistant's may lack id, status and annotations, which the types demand and the API does not. */
const inputMessage = z.discriminatedUnion('role', [
  z.strictObject({
    type: z.literal('message').optional(),
    role: z.enum(['user', 'system', 'developer']),
    content: z.union([z.string(), z.array(inputContentSchema).min(1)]),
    ...looseId,
    status: status.optional(),
    phase,
  }),
  z.strictObject({
    type: z.literal('message').optional(),
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [replayedTextSchema, refusalSchema])).min(1)]),
    ...looseId,
    status: status.optional(),
    phase,
  }),
]);

/** One item of a request's input. */
export const inputItemSchema = z.discriminatedUnion('type', [
  inputMessage,
  ...sharedItems,
  z.strictObject({
    type: z.literal('function_call_output'),
    ...looseId,
    call_id: callId.nullish(),
    output: z.union([z.string(), z.array(functionOutputContent)]),
    ...caller,
    name: z.string().nullish(),
    namespace: z.string().nullish(),
    status: status.nullish(),
  }),
  z.strictObject({
    type: z.literal('custom_tool_call_output'),
    id: z.string().optional(),
    call_id: callId,
    output: textOrParts,
    ...caller,
  }),
  z.strictObject({
    type: z.literal('computer_call_output'),
    ...looseId,
    call_id: callId,
    output: screenshot,
    acknowledged_safety_checks: safetyChecks.nullish(),
    status: status.nullish(),
  }),
  z.strictObject({
    type: z.literal('tool_search_call'),
    ...looseId,
    arguments: z.unknown(),
    call_id: callId.nullish(),
    execution: z.enum(['server', 'client']).optional(),
    status: status.nullish(),
  }),
  z.strictObject({
    type: z.literal('tool_search_output'),
    ...looseId,
    tools: z.array(responsesToolSchema),
    call_id: callId.nullish(),
    execution: z.enum(['server', 'client']).optional(),
    status: status.nullish(),
  }),
  z.strictObject({ type: z.literal('additional_tools'), ...looseId, role: z.literal('developer'), tools: z.array(responsesToolSchema) }),
  z.strictObject({
    type: z.literal('configuration_update'),
    ...looseId,
    reasoning: z.strictObject({ effort: reasoningEffort.nullish() }).optional(),
    text: z
      .strictObject({
        format: z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('text') }),
          z.strictObject({
            type: z.literal('json_schema'),
            name: z.string(),
            schema: anyObject,
            description: z.string().optional(),
            strict: z.boolean().nullish(),
          }),
        ]),
      })
      .optional(),
  }),
  z.strictObject({ type: z.literal('compaction'), ...looseId, encrypted_content: z.string() }),
  z.strictObject({ type: z.literal('compaction_trigger'), ...looseId }),
  z.strictObject({
    type: z.literal('shell_call'),
    ...looseId,
    call_id: callId,
    action: z.strictObject({ commands: z.array(z.string()), max_output_length: z.int().nullish(), timeout_ms: z.int().nullish() }),
    ...caller,
    environment: z.discriminatedUnion('type', [localEnvironment, containerReference]).nullish(),
    status: status.nullish(),
  }),
  z.strictObject({
    type: z.literal('shell_call_output'),
    ...looseId,
    call_id: callId,
    output: z.array(shellOutcome),
    ...caller,
    max_output_length: z.int().nullish(),
    status: status.nullish(),
  }),
  z.strictObject({
    type: z.literal('apply_patch_call'),
    ...looseId,
    call_id: callId,
    operation: patchOperation,
    status: z.enum(['in_progress', 'completed']),
    ...caller,
  }),
  z.strictObject({
    type: z.literal('apply_patch_call_output'),
    ...looseId,
    call_id: callId,
    status: z.enum(['completed', 'failed']),
    ...caller,
    output: z.string().nullish(),
  }),
  z.strictObject({
    type: z.literal('mcp_approval_response'),
    ...looseId,
    approval_request_id: z.string(),
    approve: z.boolean(),
    reason: z.string().nullish(),
  }),
  z.strictObject({ type: z.literal('item_reference'), ...ownId }),
]);

/** An input item's type. */
export type InputItem = z.infer<typeof inputItemSchema>;
