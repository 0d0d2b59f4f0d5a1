import { z } from 'zod';
import type { ModelFacts, SourceFacts } from './facts.ts';

const number = z.number().optional();
const rates = { input: z.number(), output: z.number(), cacheRead: number, cacheWrite: number };
const model = z.object({
  id: z.string(),
  type: z.string(),
  reasoning: z.boolean().optional(),
  input: z.array(z.string()),
  contextWindow: number,
  maxTokens: number,
  cost: z.object({ ...rates, tiers: z.array(z.object({ inputTokensAbove: z.number(), ...rates })).optional() }),
});
const file = z.record(z.string(), z.record(z.string(), model));
type PiModel = z.infer<typeof model>;

interface FileRule {
  readonly key: string;
  /** Only these ids are taken. */
  readonly only?: RegExp;
  /** The prices there are those of a subscription, or of another way to pay. */
  readonly withoutPrices?: true;
}

/** Data files of the package that stand for a catalogue key. The Qwen plan serves other makers' models too; what counts here is Qwen's own. */
const piAiFiles: Readonly<Record<string, FileRule>> = {
  'amazon-bedrock': { key: 'amazon' },
  anthropic: { key: 'anthropic' },
  deepseek: { key: 'deepseek' },
  google: { key: 'google' },
  groq: { key: 'groq' },
  meta: { key: 'meta' },
  minimax: { key: 'minimax' },
  mistral: { key: 'mistralai' },
  moonshotai: { key: 'moonshotai' },
  openai: { key: 'openai' },
  'openai-codex': { key: 'chatgpt', withoutPrices: true },
  'qwen-token-plan': { key: 'qwen', only: /^q(?:wen|wq)/, withoutPrices: true },
  together: { key: 'together' },
  xai: { key: 'x-ai' },
  xiaomi: { key: 'xiaomi' },
  zai: { key: 'z-ai' },
};

// The package writes 0 both for "free" and for "not known": only a positive number is a fact.
const positive = <Name extends string>(name: Name, value: number | undefined): { [K in Name]?: number } =>
  value !== undefined && value > 0 ? ({ [name]: value } as { [K in Name]?: number }) : {};

const ratesOf = (cost: { input: number; output: number; cacheRead?: number | undefined; cacheWrite?: number | undefined }) => ({
  input: cost.input,
  output: cost.output,
  ...positive('cacheRead', cost.cacheRead),
  ...positive('cacheWrite', cost.cacheWrite),
});

const pricesOf = (cost: PiModel['cost']): ModelFacts['prices'] => {
  if (cost.input <= 0 || cost.output <= 0) return undefined;
  const tiers = (cost.tiers ?? []).map((tier) => ({ aboveInputTokens: tier.inputTokensAbove, ...ratesOf(tier) }));
  return { ...ratesOf(cost), ...(tiers.length > 0 ? { tiers } : {}) };
};

const factsOf = (wire: PiModel, rule: FileRule): ModelFacts => {
  const prices = rule.withoutPrices ? undefined : pricesOf(wire.cost);
  return {
    id: wire.id,
    ...positive('contextTokens', wire.contextWindow),
    ...positive('outputTokens', wire.maxTokens),
    input: wire.input.includes('image') ? ['text', 'image'] : ['text'],
    ...(wire.reasoning === undefined ? {} : { reasoning: wire.reasoning }),
    ...(prices === undefined ? {} : { prices }),
  };
};

/**
 * Takes the chat models out of the package's data files.
 *
 * @param read - Text of `dist/providers/data/NAME.json`.
 */
export function piAiFacts(read: (name: string) => string): SourceFacts {
  const models: SourceFacts['models'] = {};
  for (const [name, rule] of Object.entries(piAiFiles)) {
    const list: ModelFacts[] = [];
    for (const group of Object.values(file.parse(JSON.parse(read(name))))) {
      for (const wire of Object.values(group)) {
        if (wire.type === 'chat' && (rule.only?.test(wire.id) ?? true)) list.push(factsOf(wire, rule));
      }
    }
    models[rule.key] = list;
  }
  return { models, patterns: {} };
}
