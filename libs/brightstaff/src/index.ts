export type { ModelMetrics, ModelPreference } from './routing/rank-models.ts';
export { rankModels } from './routing/rank-models.ts';
