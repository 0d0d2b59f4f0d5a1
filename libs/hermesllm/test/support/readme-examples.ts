import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** One example of the README, with what it is said to print. */
export interface ReadmeExample {
  heading: string;
  code: string;
  output: string;
}

/** Every block of TypeScript. The block of text after it is its output, where `…` stands for anything. */
export function readmeExamples(packageFolder: string): ReadmeExample[] {
  const examples: ReadmeExample[] = [];
  let heading = '';
  let code: string | undefined;
  for (const [, title, language, body] of readFileSync(join(packageFolder, 'README.md'), 'utf8').matchAll(
    /^#+ ([^\n]+)$|^```(\w+)\n(.*?)^```$/gms,
  )) {
    if (title !== undefined) heading = title;
    else if (language === 'ts') {
      if (code !== undefined) throw new Error(`${heading}: an example without output`);
      code = body;
    } else if (language === 'text') {
      if (code === undefined) throw new Error(`${heading}: an output without an example`);
      examples.push({ heading, code, output: body ?? '' });
      code = undefined;
    }
  }
  if (code !== undefined) throw new Error(`${heading}: an example without output`);
  return examples;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The output of an example as a pattern for what it really printed. */
export const outputPattern = ({ output }: ReadmeExample): RegExp => new RegExp(`^${output.trim().split('…').map(literal).join('[^]*?')}$`);

/** Answers Chat Completions with `Hello`, as JSON or as a stream. */
export async function startUpstream(): Promise<{ origin: string; close(): Promise<void> }> {
  const completion = (object: string, choice: unknown): string =>
    JSON.stringify({
      id: 'chatcmpl-1',
      object,
      created: 1700000000,
      model: 'gpt-4o',
      choices: [{ index: 0, ...(choice as object) }],
      usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
    });
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (text += part));
    request.on('end', () => {
      const { stream } = JSON.parse(text) as { stream?: boolean };
      if (stream === true) {
        const first = completion('chat.completion.chunk', { delta: { role: 'assistant', content: 'Hello' }, finish_reason: null });
        const last = completion('chat.completion.chunk', { delta: {}, finish_reason: 'stop' });
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`data: ${first}\n\ndata: ${last}\n\ndata: [DONE]\n\n`);
      } else {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(completion('chat.completion', { message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve, reject) => server.close((error) => (error === undefined ? resolve() : reject(error)))),
  };
}
