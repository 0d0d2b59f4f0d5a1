import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a prompt gateway calls besides the LLM: an Arch-Function server and a developer's API, both at next to no cost. */
export interface PromptServices {
  readonly port: number;
  /** Requests so far. */
  readonly asked: { readonly functionCalling: number; readonly api: number };
  close(): Promise<void>;
}

/** A prompt with this in it gets a call, any other gets none. */
export const callingPrompt = 'Weather in Oslo for 3 days?';

const call =
  '```json|\n|{"|tool|_calls|":| [{"|name|":| "|city|_weather|",| "|arguments|":| {"|city|":| "|Os|lo|",| "|days|":| |3|}}|]}|\n|```';
const noCall = '```json|\n|{"|response|":| "|No| function| is| needed| for| that|."}|\n|```';
const forecast = JSON.stringify({ city: 'Oslo', days: [1, 2, 3].map((day) => ({ day, min: -2, max: 4, sky: 'sunny' })) });

/** Answers written out in advance: a token an event, each with ten log-probabilities, as servers of the model send them. */
function tokenStream(tokens: string): string {
  const unlikely = Array.from({ length: 9 }, (_each, index) => ({ token: `t${index}`, logprob: -60 - index }));
  const events = tokens.split('|').map((token) => {
    const content = [{ token, logprob: 0, top_logprobs: [{ token, logprob: 0 }, ...unlikely] }];
    const choices = [{ index: 0, delta: { content: token }, logprobs: { content }, finish_reason: null }];
    return { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'Arch-Function', choices };
  });
  return `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;
}

/** Starts both on one free port. */
export async function startPromptServices(): Promise<PromptServices> {
  const streams = { call: tokenStream(call), noCall: tokenStream(noCall) };
  const asked = { functionCalling: 0, api: 0 };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.url === '/weather') {
        asked.api += 1;
        response.writeHead(200, { 'content-type': 'application/json' }).end(forecast);
        return;
      }
      asked.functionCalling += 1;
      const wanted = Buffer.concat(parts).includes(callingPrompt) ? streams.call : streams.noCall;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(wanted);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
