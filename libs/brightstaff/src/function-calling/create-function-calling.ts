import type { FunctionCallingAnswer } from '@plano/common';
import { createArchFunctionEngine } from './arch-function-engine.ts';
import type { ArchFunctionTemplate } from './arch-function-prompt.ts';
import type { Engine, EngineLimits } from './engine.ts';
import { FunctionCallingError } from './function-calling-error.ts';
import { preparePatterns } from './json-schema/match-pattern.ts';
import type { CallModel } from './model-call.ts';
import { modelEngine } from './model-engine.ts';
import { readRequest } from './read-request.ts';
import { writeAnswer } from './settled-answer.ts';

/** How function calling is done. */
export interface FunctionCallingConfig {
  /** `arch-function` speaks to the model of that name; `model` to any chat model that calls tools. */
  readonly engine: { readonly type: 'arch-function'; readonly template: ArchFunctionTemplate } | { readonly type: 'model' };
  /** Configured name of the model; null stands for the default model. */
  readonly model: string | null;
  /** Budget of the prompt in tokens of about four bytes. */
  readonly contextTokens: number;
  /** Tokens that Arch-Function may write. */
  readonly maxTokens: number;
  /** Deadline of an answer in milliseconds, all calls of the model included. */
  readonly timeoutMs: number;
  readonly limits?: Partial<EngineLimits>;
}

/** What function calling needs from its host. */
export interface FunctionCallingPorts {
  readonly callModel: CallModel;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A fresh identifier that begins with the prefix. */
  newId(prefix: string): string;
}

/** Finds the calls that a conversation asks for. */
export interface FunctionCalling {
  /**
   * Answers a parsed Chat Completions body with a `chat.completion`, whatever the model says.
   *
   * @param options.headers - that go with every call of the model, such as `x-request-id` and `traceparent`; names in lower case
   * @param options.signal - ends the answer and the model's call; rejects with its reason
   * @throws FunctionCallingError with the status for the caller
   */
  answer(body: unknown, options?: { headers?: Readonly<Record<string, string>>; signal?: AbortSignal }): Promise<FunctionCallingAnswer>;
}

const defaultLimits: EngineLimits = {
  answerCharacters: 64 * 1024,
  answerTokens: 16 * 1024,
  eventCharacters: 1024 * 1024,
  answerBytes: 4 * 1024 * 1024,
};

/**
 * Function calling over a model that is reached through a port.
 *
 * @example
 * const calling = createFunctionCalling({ engine: { type: 'model' }, model: 'openai/gpt-4o', contextTokens: 4096, maxTokens: 1024, timeoutMs: 30_000 }, ports);
 * const answer = await calling.answer({ messages, tools });
 */
export function createFunctionCalling(config: FunctionCallingConfig, ports: FunctionCallingPorts): FunctionCalling {
  const engine: Engine = config.engine.type === 'model' ? modelEngine : createArchFunctionEngine(config.engine.template);
  const { model, contextTokens, maxTokens, timeoutMs } = config;
  const limits = { ...defaultLimits, ...config.limits };
  return {
    async answer(body, { headers = {}, signal } = {}) {
      signal?.throwIfAborted();
      const request = readRequest(body);
      await preparePatterns((request.tools ?? []).map(({ parameters }) => parameters));
      const deadline = AbortSignal.timeout(timeoutMs);
      const ended = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
      try {
        const { settled, usage } = await engine(request, {
          model,
          contextTokens,
          maxTokens,
          limits,
          callModel: (sent) => ports.callModel({ body: sent, headers }, ended),
        });
        return writeAnswer(settled, { usage, now: ports.now(), newId: ports.newId });
      } catch (error) {
        signal?.throwIfAborted();
        if (deadline.aborted) throw new FunctionCallingError('model_timeout', `Function calling took longer than ${timeoutMs} ms`);
        throw error;
      }
    },
  };
}
