import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import {
  chatResponseSchema,
  converseResponseSchema,
  generateContentResponseSchema,
  messagesResponseSchema,
  responsesResponseSchema,
  validateChatRequest,
  validateConverseRequest,
  validateGenerateContentRequest,
  validateMessagesRequest,
  validateResponsesRequest,
} from '../src/index.ts';

// The conversations of libs/hermesllm/test/rosetta are documentation, so each file must be what the real API takes or gives.

type Wire = Record<string, unknown>;

const folder = fileURLToPath(new URL('../../../libs/hermesllm/test/rosetta/', import.meta.url));
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const read = (name: string, file: string): Wire => JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as Wire;

const anySignature = { signatures: 'any' } as const;
const geminiModel = (name: string): string => {
  const { models } = read(name, 'case.json') as { models?: Wire };
  return String(models?.['gemini'] ?? 'gemini-2.5-flash');
};

const refusalOf: Readonly<Record<string, (body: Wire, name: string) => object>> = {
  'openai-chat': (body) => validateChatRequest(body, anySignature),
  'openai-responses': (body) => validateResponsesRequest(body, anySignature),
  'anthropic-messages': (body) => validateMessagesRequest(body, '2023-06-01', anySignature),
  'bedrock-converse': (body) => validateConverseRequest(body, false, anySignature),
  gemini: (body, name) => validateGenerateContentRequest(body, geminiModel(name), anySignature),
};

const schemaOf: Readonly<Record<string, ZodType>> = {
  'openai-chat': chatResponseSchema,
  'openai-responses': responsesResponseSchema,
  'anthropic-messages': messagesResponseSchema,
  'bedrock-converse': converseResponseSchema,
  gemini: generateContentResponseSchema,
};

/** Members that Chat Completions lacks and compatible servers have; the official clients pass them on. */
const extensionMembers: ReadonlySet<string> = new Set(['reasoning_content', 'thinking_blocks', 'extra_content']);

function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !extensionMembers.has(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutExtensions(member)]));
}

const official = (name: string, file: string): Wire => {
  const wire = read(name, file);
  return file.split('.')[1] === 'openai-chat' ? (withoutExtensions(wire) as Wire) : wire;
};

describe.each(names)('%s', (name) => {
  const files = readdirSync(join(folder, name));

  it.each(files.filter((file) => file.startsWith('request.')))('%s is taken', (file) => {
    const api = file.split('.')[1] as string;
    const outcome = refusalOf[api]?.(official(name, file), name);
    expect(outcome).not.toHaveProperty('refusal');
    expect(outcome).toHaveProperty('request');
  });

  it.each(Object.keys(schemaOf))('response.%s.json is official', (api) => {
    const outcome = schemaOf[api]?.safeParse(official(name, `response.${api}.json`));
    expect(outcome?.error?.issues ?? []).toEqual([]);
  });
});
