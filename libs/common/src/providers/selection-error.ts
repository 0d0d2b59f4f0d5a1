import type { GatewayError } from '../errors.ts';
import { gatewayError } from '../errors.ts';
import type { SelectionResult } from './registry.ts';

/**
 * The error of a request that names no model of the configuration, with the names that look like the one it gave.
 *
 * @example
 * const selection = registry.select({ model: 'gpt-4' });
 * if (!selection.ok) return refuse(head.path, selectionError(selection)); // 404 `model_not_found`
 */
export function selectionError({ kind, message, nearest }: SelectionResult & { readonly ok: false }): GatewayError {
  const near = nearest.length === 0 ? '' : `. Did you mean ${nearest.join(', ')}?`;
  return gatewayError(kind, `${message}${near}`, { path: 'model' });
}
