import type { EffectiveConfig, Exchange, HostCapabilities, HostEffect, HostEvent } from '@plano/common';
import { createExchange } from '@plano/common';
import { createLlmGateway } from '@plano/llm-gateway';

/** The script side of a proxy-wasm filter: one exchange for each HTTP stream context. */
export interface Guest {
  /**
   * Hands an event of a stream context to its exchange. A request opens the context.
   *
   * @throws Error for an event of a context that is not open
   */
  dispatch(context: number, event: HostEvent): HostEffect;
  /** Forgets a context: the stream is done, or the client has gone. */
  close(context: number): void;
  /** Contexts that are open. */
  readonly size: number;
}

/** What Envoy cannot do is fixed here: its router sends a request once. */
export type GuestHost = Omit<HostCapabilities, 'redispatch'>;

/**
 * Creates the guest of the LLM filter from its plugin configuration, which is the derived configuration as JSON.
 *
 * @throws Error with a readable reason when the configuration cannot be used: the filter then refuses to start
 */
export function createGuest(config: EffectiveConfig, host: GuestHost): Guest {
  const gateway = createLlmGateway(config);
  const capabilities: HostCapabilities = { ...host, redispatch: false };
  const exchanges = new Map<number, Exchange>();
  return {
    dispatch(context, event) {
      if (event.type === 'request') exchanges.set(context, createExchange(gateway, capabilities));
      const exchange = exchanges.get(context);
      if (exchange === undefined) throw new Error(`Stream context ${context} is not open`);
      const effect = exchange.dispatch(event);
      if (effect.step === 'respond' || (effect.step === 'write' && effect.last)) exchanges.delete(context);
      return effect;
    },
    close: (context) => {
      exchanges.delete(context);
    },
    get size() {
      return exchanges.size;
    },
  };
}
