import type { TokenEncoding, Tokenizer } from '@plano/common';
import { countTokens, createTokenCounter, fillPathTemplate, obfuscateHeaders, shorten } from '@plano/common';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { limitRates } from './limit-rates.ts';
import { lookUpProviders } from './look-up-providers.ts';
import type { Operations } from './operation.ts';

const tables: Readonly<Record<TokenEncoding, Tokenizer>> = { o200k_base: o200k, cl100k_base: cl100k };
const exact = createTokenCounter((encoding) => tables[encoding]);

interface PathArgs {
  path: string;
  tool_params: Record<string, string>;
  prompt_target_params: { name: string; default?: string }[];
}

function fillPath({ path, tool_params, prompt_target_params }: PathArgs): unknown {
  const filled = fillPathTemplate(path, tool_params, prompt_target_params);
  if (!filled.ok) throw new Error(filled.message);
  return { path: filled.path, query: filled.query, params: filled.parameters };
}

/** The operations of the library that the gateways share. */
export const ops: Operations = {
  llm_provider_lookup: (args) => lookUpProviders(args as unknown as Parameters<typeof lookUpProviders>[0]),
  path_params: (args) => fillPath(args as unknown as PathArgs),
  pii: ({ headers }) => obfuscateHeaders(headers as [string, string][]),
  shorten: ({ text }) => shorten(String(text)),
  ratelimit: (args) => limitRates(args as unknown as Parameters<typeof limitRates>[0]),
  tokens: ({ model, texts }) =>
    (texts as string[]).map((text) => countTokens({ countTokens: exact }, String(model), text, Number.MAX_SAFE_INTEGER)),
};
