import { createParser } from 'eventsource-parser';
import { request } from 'undici';
import type { Expected } from './load.ts';

export interface AskedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface ChatAnswer {
  readonly choices?: readonly { readonly message?: { readonly content?: string }; readonly delta?: { readonly content?: string | null } }[];
}

interface MessagesAnswer {
  readonly content?: readonly { readonly text?: string }[];
  readonly type?: string;
  readonly delta?: { readonly text?: string };
}

/**
 * Sends one request and checks the whole answer: status, type, every character of the text, the proper end. What it returns lets the
 * load generator tell a right answer by its end and its length alone. Throws with the reason when the answer is wrong.
 */
export async function verifyAnswer(
  origin: string,
  asked: AskedRequest,
  api: 'chat' | 'messages',
  kind: 'json' | 'stream',
  text: string,
): Promise<Expected> {
  const { path, headers, body } = asked;
  const answer = await request(origin + path, { method: 'POST', headers, body, headersTimeout: 10_000, bodyTimeout: 10_000, reset: true });
  const received = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${received.slice(0, 300)}`);
  const contentType = kind === 'json' ? 'application/json' : 'text/event-stream';
  const type = String(answer.headers['content-type'] ?? '');
  if (!type.startsWith(contentType)) throw new Error(`content-type ${type} instead of ${contentType}`);
  const said = kind === 'json' ? jsonText(received, api) : streamText(received, api);
  if (said !== text)
    throw new Error(`the answer says ${JSON.stringify(said.slice(0, 100))}… instead of ${JSON.stringify(text.slice(0, 100))}…`);
  const ending = kind === 'json' ? /\}$/ : api === 'chat' ? /data: \[DONE\]\n\n$/ : /"message_stop"[^\n]*\n\n$/;
  const end = ending.exec(received)?.[0];
  if (end === undefined) throw new Error(`the answer ends with ${JSON.stringify(received.slice(-60))}`);
  return { contentType, ending: end, bytes: Buffer.byteLength(received) };
}

function jsonText(received: string, api: 'chat' | 'messages'): string {
  if (api === 'chat') return (JSON.parse(received) as ChatAnswer).choices?.[0]?.message?.content ?? '';
  return (JSON.parse(received) as MessagesAnswer).content?.[0]?.text ?? '';
}

function streamText(received: string, api: 'chat' | 'messages'): string {
  let text = '';
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') return;
      if (api === 'chat') text += (JSON.parse(data) as ChatAnswer).choices?.[0]?.delta?.content ?? '';
      else text += (JSON.parse(data) as MessagesAnswer).delta?.text ?? '';
    },
  });
  parser.feed(received);
  return text;
}
