/** What a model reads besides text, as far as it is stated. */
export type Modality = 'text' | 'image' | 'audio' | 'video';

/** Prices that hold for a whole request once its input is longer than a threshold. */
export interface PriceTier {
  /** Tokens of input, cached ones included; the tier's prices hold for requests with more. */
  readonly aboveInputTokens: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/**
 * List prices in US dollars per million tokens. A component that is not stated is absent: absent is "not known", never "free".
 * Taxes, discounts, batch and priority rates are not part of it.
 */
export interface ModelPrices {
  readonly input: number;
  readonly output: number;
  /** Input read from a prompt cache. */
  readonly cacheRead?: number;
  /** Input written to a prompt cache with the usual lifetime. */
  readonly cacheWrite?: number;
  /** Input written to a prompt cache kept for an hour. */
  readonly cacheWriteOneHour?: number;
  readonly inputAudio?: number;
  readonly outputAudio?: number;
  /** Ascending by threshold. */
  readonly tiers?: readonly PriceTier[];
  /** The provider charges less at some hours of the day; the prices here are the highest. */
  readonly varyByHour?: true;
}

/** The facts that a source is recorded for. */
export type FactField = 'id' | 'contextTokens' | 'outputTokens' | 'input' | 'reasoning' | 'prices' | 'deprecated';

/** Where facts were taken from: a published package, or the provider's own list endpoint. */
export interface FactSource {
  /** Package with exact version, or the list endpoint. */
  readonly origin: string;
  /** SPDX identifier of the package's licence; absent for a list endpoint. */
  readonly licence?: string;
  /** Day of publication or of the listing, `YYYY-MM-DD`. */
  readonly date: string;
}

/** One model as stored: only what is known, and the sources that differ from the provider's usual ones. */
export interface ModelRecord {
  readonly id: string;
  readonly contextTokens?: number;
  readonly outputTokens?: number;
  readonly input?: readonly Modality[];
  readonly reasoning?: boolean;
  readonly prices?: ModelPrices;
  readonly deprecated?: true;
  readonly retires?: string;
  readonly from?: Partial<Record<FactField, string>>;
}

/** The models behind one catalogue key, ordered by id (code units), and the source that each kind of fact usually has. */
export interface CatalogueProvider {
  readonly from: Partial<Record<FactField, string>>;
  readonly models: readonly ModelRecord[];
}

/** The generated data file. */
export interface Catalogue {
  readonly sources: Readonly<Record<string, FactSource>>;
  readonly providers: Readonly<Record<string, CatalogueProvider>>;
}

/** What is known about a model. A fact that nothing states is absent. */
export interface Model {
  /** As the provider takes it, without any gateway prefix. */
  readonly id: string;
  /** Context window in tokens: input and output together, unless the provider counts them apart. */
  readonly contextTokens?: number;
  /** Most tokens that one answer can have. */
  readonly outputTokens?: number;
  /** What it reads. Sources tell `text` and `image` reliably; `audio` and `video` appear only where they have a price of their own. */
  readonly input?: readonly Modality[];
  /** Whether it can think before it answers. */
  readonly reasoning?: boolean;
  readonly prices?: ModelPrices;
  /** The provider has announced its end. */
  readonly deprecated?: true;
  /** Day from which the provider no longer serves it, `YYYY-MM-DD`, as scheduled when the source was published. */
  readonly retires?: string;
  /** Source of every fact above. */
  readonly sources: Readonly<Partial<Record<FactField, FactSource>>>;
}
