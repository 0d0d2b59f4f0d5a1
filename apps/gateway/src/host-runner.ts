import type { EffectiveConfig } from '@plano/common';
import type { ListenerAddress } from './listeners.ts';
import type { MetricsSource } from './metrics-server.ts';

/** What runs a configuration: this process, or workers of it. */
export interface HostRunner {
  /**
   * Runs a configuration from now on, the first one or another. Exchanges under way end as they began.
   *
   * @throws Error when it cannot; then everything is as before
   */
  apply(config: EffectiveConfig): Promise<readonly ListenerAddress[]>;
  readonly metrics: MetricsSource;
  /** Settles, with what to tell, when there is no use in going on. */
  readonly failed: Promise<string>;
  /** Takes no new connections, lets exchanges end for so long, then cuts what is left. */
  stop(drainMs: number): Promise<void>;
}
