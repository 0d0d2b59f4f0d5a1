import type { ResolvedAnswer } from '../shared/answer.ts';
import type { Random } from '../shared/random.ts';
import { fragment, tokenize } from '../shared/sample.ts';
import type { SseEvent } from '../shared/sse.ts';
import { chatUsage, finishReason, logprobsOf, makeHead, toolCall } from './reply.ts';
import type { ReasoningField } from './reply.ts';
import type { ChatChunk, ChatRequest } from './schema.ts';

type Delta = ChatChunk['choices'][number]['delta'] & { reasoning_content?: string; reasoning?: string };

interface Step {
  readonly delta: Delta;
  readonly token?: string;
}

/** The deltas of one choice: a first one with the role, then content, refusal and calls in pieces. */
function deltas(answer: ResolvedAnswer, request: ChatRequest, random: Random, reasoningField: ReasoningField): Step[] {
  const hasText = answer.blocks.some(({ type }) => type === 'text');
  const steps: Step[] = [{ delta: { role: 'assistant', content: hasText ? '' : null, refusal: null } }];
  let index = 0;
  for (const block of answer.blocks) {
    switch (block.type) {
      case 'text':
        for (const token of tokenize(block.text)) steps.push({ delta: { content: token }, token });
        break;
      case 'refusal':
        for (const token of tokenize(block.text)) steps.push({ delta: { refusal: token } });
        break;
      case 'reasoning':
        if (reasoningField !== 'none') for (const token of tokenize(block.text)) steps.push({ delta: { [reasoningField]: token } });
        break;
      case 'tool_call': {
        const call = toolCall(block, request, random);
        if (call.type === 'function') {
          steps.push({
            delta: { tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }] },
          });
          for (const piece of fragment(call.function.arguments, 5))
            steps.push({ delta: { tool_calls: [{ index, function: { arguments: piece } }] } });
        } else {
          steps.push({ delta: { tool_calls: [{ index, id: call.id, type: 'custom', custom: { name: call.custom.name, input: '' } }] } });
          for (const piece of fragment(call.custom.input, 5)) steps.push({ delta: { tool_calls: [{ index, custom: { input: piece } }] } });
        }
        index += 1;
        break;
      }
      default:
        break;
    }
  }
  steps.push({ delta: {} });
  return steps;
}

/** All events of a streamed answer, `[DONE]` included. */
export function makeChatStream(answer: ResolvedAnswer, request: ChatRequest, random: Random, reasoningField: ReasoningField): SseEvent[] {
  const { id, created, model, service_tier, system_fingerprint } = makeHead(request, random);
  const count = request.n ?? 1;
  const withUsage = request.stream_options?.include_usage === true;
  const obfuscated = request.stream_options?.include_obfuscation !== false;
  const events: SseEvent[] = [];
  const push = (choices: ChatChunk['choices'], usage: ChatChunk['usage']): void => {
    const chunk: ChatChunk = {
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      service_tier,
      system_fingerprint,
      choices,
      ...(withUsage ? { usage } : {}),
      ...(obfuscated ? { obfuscation: random.token(1 + random.below(12)) } : {}),
    };
    events.push({ data: JSON.stringify(chunk) });
  };
  const perChoice = Array.from({ length: count }, () => deltas(answer, request, random, reasoningField));
  // The choices are written in turns, as several samples of one prompt are.
  const longest = perChoice[0]?.length ?? 0;
  for (let step = 0; step < longest; step += 1) {
    for (const [index, steps] of perChoice.entries()) {
      const current = steps[step];
      if (current === undefined) continue;
      const last = step === longest - 1;
      const logprobs = current.token === undefined ? null : logprobsOf([current.token], request);
      push([{ index, delta: current.delta, logprobs: logprobs ?? null, finish_reason: last ? finishReason(answer.finish) : null }], null);
    }
  }
  if (withUsage) push([], chatUsage(answer, count));
  events.push({ data: '[DONE]' });
  return events;
}
