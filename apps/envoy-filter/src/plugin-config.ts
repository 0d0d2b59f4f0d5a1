import type { EffectiveConfig, HostCapabilities } from '@plano/common';

/** What Envoy's file holds for a filter, as JSON. */
export interface PluginConfig {
  /** Milliseconds that one event may take before it is ended. */
  readonly watchdogMs: number;
  /** Bytes of the script's heap in each worker. */
  readonly heapBytes: number;
  /** Name of the listener that the filter stands in. */
  readonly listener: string | undefined;
  /** The Node process that takes what a filter cannot do; null when there is none. */
  readonly node: NonNullable<HostCapabilities['handover']> | null;
  readonly config: EffectiveConfig;
}

/** Parts of the configuration that no gateway can do without, and what they must be. */
const shapes: Readonly<Record<string, 'list' | 'object'>> = {
  listeners: 'list',
  providers: 'list',
  aliases: 'object',
  limits: 'object',
  timeouts: 'object',
  retries: 'object',
  rateLimits: 'list',
  prompts: 'object',
  endpoints: 'object',
};

/**
 * Reads a plugin configuration.
 *
 * @throws Error that says what is wrong: Envoy then refuses to start
 */
export function readPluginConfig(text: string): PluginConfig {
  const value = parse(text);
  const { watchdogMs = 500, heapBytes = 256 * 1024 * 1024, listener, node = null, config } = value as Partial<PluginConfig>;
  if (typeof watchdogMs !== 'number' || watchdogMs <= 0) throw new Error('watchdogMs must be a number of milliseconds above 0');
  if (typeof heapBytes !== 'number' || heapBytes < 8 * 1024 * 1024) throw new Error('heapBytes must be at least 8388608');
  if (!isObject(config)) throw new Error('config must be the derived configuration');
  for (const [name, shape] of Object.entries(shapes)) {
    const part = (config as unknown as Record<string, unknown>)[name];
    const fits = shape === 'list' ? Array.isArray(part) : isObject(part);
    if (!fits)
      throw new Error(`config.${name} must be ${shape === 'list' ? 'a list' : 'an object'}: was it written by \`plano-gateway render\`?`);
  }
  if (node !== null && !isObject(node)) throw new Error('node must be an object or null');
  return { watchdogMs, heapBytes, listener, node, config };
}

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`the configuration is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (!isObject(value)) throw new Error('the configuration is not a JSON object');
  return value;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
