import type { ApiId } from '../model/api.ts';
import type { Warning } from '../model/warning.ts';
import type { HeaderLookup } from './auth.ts';
import type { BetaHeaderRule, Provider } from './provider.ts';

/** Headers by which clients switch on unreleased features, and the APIs that read them. */
const betaHeaders: Readonly<Record<string, readonly ApiId[]>> = {
  'anthropic-beta': ['anthropic-messages', 'bedrock-converse'],
  'openai-beta': ['openai-chat', 'openai-responses'],
};

// A provider that says nothing gets only what the configuration names.
const unlisted: BetaHeaderRule = { in: 'header', forward: [], strip: [] };

/** The configuration's own lists: they come before the provider's, `strip` before `forward`. Entries are values or `beginning*`. */
export interface BetaHeaderLists {
  forward?: readonly string[] | undefined;
  strip?: readonly string[] | undefined;
}

/** What becomes of the client's beta headers. */
export interface BetaHeaders {
  set: Record<string, string>;
  remove: string[];
  /** Values that the provider reads in the body; hand them to `adaptRequest`. */
  bodyBetas: string[];
}

const matches = (patterns: readonly string[] | undefined, value: string): boolean =>
  patterns !== undefined &&
  patterns.some((pattern) => (pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : pattern === value));

function isForwarded(value: string, rule: BetaHeaderRule, lists: BetaHeaderLists): boolean {
  if (matches(lists.strip, value)) return false;
  if (matches(lists.forward, value)) return true;
  return matches(rule.forward, value) && !matches(rule.strip, value);
}

/**
 * Decides which of a client's beta values reach the provider, and how. What is left out is reported, one warning a header.
 *
 * @example
 * chooseBetaHeaders({ provider: amazonBedrock, api: 'bedrock-converse', header, lists: {}, warn }).bodyBetas // ['context-1m-2025-08-07']
 */
export function chooseBetaHeaders(request: {
  provider: Provider;
  /** The upstream API. */
  api: ApiId;
  header: HeaderLookup;
  lists?: BetaHeaderLists | undefined;
  warn: (warning: Warning) => void;
}): BetaHeaders {
  const { provider, api, header, lists = {}, warn } = request;
  const chosen: BetaHeaders = { set: {}, remove: [], bodyBetas: [] };
  for (const name in betaHeaders) {
    const text = header(name);
    if (text === undefined) continue;
    const rule = betaHeaders[name]!.includes(api) ? (provider.betaHeaders[name] ?? unlisted) : undefined;
    const kept: string[] = [];
    const left: string[] = [];
    for (const part of text.split(',')) {
      const value = part.trim();
      if (value !== '') (rule !== undefined && isForwarded(value, rule, lists) ? kept : left).push(value);
    }
    if (left.length > 0) warn({ type: 'dropped', path: `headers.${name}`, reason: `not forwarded to ${provider.id}: ${left.join(', ')}` });
    if (rule?.in === 'header' && kept.length > 0) chosen.set[name] = kept.join(',');
    else chosen.remove.push(name);
    if (rule?.in === 'body') chosen.bodyBetas.push(...kept);
  }
  return chosen;
}
