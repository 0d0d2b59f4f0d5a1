import { words } from '../../words.ts';
import { claudeGeneration, isAdaptiveClaude } from '../claude-models.ts';

// The Converse API is one for many vendors' models, and refuses a request that asks a model for what it cannot do. So what is sent depends
// on the model. Its id names the vendor (`us.anthropic.claude-…`, also inside most ARNs); an application inference profile's ARN does not.

/** What is known of a model from its id. */
export interface ModelFacts {
  /** A Claude model, by any name that a gateway may give it. */
  claude: boolean;
  /** A Claude model by its id at Bedrock, which also answers with members of Anthropic's own. */
  claudeAtBedrock: boolean;
  nova: boolean;
  /** Nova 2, the first that reasons and has tools of its own. */
  nova2: boolean;
  /** A Claude model that thinks as much as it finds right, and refuses a budget. */
  adaptiveClaude: boolean;
  /** How an effort of reasoning is told to other models than these; undefined where no way is known. */
  effortField: 'reasoning_effort' | 'reasoning' | undefined;
  /** Holds an answer or a tool call to a schema. */
  schemas: boolean;
  /** Takes cache points, as far as the id tells. */
  caches: boolean;
}

const vendor =
  /(?:^|[./:])(amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|ai21|writer|zai)\./;

/**
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html: open models, and Claude from 4.5 to 4.6; later ones are refused
 * (https://github.com/vercel/ai/issues/14773, https://github.com/anomalyco/models.dev/pull/1765).
 */
const schemaVendors = words('anthropic deepseek google minimax mistral moonshot moonshotai nvidia openai qwen');

/** https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html#prompt-caching-models */
const cachingVendors: ReadonlySet<string | undefined> = new Set(['anthropic', 'amazon', undefined]);

export function modelFacts(model: string): ModelFacts {
  const name = vendor.exec(model)?.[1];
  const claude = name === 'anthropic' || (name === undefined && model.includes('claude'));
  const adaptiveClaude = claude && isAdaptiveClaude(model);
  return {
    claude,
    claudeAtBedrock: name === 'anthropic',
    nova: name === 'amazon' && model.includes('nova'),
    nova2: name === 'amazon' && model.includes('nova-2'),
    adaptiveClaude,
    effortField: effortField(name, model),
    schemas: name !== undefined && schemaVendors.has(name) && !(claudeGeneration(model) < 405) && !adaptiveClaude,
    caches: cachingVendors.has(name),
  };
}

/**
 * gpt-oss (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html) and Kimi take Chat Completions' member, OpenAI's
 * later models the one of its Responses API.
 */
function effortField(name: string | undefined, model: string): ModelFacts['effortField'] {
  if (name === 'moonshot' || name === 'moonshotai' || model.includes('gpt-oss')) return 'reasoning_effort';
  return name === 'openai' || (name === undefined && model.startsWith('gpt-')) ? 'reasoning' : undefined;
}
