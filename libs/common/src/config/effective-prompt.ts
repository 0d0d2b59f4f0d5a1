/** What the prompt listener works with. */
export interface EffectivePrompts {
  readonly systemPrompt: string | null;
  readonly targets: readonly EffectivePromptTarget[];
  readonly optimizeContextWindow: boolean;
  readonly useAgentOrchestrator: boolean;
  /**
   * How an answer shows the call behind it. `metadata`: as metadata, in a stream those of one of the model's own events; `full`: in a Chat stream
   * as chunks before the model's own instead, as Plano 0.4 does; `off`: not at all.
   */
  readonly decoration: 'full' | 'metadata' | 'off';
  /** Forms of Plano 0.4 that differ from ours and are kept for clients and APIs that rely on them. */
  readonly compatibility: readonly PromptCompatibility[];
  readonly functionCalling: EffectiveFunctionCalling;
  readonly guards: EffectiveGuards | null;
  /** Paths of files that replace the prompts of the routing and function-calling models. */
  readonly templates: Readonly<Record<string, string>>;
  /** Longer texts are sampled before their tokens are counted. */
  readonly tokensMaxCharacters: number;
}

/**
 * `string-arguments`: every value in an endpoint's JSON body is text. `quoted-model-response`: `x-arch-fc-model-response` is a JSON string literal.
 * `plain-context`: an endpoint's answer follows the prompt after `context: `, without a block around it.
 */
export type PromptCompatibility = 'string-arguments' | 'quoted-model-response' | 'plain-context';

/** Which model turns prompts into calls, and how. */
export interface EffectiveFunctionCalling {
  /** `arch-function` speaks the protocol of that model, `model` calls the tools of any chat model. */
  readonly engine: 'arch-function' | 'model';
  /** Name of a configured model; null: the provider of `Arch-Function`, or the default provider. */
  readonly model: string | null;
  /** Budget of the prompt in tokens of about four bytes; older messages are left out. */
  readonly contextTokens: number;
  /** Tokens that Arch-Function may write. */
  readonly maxTokens: number;
  /** Deadline of an answer, all calls of the model included. */
  readonly timeoutMs: number;
}

/** Checks before a prompt is sent on. */
export interface EffectiveGuards {
  /** Answer to a detected jailbreak; null when that guard is off. */
  readonly jailbreakMessage: string | null;
  readonly service: EffectiveGuardService | null;
}

/** The service that judges prompts. */
export interface EffectiveGuardService {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  readonly timeoutMs: number;
}

/** A developer's API that a prompt can be turned into a call of. */
export interface EffectivePromptTarget {
  readonly name: string;
  readonly description: string;
  readonly default: boolean;
  readonly autoLlmDispatchOnResponse: boolean;
  readonly parameters: readonly EffectiveParameter[];
  readonly endpoint: EffectiveTargetEndpoint | null;
  readonly systemPrompt: string | null;
}

/** A parameter of a prompt target, values of their own type. */
export interface EffectiveParameter {
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly required: boolean;
  readonly default: string | number | boolean | null;
  readonly enum: readonly (string | number | boolean)[] | null;
  readonly inPath: boolean;
  readonly format: string | null;
}

/** The call that a prompt target makes. */
export interface EffectiveTargetEndpoint {
  /** Name of an endpoint, agent or filter. */
  readonly name: string;
  readonly path: string;
  /** `GET` unless the author says otherwise; `POST` for the default target, which is sent the conversation. */
  readonly method: 'GET' | 'POST';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A server of the developer. */
export interface EffectiveEndpoint {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly authority: string;
  readonly connectTimeoutMs: number;
  readonly prefixAffinity: boolean;
}

/** An agent and where it is. */
export interface EffectiveAgent {
  readonly id: string;
  readonly url: string;
}

/** A filter and how it is called. */
export interface EffectiveFilter {
  readonly id: string;
  readonly url: string;
  readonly type: 'mcp' | 'http';
  readonly transport: 'streamable-http';
  readonly tool: string;
}
