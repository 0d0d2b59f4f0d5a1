import type { Socket } from 'node:net';
import type { Upstream } from './start-upstream.ts';
import { startUpstream } from './start-upstream.ts';

/** An upstream whose streams send one event and then wait to be finished. */
export interface HeldStreams extends Upstream {
  /** Ends every stream that waits. */
  finish(): void;
  /** Connections that are open. */
  connections(): number;
}

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** Starts one. `word` is what its answers say; without `stream` it answers at once. */
export async function startHeldStreams(word: string): Promise<HeldStreams> {
  const waiting: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const upstream = await startUpstream((request, response) => {
    sockets.add(request.socket);
    request.socket.once('close', () => sockets.delete(request.socket));
    const asked = JSON.parse(upstream.requests.at(-1)?.body ?? '{}') as { stream?: boolean };
    if (asked.stream !== true) {
      const message = { role: 'assistant', content: word };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          id: 'c1',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, message, finish_reason: 'stop' }],
        }),
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ role: 'assistant', content: word }));
    waiting.push(() => response.end(`${event({ content: ' end' })}${event({}, 'stop')}data: [DONE]\n\n`));
  });
  return {
    ...upstream,
    finish() {
      for (const end of waiting.splice(0)) end();
    },
    connections: () => sockets.size,
  };
}
