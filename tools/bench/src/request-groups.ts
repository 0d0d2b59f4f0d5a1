import type { Bar } from './bars.ts';
import type { BenchGroup } from './bench-group.ts';
import { chatRequest, messagesRequest } from './payloads.ts';
import type { BenchApi, TranslationSubject } from './translation-subject.ts';

const clients: readonly { readonly client: BenchApi; readonly other: BenchApi; readonly make: typeof chatRequest }[] = [
  { client: 'openai-chat', other: 'anthropic-messages', make: chatRequest },
  { client: 'anthropic-messages', other: 'openai-chat', make: messagesRequest },
];

/** At 1 KB the fixed cost of a request shows; from 10 KB on the cost of its bytes. */
const small = 10_000;
const translatedBar = (bytes: number): Bar => ({ must: bytes < small ? 2 : 1.5 });
const sameBar = (bytes: number): Bar => ({ must: bytes < small ? 1 : 0.8, aim: 0.3 });

const requestSizes: readonly number[] = [1024, 10 * 1024, 100 * 1024, 1024 * 1024];

/**
 * Requests as bytes, translated and with only the model replaced. Yardstick: decode, `JSON.parse`, `JSON.stringify` of the same bytes.
 * Results are what a host hands to its HTTP client (text or bytes), on both sides.
 */
export function requestGroups(subject: TranslationSubject, sizes: readonly number[] = requestSizes): BenchGroup[] {
  const groups: BenchGroup[] = [];
  for (const { client, other, make } of clients) {
    for (const bytes of sizes) {
      for (const ascii of [true, false]) {
        const body = Buffer.from(make({ bytes, ascii, model: 'some-model', stream: false }));
        const model = 'another-model';
        groups.push({
          title: `${client} request, ${Math.round(bytes / 1024)} KB${ascii ? '' : ', not ASCII'}`,
          unit: 'request',
          variants: [
            { name: 'parse + stringify', run: () => JSON.stringify(JSON.parse(body.toString())) },
            { name: 'parse alone', run: () => JSON.parse(body.toString()) as unknown },
            {
              name: `translated to ${other}`,
              bar: translatedBar(bytes),
              run: () => subject.request(body, { client, upstream: other, model }).length,
            },
            {
              name: 'same API, model replaced',
              bar: sameBar(bytes),
              run: () => subject.request(body, { client, upstream: client, model }).length,
            },
          ],
        });
      }
    }
  }
  return groups;
}
