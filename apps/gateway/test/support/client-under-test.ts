/** What a client is made to ask, in words that every API has. */
export interface Question {
  readonly model: string;
  readonly user: string;
  readonly system?: string;
  readonly stream: boolean;
  /** Names of tools with one argument, `city`. */
  readonly tools?: readonly string[];
  readonly maxTokens?: number;
  /** A PNG in base64, which comes before `user`. */
  readonly image?: string;
  /** The tool that must be called. */
  readonly forced?: string;
  /** Whether the answer must fit {@link citySchema}. */
  readonly asSchema?: boolean;
  /** Whether the model is to think, and to show it. */
  readonly thinking?: boolean;
  /** The answer before, with calls, and a text for each of them: they are sent back after `user`. */
  readonly before?: { readonly answer: ClientAnswer; readonly results: readonly string[] };
}

/** A tool call as the client handed it out. */
export interface ClientCall {
  readonly id: string | undefined;
  readonly name: string;
  readonly input: unknown;
}

/** What a client made of an answer. */
export interface ClientAnswer {
  readonly text: string;
  /** In the API's own word. */
  readonly finish: string | undefined;
  readonly calls: readonly ClientCall[];
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** The turn in the client's own form, to be sent back. */
  readonly turn: unknown;
}

/** A class of errors of a client. */
type ErrorClass = abstract new (...parameters: never[]) => Error;

/** An official client behind one face, so that all of them can be asked the same. */
export interface ClientUnderTest {
  readonly name: string;
  /** The API's words for how an answer ended. */
  readonly finishWords: { readonly stop: string; readonly tools: string; readonly length: string };
  /** The class of a rate limit. */
  readonly rateLimit: ErrorClass;
  /** The class of every error that a stream may end with. */
  readonly streamError: ErrorClass;
  ask(question: Question): Promise<ClientAnswer>;
}

/** The JSON schema of every tool that is offered. */
export const citySchema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const;
