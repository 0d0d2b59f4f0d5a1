import { createForwardingStage, createPromptGateway } from '@plano/prompt-gateway';
import { createPlugin } from './plugin.ts';
import { hardenScript, scriptHost } from './script-host.ts';

/** The script of `prompt_gateway.wasm`. It runs once when the filter is built; what it leaves is in the snapshot. */
hardenScript();
Object.assign(globalThis, {
  __pluginEvent: createPlugin(
    {
      createGateway: (config) => createPromptGateway(config, createForwardingStage()),
      echo: () => {
        throw new Error('The model without a provider is in the LLM filter');
      },
    },
    scriptHost,
  ),
});
