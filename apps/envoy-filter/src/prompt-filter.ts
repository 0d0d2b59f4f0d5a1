import { createPassOnGateway } from './pass-on-gateway.ts';
import { createPlugin } from './plugin.ts';
import { hardenScript, scriptHost } from './script-host.ts';

/** The script of `prompt_gateway.wasm`. It runs once when the filter is built; what it leaves is in the snapshot. */
hardenScript();
Object.assign(globalThis, {
  __pluginEvent: createPlugin(
    {
      createGateway: createPassOnGateway,
      builtin: () => {
        throw new Error('Nothing is built into the prompt filter');
      },
    },
    scriptHost,
  ),
});
