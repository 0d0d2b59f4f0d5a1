import { answerEcho, createLlmGateway } from '@plano/llm-gateway';
import { createPlugin } from './plugin.ts';
import { hardenScript, scriptHost } from './script-host.ts';

/** The script of `llm_gateway.wasm`. It runs once when the filter is built; what it leaves is in the snapshot. */
hardenScript();
Object.assign(globalThis, {
  __pluginEvent: createPlugin(
    {
      createGateway: createLlmGateway,
      echo: ({ body }, nowMs) => answerEcho(typeof body === 'string' ? body : (scriptHost.decode(body) ?? ''), nowMs),
    },
    scriptHost,
  ),
});
