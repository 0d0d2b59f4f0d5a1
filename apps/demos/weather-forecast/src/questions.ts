import { forecastOf } from './forecast.ts';

/** What became of one question; `problem` is what was wrong with the answer. */
export interface QuestionResult {
  readonly name: string;
  readonly problem: string | undefined;
}

interface Message {
  readonly role: string;
  readonly content: string;
}

interface Completion {
  readonly model?: string;
  readonly choices?: readonly { readonly message: Message }[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Asks a running demo three things: one it can look up, one it has to ask back for, one that is not about the weather. */
export async function askQuestions(url: string): Promise<QuestionResult[]> {
  return [
    { name: 'the weather in Seattle for 3 days', problem: await askSeattle(url) },
    { name: 'the weather in Oslo, for how many days is asked back', problem: await askOslo(url) },
    { name: 'something else', problem: await askHello(url) },
  ];
}

async function ask(url: string, messages: readonly Message[]): Promise<Completion & { readonly text: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages }),
    signal: AbortSignal.timeout(30_000),
  });
  const body = await response.text();
  if (!response.ok) return { text: `status ${response.status}: ${body}` };
  const completion = JSON.parse(body) as Completion;
  return { ...completion, text: completion.choices?.[0]?.message.content ?? '' };
}

const user = (content: string): Message => ({ role: 'user', content });

async function askSeattle(url: string): Promise<string | undefined> {
  const { text, metadata } = await ask(url, [user('What is the weather in Seattle for 3 days?')]);
  if (!text.includes(JSON.stringify(forecastOf('Seattle', 3, 'celsius')))) return `the forecast is not in the answer: ${text}`;
  const state = JSON.parse(metadata?.['x-arch-state'] ?? '{}') as { messages?: string };
  const messages = JSON.parse(state.messages ?? '[]') as unknown[];
  return messages.length === 2 ? undefined : `x-arch-state holds ${messages.length} messages`;
}

async function askOslo(url: string): Promise<string | undefined> {
  const first = user('What will the weather be in Oslo?');
  const { text: question } = await ask(url, [first]);
  if (!question.includes('days')) return `it did not ask for the days: ${question}`;
  const { text } = await ask(url, [first, { role: 'assistant', content: question }, user('2')]);
  return text.includes(JSON.stringify(forecastOf('Oslo', 2, 'celsius'))) ? undefined : `the forecast is not in the answer: ${text}`;
}

async function askHello(url: string): Promise<string | undefined> {
  const { text, model } = await ask(url, [user('hello')]);
  if (model !== 'api_server') return `the model is ${String(model)}: ${text}`;
  return text === 'I can help you with weather forecasts.' ? undefined : `it said: ${text}`;
}
