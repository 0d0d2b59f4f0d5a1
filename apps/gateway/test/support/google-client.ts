import type { Content, GenerateContentParameters, GenerateContentResponse, Part } from '@google/genai';
import { ApiError, GoogleGenAI } from '@google/genai';
import type { ClientAnswer, ClientUnderTest, Question } from './client-under-test.ts';
import { citySchema } from './client-under-test.ts';

/** `@google/genai`, the Developer API. */
export function googleClient(url: string, apiKey = 'client-key'): ClientUnderTest {
  const { models } = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
  return {
    name: '@google/genai',
    finishWords: { stop: 'STOP', tools: 'STOP', length: 'MAX_TOKENS' },
    rateLimit: ApiError,
    streamError: ApiError,
    async ask(question) {
      const { model, system, tools, maxTokens } = question;
      const request: GenerateContentParameters = {
        model,
        contents: contentsOf(question),
        config: {
          ...(system === undefined ? {} : { systemInstruction: system }),
          ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
          ...(tools === undefined
            ? {}
            : { tools: [{ functionDeclarations: tools.map((name) => ({ name, description: name, parametersJsonSchema: citySchema })) }] }),
        },
      };
      const chunks: GenerateContentResponse[] = [];
      if (question.stream) for await (const chunk of await models.generateContentStream(request)) chunks.push(chunk);
      else chunks.push(await models.generateContent(request));
      return accumulate(chunks);
    },
  };
}

function accumulate(chunks: readonly GenerateContentResponse[]): ClientAnswer {
  const parts: Part[] = [];
  let finish: string | undefined;
  let usage: GenerateContentResponse['usageMetadata'];
  for (const { candidates, usageMetadata } of chunks) {
    parts.push(...(candidates?.[0]?.content?.parts ?? []));
    finish = candidates?.[0]?.finishReason ?? finish;
    usage = usageMetadata ?? usage;
  }
  const calls: ClientAnswer['calls'][number][] = [];
  let text = '';
  for (const { functionCall, text: piece, thought } of parts) {
    if (functionCall !== undefined) calls.push({ id: functionCall.id, name: functionCall.name ?? '', input: functionCall.args });
    if (thought !== true) text += piece ?? '';
  }
  return { text, finish, calls, inputTokens: usage?.promptTokenCount, outputTokens: usage?.candidatesTokenCount, turn: parts };
}

function contentsOf({ user, before }: Question): Content[] {
  const contents: Content[] = [{ role: 'user', parts: [{ text: user }] }];
  if (before === undefined) return contents;
  contents.push({ role: 'model', parts: before.answer.turn as Part[] });
  const parts: Part[] = before.answer.calls.map(({ id, name }, index) => ({
    functionResponse: { name, response: { output: before.results[index] }, ...(id === undefined ? {} : { id }) },
  }));
  contents.push({ role: 'user', parts });
  return contents;
}
