import type { Utf8 } from '@plano/hermesllm';
import { scanMembers, spliceMembers, streamResponse, translateResponse } from '@plano/hermesllm';
import type { HttpBody } from '../http.ts';
import type { ClientConversation } from './client-conversation.ts';

/** A whole answer in the client's API, a stream included. */
export interface ConversationAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: HttpBody;
}

/**
 * A Chat Completions answer in the API of a client that speaks another one, as a stream when it asked for one. A Chat client gets it as it is.
 *
 * @param completion JSON text of a `chat.completion`
 * @example
 * answerConversation(conversation, JSON.stringify(completion)).contentType; // 'text/event-stream' for a client that streams
 */
export function answerConversation({ asChat, stream }: ClientConversation, completion: string): ConversationAnswer {
  if (asChat === null) return { status: 200, contentType: 'application/json', body: completion };
  const { status, headers, body } = stream ? streamResponse(asChat, completion) : translateResponse(asChat, 200, completion);
  return { status, contentType: headers?.['content-type'] ?? 'application/json', body };
}

/** The member of a stream event in which a whole answer stands, by API: there its metadata belong. */
export type AnswerHolder = 'response' | 'message' | null;

/**
 * JSON of an answer with members added to its `metadata`, every other byte as it was; undefined when it is not an object.
 *
 * @param holder the member that holds the answer; null for the object itself
 * @example
 * withMetadata(bytes, { 'x-arch-state': state }, null, host.utf8);
 */
export function withMetadata(
  json: Uint8Array,
  values: Readonly<Record<string, string>>,
  holder: AnswerHolder,
  utf8: Utf8,
): Uint8Array | undefined {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) texts[key] = JSON.stringify(value);
  try {
    return holder === null
      ? changeMember(json, 'metadata', utf8, (old) => addMembers(old, texts, utf8))
      : changeMember(json, holder, utf8, (answer) => {
          if (answer === undefined) throw new Error('no answer in it');
          return changeMember(answer, 'metadata', utf8, (old) => addMembers(old, texts, utf8));
        });
  } catch {
    return undefined;
  }
}

function changeMember(object: Uint8Array, key: string, utf8: Utf8, change: (old: Uint8Array | undefined) => Uint8Array): Uint8Array {
  const members = scanMembers(object, utf8);
  const member = members.findLast((each) => each.key === key);
  const changed = change(member === undefined ? undefined : object.subarray(member.start, member.end));
  return spliceMembers(object, members, { [key]: utf8.decode(changed) }, utf8.encode);
}

function addMembers(old: Uint8Array | undefined, texts: Readonly<Record<string, string>>, utf8: Utf8): Uint8Array {
  const object = old === undefined || old[0] !== 0x7b ? utf8.encode('{}') : old;
  return spliceMembers(object, scanMembers(object, utf8), texts, utf8.encode);
}
