import { expect, it } from 'vitest';
import { callingPrompt, startPromptServices } from '../src/prompt-services.ts';

it('the services of bench:prompt-gateway call for a prompt that needs it, and answer as an API', async () => {
  const services = await startPromptServices();
  try {
    const ask = (content: string) =>
      fetch(`http://127.0.0.1:${services.port}/v1/chat/completions`, { method: 'POST', body: JSON.stringify({ content }) });
    expect(await (await ask(callingPrompt)).text()).toContain('arguments');
    expect(await (await ask('hello')).text()).not.toContain('arguments');
    expect(await (await fetch(`http://127.0.0.1:${services.port}/weather`, { method: 'POST' })).json()).toMatchObject({ city: 'Oslo' });
    expect(services.asked).toEqual({ functionCalling: 2, api: 1 });
  } finally {
    await services.close();
  }
});
