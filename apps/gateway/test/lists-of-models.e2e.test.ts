import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningNodeGateway } from './support/running-gateway.ts';
import { startNodeGateway } from './support/start-node-gateway.ts';

let gateway: RunningNodeGateway | undefined;
afterEach(() => gateway?.close());

const listed = ['openai/gpt-4o', 'anthropic/claude-x', 'plano/echo'];

async function start(auth: string): Promise<string> {
  gateway = await startNodeGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000${auth} }]
model_providers:
  - { model: openai/gpt-4o, access_key: k, default: true }
  - { model: anthropic/claude-x, access_key: k }
  - { model: plano/echo }`);
  return gateway.url;
}

async function namesOf<Model>(models: AsyncIterable<Model> | Promise<AsyncIterable<Model>>, name: (model: Model) => string | undefined) {
  const names: (string | undefined)[] = [];
  for await (const model of await models) names.push(name(model));
  return names;
}

describe.each([
  ['open to all', ''],
  ['with a key', ', auth: { keys: [client-key] }'],
])('a listener %s lists its models', (_name, auth) => {
  it('for OpenAI’s client', async () => {
    const { models } = new OpenAI({ baseURL: `${await start(auth)}/v1`, apiKey: 'client-key', maxRetries: 0 });
    expect(await namesOf(models.list(), ({ id }) => id)).toEqual(listed);
    expect(await models.retrieve('openai/gpt-4o')).toMatchObject({ id: 'openai/gpt-4o', owned_by: 'OpenAI' });
  });

  it.each([{ apiKey: 'client-key' }, { authToken: 'client-key', apiKey: null }])('for Anthropic’s client with %j', async (credential) => {
    const { models } = new Anthropic({ baseURL: await start(auth), ...credential, maxRetries: 0 });
    expect(await namesOf(models.list(), ({ id }) => id)).toEqual(listed);
    expect(await models.retrieve('claude-x')).toMatchObject({ id: 'claude-x', type: 'model' });
  });

  it.each(['v1', 'v1beta', undefined])('for Google’s client at %s', async (apiVersion) => {
    const httpOptions = { baseUrl: await start(auth) };
    const { models } = new GoogleGenAI({ apiKey: 'client-key', httpOptions, ...(apiVersion === undefined ? {} : { apiVersion }) });
    expect(await namesOf(models.list(), ({ name }) => name)).toEqual(listed.map((name) => `models/${name}`));
    expect(await models.get({ model: 'gpt-4o' })).toMatchObject({ name: 'models/gpt-4o' });
    await expect(models.embedContent({ model: 'gpt-4o', contents: 'x' })).rejects.toMatchObject({ status: 404 });
  });

  it('for Google’s key in a query', async () => {
    const answer = await fetch(`${await start(auth)}/v1/models?key=client-key`);
    expect(await answer.json()).toMatchObject({ models: [{ name: 'models/openai/gpt-4o' }, {}, {}] });
  });
});
