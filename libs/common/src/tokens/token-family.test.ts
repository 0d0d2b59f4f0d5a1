import { describe, expect, it } from 'vitest';
import { tokenFamily } from './token-family.ts';

describe('tokenFamily', () => {
  it.each([
    ['gpt-4', 'cl100k'],
    ['gpt-4-turbo', 'cl100k'],
    ['gpt-4-unknown-thing', 'cl100k'],
    ['gpt-3.5-turbo', 'cl100k'],
    ['text-embedding-3-small', 'cl100k'],
    ['openai/gpt-4', 'cl100k'],
    ['gpt-4o', 'o200k'],
    ['gpt-4o-mini', 'o200k'],
    ['gpt-4.1-nano', 'o200k'],
    ['gpt-4.5-preview', 'o200k'],
    ['gpt-5', 'o200k'],
    ['gpt-oss-120b', 'o200k'],
    ['o3-mini', 'o200k'],
    ['nobody-knows-it', 'o200k'],
    ['claude-sonnet-4-5', 'claude'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude'],
    ['gemini-2.5-pro', 'gemini'],
    ['meta-llama/Llama-3.3-70B-Instruct', 'llama'],
    ['deepseek-r1-distill-llama-70b', 'deepseek'],
    ['mistral-large-latest', 'mistral'],
    ['Qwen/Qwen3-32B', 'qwen'],
  ] as const)('of %s is %s', (model, family) => {
    expect(tokenFamily(model)).toBe(family);
  });
});
