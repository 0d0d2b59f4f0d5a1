import type { Model } from './catalog/catalogue.ts';
import { createModelLookup } from './catalog/model-lookup.ts';
import { catalogue } from './catalog/models.generated.ts';

export type {
  Catalogue,
  CatalogueProvider,
  FactField,
  FactSource,
  Modality,
  Model,
  ModelPrices,
  ModelRecord,
  PriceTier,
} from './catalog/catalogue.ts';
export { createModelLookup, type ModelLookup } from './catalog/model-lookup.ts';
export { undatedId } from './catalog/undated-id.ts';
export { catalogue };

const bundled = /* @__PURE__ */ createModelLookup(catalogue);

/**
 * The text models of a provider with what is known about each, ordered by id. Limits are in tokens, prices in US dollars per million
 * tokens; what no source states is absent.
 *
 * @param providerId - A provider's id or alias, for example `gemini` or `google`; empty for one without a list.
 * @example
 * for (const model of modelsOf('anthropic')) show(model.id, model.contextTokens, model.prices?.input);
 */
export const modelsOf = (providerId: string): readonly Model[] => bundled.modelsOf(providerId);

/**
 * What is known about one model of a provider. An exact id wins. Otherwise a dated id (or `-latest`) finds the model of the same name
 * without a date, and an undated id the newest dated one; `id` of the result tells which it is.
 *
 * @param model - As the provider takes it, without a gateway prefix.
 * @example
 * findModel('anthropic', 'claude-haiku-4-5-20251001')?.outputTokens;
 */
export const findModel = (providerId: string, model: string): Model | undefined => bundled.findModel(providerId, model);

/**
 * The ids that a wildcard such as `openai/*` stands for, ordered.
 *
 * @example
 * knownModels('openai').includes('gpt-4o'); // true
 */
export const knownModels = (providerId: string): readonly string[] => bundled.knownModels(providerId);
