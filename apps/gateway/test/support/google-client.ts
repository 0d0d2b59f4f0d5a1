import type { Content, GenerateContentConfig, GenerateContentParameters, GenerateContentResponse, Part } from '@google/genai';
import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import type { ClientAnswer, ClientCall, ClientUnderTest, Question } from './client-under-test.ts';
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
      const request: GenerateContentParameters = { model: question.model, contents: contentsOf(question), config: configOf(question) };
      const chunks: GenerateContentResponse[] = [];
      if (question.stream) for await (const chunk of await models.generateContentStream(request)) chunks.push(chunk);
      else chunks.push(await models.generateContent(request));
      return accumulate(chunks);
    },
  };
}

function configOf({ system, tools, maxTokens, forced, asSchema, thinking }: Question): GenerateContentConfig {
  const config: GenerateContentConfig = {};
  if (system !== undefined) config.systemInstruction = system;
  if (maxTokens !== undefined) config.maxOutputTokens = maxTokens;
  if (tools !== undefined) {
    config.tools = [{ functionDeclarations: tools.map((name) => ({ name, description: name, parametersJsonSchema: citySchema })) }];
  }
  if (forced !== undefined) {
    config.toolConfig = { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: [forced] } };
  }
  if (asSchema === true) {
    config.responseMimeType = 'application/json';
    config.responseJsonSchema = citySchema;
  }
  if (thinking === true) config.thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 };
  return config;
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
  const calls: ClientCall[] = [];
  let text = '';
  for (const { functionCall, text: piece, thought } of parts) {
    if (functionCall !== undefined) calls.push({ id: functionCall.id, name: functionCall.name ?? '', input: functionCall.args });
    if (thought !== true) text += piece ?? '';
  }
  return { text, finish, calls, inputTokens: usage?.promptTokenCount, outputTokens: usage?.candidatesTokenCount, turn: parts };
}

function contentsOf({ user, image, before }: Question): Content[] {
  const asked: Part[] = [{ text: user }];
  if (image !== undefined) asked.unshift({ inlineData: { mimeType: 'image/png', data: image } });
  const contents: Content[] = [{ role: 'user', parts: asked }];
  if (before === undefined) return contents;
  contents.push({ role: 'model', parts: before.answer.turn as Part[] });
  const parts: Part[] = before.answer.calls.map(({ id, name }, index) => ({
    functionResponse: { name, response: { output: before.results[index] }, ...(id === undefined ? {} : { id }) },
  }));
  contents.push({ role: 'user', parts });
  return contents;
}
