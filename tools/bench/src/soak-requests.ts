import { type Agent, request } from 'undici';
import { type Fault, faults } from './faulty-upstream.ts';
import { askedRequest, scenarios, type Scenario } from './scenarios.ts';

/** Text deltas of a stream. */
export const deltas = 97;

/** What was sent and what came back. */
export interface SoakTotals {
  requests: number;
  events: number;
  aborted: number;
  faults: number;
  /** What was wrong with answers, with how many of them. */
  readonly wrong: Map<string, number>;
}

export const noTotals = (): SoakTotals => ({ requests: 0, events: 0, aborted: 0, faults: 0, wrong: new Map() });

const json = scenarios.find(({ id }) => id === 'json-chat') as Scenario;
const asked = (kind: 'json' | 'stream', client: 'chat' | 'messages', model: string): ReturnType<typeof askedRequest> =>
  askedRequest({ ...json, kind, client }, model, {}, 1024);
const bodies = new Map<string, ReturnType<typeof askedRequest>>();
function askFor(kind: 'json' | 'stream', client: 'chat' | 'messages', model: string): ReturnType<typeof askedRequest> {
  const key = `${kind} ${client} ${model}`;
  let body = bodies.get(key);
  if (body === undefined) bodies.set(key, (body = asked(kind, client, model)));
  return body;
}

/** Sends one request; resolves with what was wrong with its answer, if anything. `choice` (0 to 1) says which. */
export function askOne(origin: string, agent: Agent, choice: number, stream: boolean, totals: SoakTotals): Promise<string | undefined> {
  const client = choice < 0.5 ? 'chat' : 'messages';
  const chance = (choice * 1000) % 1;
  if (chance < 0.02) return failing(origin, agent, faults[Math.floor(chance * 50 * faults.length)] as Fault, client, totals);
  if (!stream) return whole(origin, agent, client);
  return streaming(origin, agent, client, chance < 0.06, totals);
}

async function whole(origin: string, dispatcher: Agent, client: 'chat' | 'messages'): Promise<string | undefined> {
  const { path, headers, body } = askFor('json', client, 'good/good');
  const answer = await request(origin + path, { dispatcher, method: 'POST', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) return `JSON: status ${answer.statusCode}: ${text.slice(0, 200)}`;
  return text.endsWith('}') && text.length > 500 ? undefined : 'JSON: the answer is not whole';
}

async function streaming(
  origin: string,
  dispatcher: Agent,
  client: 'chat' | 'messages',
  abort: boolean,
  totals: SoakTotals,
): Promise<string | undefined> {
  const { path, headers, body } = askFor('stream', client, 'good/good');
  const answer = await request(origin + path, { dispatcher, method: 'POST', headers, body });
  if (answer.statusCode !== 200) return `stream: status ${answer.statusCode}: ${(await answer.body.text()).slice(0, 200)}`;
  let events = 0;
  let tail = '';
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    const text = tail + chunk.toString('latin1');
    const parts = text.split('\n\n');
    events += parts.length - 1;
    tail = parts.pop() ?? '';
    if (abort && events > 20) {
      totals.aborted += 1;
      totals.events += events;
      return undefined; // leaving the loop destroys the body, and with it the connection
    }
  }
  totals.events += events;
  return events > deltas ? undefined : `stream: ${events} events`;
}

const expectedStatus: Readonly<Record<Fault, number>> = { error: 500, limited: 429, reset: 502, garbage: 502, cut: 200, hang: 200 };

async function failing(
  origin: string,
  dispatcher: Agent,
  fault: Fault,
  client: 'chat' | 'messages',
  totals: SoakTotals,
): Promise<string | undefined> {
  totals.faults += 1;
  const streams = fault === 'cut' || fault === 'hang';
  // A broken body of the same API passes as it is: it is the translation that must notice.
  const by = fault === 'garbage' ? 'messages' : client;
  const { path, headers, body } = askFor(streams ? 'stream' : 'json', by, `${fault}/${fault}`);
  const answer = await request(origin + path, { dispatcher, method: 'POST', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== expectedStatus[fault]) return `${fault}: status ${answer.statusCode}: ${text.slice(0, 200)}`;
  return text.includes('error') ? undefined : `${fault}: no error in ${text.slice(-200)}`;
}
