import type { z } from 'zod';
import type { DeriveContext } from './derive-context.ts';
import type { Path } from './problem.ts';
import type { listener } from './schema-listeners.ts';

/** One listener as written. */
export type AuthorListener = z.output<typeof listener>;

/** A listener and where it was written. */
export interface PlacedListener {
  readonly listener: AuthorListener;
  readonly path: Path;
}

/** The listeners as a list, whichever form they were written in. The old form always has a model listener. */
export function authorListeners({ author, reporter }: DeriveContext): PlacedListener[] {
  if (Array.isArray(author.listeners)) {
    return author.listeners.map((listener, index) => ({ listener, path: ['listeners', index] }));
  }
  const { egress_traffic: egress, ingress_traffic: ingress } = author.listeners;
  reporter.warn(
    ['listeners'],
    'has the old form with `ingress_traffic` and `egress_traffic`',
    'write a list of listeners with `type` and `name`',
  );
  const placed: PlacedListener[] = [
    { listener: { type: 'model', name: 'egress_traffic', ...gate(egress) }, path: ['listeners', 'egress_traffic'] },
  ];
  if (ingress !== undefined && Object.keys(ingress).length > 0) {
    placed.push({ listener: { type: 'prompt', name: 'ingress_traffic', ...gate(ingress) }, path: ['listeners', 'ingress_traffic'] });
  }
  return placed;
}

function gate(written: { address?: string | undefined; port?: number | undefined; timeout?: number | undefined } | undefined) {
  return { address: written?.address, port: written?.port, timeout: written?.timeout };
}
