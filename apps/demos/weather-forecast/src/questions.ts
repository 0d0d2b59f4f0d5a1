import type { Promised, ReadmePromises } from './readme-promises.ts';

/** What became of one line of the README; `problem` is what is not as told there. */
export interface QuestionResult {
  readonly name: string;
  readonly problem: string | undefined;
}

/** A running demo. */
export interface RunningDemo {
  readonly url: string;
  /** The calls that the API has had since this was last asked. */
  takeCalls(): readonly string[];
}

interface Message {
  readonly role: string;
  readonly content: string;
}

/** Does what the README says: its command, the lines of its table, and the first of them by the other ways that it names. */
export async function askQuestions(demo: RunningDemo, { promised, command }: ReadmePromises): Promise<QuestionResult[]> {
  const results: QuestionResult[] = [];
  let messages: Message[] = [];
  for (const each of promised) {
    messages = [...(each.goesOn ? messages : []), { role: 'user', content: each.says }];
    const { text, state } = await ask(demo.url, '/v1/chat/completions', { messages });
    messages.push({ role: 'assistant', content: text });
    const wantsState = each.call !== null && !each.call.includes('/default');
    const problem = check(demo, each, text) ?? (wantsState && state !== 2 ? `x-arch-state holds ${state} messages` : undefined);
    results.push({ name: each.says, problem });
  }
  const [first] = promised;
  if (first === undefined) return results;
  const user = [{ role: 'user', content: first.says }];
  const others: readonly [name: string, path: string, body: unknown][] = [
    ['the curl command', command.path, command.body],
    ['as a stream', '/v1/chat/completions', { messages: user, stream: true }],
    ['by the Responses API', '/v1/responses', { model: 'plano/echo', input: first.says }],
    ['as the Anthropic SDK asks', '/v1/messages', { model: 'plano/echo', max_tokens: 1000, messages: user }],
  ];
  for (const [name, path, body] of others) results.push({ name, problem: check(demo, first, (await ask(demo.url, path, body)).text) });
  return results;
}

function check(demo: RunningDemo, { call, answer }: Promised, text: string): string | undefined {
  const calls = demo.takeCalls();
  const expected = call === null ? [] : [call];
  if (JSON.stringify(calls) !== JSON.stringify(expected)) return `the API was asked ${JSON.stringify(calls)}`;
  return text.includes(answer) ? undefined : `the answer is: ${text}`;
}

/** The text of an answer in any of the APIs, and how many messages its state holds. */
async function ask(url: string, path: string, body: unknown): Promise<{ readonly text: string; readonly state: number }> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const received = await response.text();
  if (!response.ok) return { text: `status ${response.status}: ${received}`, state: 0 };
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const pieces = isStream ? [...received.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => data ?? '') : [received];
  const values = pieces.map((piece) => JSON.parse(piece) as Answer);
  const state = values.map(({ metadata }) => metadata?.['x-arch-state']).find((each) => each !== undefined);
  const { messages = '[]' } = JSON.parse(state ?? '{}') as { messages?: string };
  return { text: values.map(textOf).join(''), state: (JSON.parse(messages) as unknown[]).length };
}

interface Answer {
  readonly choices?: readonly { readonly message?: Message; readonly delta?: Partial<Message> }[];
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[];
  readonly content?: readonly { readonly text?: string }[];
  readonly metadata?: Readonly<Record<string, string>>;
}

function textOf({ choices, output, content }: Answer): string {
  const [choice] = choices ?? [];
  const parts = content ?? output?.flatMap((item) => item.content ?? []) ?? [];
  return choice?.message?.content ?? choice?.delta?.content ?? parts.map(({ text }) => text ?? '').join('');
}
