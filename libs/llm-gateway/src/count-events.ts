import type { HttpBody, ResponseSide } from '@plano/common';

const newline = 10;
const dataField = [0x64, 0x61, 0x74, 0x61, 0x3a] as const; // data:

/**
 * The same response side, with a count of the events that it lets through. Providers send about one token an event, so this is what an answer
 * has used whose usage never came, because its client did not ask for it or went away. Events that are no server-sent events count as one a
 * chunk.
 */
export function countEvents(side: ResponseSide): { body: ResponseSide; tokens(): number } {
  let events = 0;
  const counted = (chunks: readonly HttpBody[]): readonly HttpBody[] => {
    for (const chunk of chunks) events += Math.max(1, typeof chunk === 'string' ? dataLinesOfText(chunk) : dataLinesOfBytes(chunk));
    return chunks;
  };
  return {
    body: {
      push: (chunk) => counted(side.push(chunk)),
      finish: () => side.finish(),
      fail: (failure) => side.fail(failure),
      abort: () => side.abort?.(),
    },
    tokens: () => events,
  };
}

/** Bytes of an answer to a token: what an answer has used whose usage never came and that is no stream. */
const bytesPerToken = 4;

/** The same response side, with a guess at the tokens of what it lets through by its length. */
export function countLength(side: ResponseSide): { body: ResponseSide; tokens(): number } {
  let length = 0;
  const counted = (chunks: readonly HttpBody[]): readonly HttpBody[] => {
    for (const chunk of chunks) length += chunk.length;
    return chunks;
  };
  return {
    body: {
      push: (chunk) => counted(side.push(chunk)),
      finish: () => counted(side.finish()),
      fail: (failure) => side.fail(failure),
      abort: () => side.abort?.(),
    },
    tokens: () => tokensOfLength(length),
  };
}

/** Tokens of a body that was not read, judged by its length. */
export const tokensOfLength = (length: number): number => Math.ceil(length / bytesPerToken);

function dataLinesOfText(text: string): number {
  let lines = text.startsWith('data:') ? 1 : 0;
  for (let at = text.indexOf('\ndata:'); at !== -1; at = text.indexOf('\ndata:', at + 6)) lines += 1;
  return lines;
}

function dataLinesOfBytes(bytes: Uint8Array): number {
  let lines = isDataAt(bytes, 0) ? 1 : 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) if (isDataAt(bytes, at + 1)) lines += 1;
  return lines;
}

function isDataAt(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < dataField.length; index += 1) if (bytes[at + index] !== dataField[index]) return false;
  return true;
}
