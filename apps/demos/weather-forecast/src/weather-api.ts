import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Unit } from './forecast.ts';
import { dayLimit, forecastOf, sunriseOf } from './forecast.ts';

/** The running API. */
export interface WeatherApi {
  readonly port: number;
  close(): Promise<void>;
}

const bodyLimit = 64 * 1024;

/**
 * Starts the developer's API of the demo on 127.0.0.1; port 0 takes a free one.
 *
 * @param onCall told of each call, such as `GET /cities/Rome/sunrise` or `POST /forecast {"city":"Oslo"}`
 */
export async function startWeatherApi(port: number, onCall: (call: string) => void = () => {}): Promise<WeatherApi> {
  const server: Server = createServer((request, response) => {
    handle(request, response, onCall).catch((error: unknown) => {
      answer(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, onCall: (call: string) => void): Promise<void> {
  const body = await readText(request);
  onCall(`${request.method} ${request.url} ${body}`.trim());
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const sunrise = /^\/cities\/([^/]+)\/sunrise$/.exec(path);
  if (request.method === 'GET' && sunrise !== null) {
    const city = decodeURIComponent(sunrise[1] ?? '');
    answer(response, 200, { city, sunrise: sunriseOf(city) });
  } else if (request.method === 'POST' && path === '/forecast') {
    answerForecast(response, readJson(body));
  } else if (request.method === 'POST' && path === '/default') {
    answer(response, 200, {
      id: 'chatcmpl-weather',
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: 'api_server',
      choices: [{ index: 0, message: { role: 'assistant', content: 'I can help you with weather forecasts.' }, finish_reason: 'stop' }],
    });
  } else {
    answer(response, 404, { error: `There is nothing at ${path}` });
  }
}

function answerForecast(response: ServerResponse, wish: Readonly<Record<string, unknown>>): void {
  const { city, days, units = 'celsius' } = wish;
  if (typeof city !== 'string' || city === '') return answer(response, 400, { error: 'city must be a text' });
  if (typeof days !== 'number' || !Number.isInteger(days) || days < 1 || days > dayLimit) {
    return answer(response, 400, { error: `days must be a whole number between 1 and ${dayLimit}` });
  }
  if (units !== 'celsius' && units !== 'fahrenheit') return answer(response, 400, { error: 'units must be celsius or fahrenheit' });
  return answer(response, 200, { city, units, days: forecastOf(city, days, units satisfies Unit) });
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > bodyLimit) throw new Error('The body is too large');
  }
  return text;
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
