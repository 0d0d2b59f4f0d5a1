/** What is measured, apart from who provides it: the library, or another implementation held against it. */
export type BenchApi = 'openai-chat' | 'anthropic-messages' | 'bedrock-converse';

export interface BenchRoute {
  readonly client: BenchApi;
  readonly upstream: BenchApi;
  readonly model: string;
}

export interface TranslationSubject {
  /** Bytes from the client's socket in, what is written to the upstream out. */
  request(body: Uint8Array, route: BenchRoute): string | Uint8Array;
  /** Prepares streams for one request, outside the measured time; each call of the result is one stream. */
  streams(body: Uint8Array, route: BenchRoute): () => SubjectStream;
}

export interface SubjectStream {
  push(bytes: Uint8Array): readonly (string | Uint8Array)[];
  finish(): readonly (string | Uint8Array)[];
}
