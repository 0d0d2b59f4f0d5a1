import { describe, expect, it } from 'vitest';
import { modelFacts } from './models.ts';

const facts = (model: string): string[] =>
  Object.entries(modelFacts(model)).flatMap(([name, value]) => (value === false || value === undefined ? [] : [name]));

describe('modelFacts', () => {
  it.each([
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', ['claude', 'claudeAtBedrock', 'schemas', 'caches']],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', ['claude', 'claudeAtBedrock', 'schemas', 'caches']],
    ['global.anthropic.claude-opus-4-7-v1', ['claude', 'claudeAtBedrock', 'adaptiveClaude', 'caches']],
    ['anthropic.claude-sonnet-5', ['claude', 'claudeAtBedrock', 'adaptiveClaude', 'caches']],
    ['anthropic.claude-3-7-sonnet-20250219-v1:0', ['claude', 'claudeAtBedrock', 'caches']],
    ['anthropic.claude-sonnet-4-20250514-v1:0', ['claude', 'claudeAtBedrock', 'caches']],
    ['anthropic.claude-opus-4-1-20250805-v1:0', ['claude', 'claudeAtBedrock', 'caches']],
    ['arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1', ['claude', 'claudeAtBedrock', 'schemas', 'caches']],
    ['arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-opus-4-6-v1', ['claude', 'claudeAtBedrock', 'schemas', 'caches']],
    ['claude-sonnet-4-5', ['claude', 'caches']],
    ['amazon.nova-pro-v1:0', ['nova', 'caches']],
    ['us.amazon.nova-2-lite-v1:0', ['nova', 'nova2', 'caches']],
    ['openai.gpt-oss-120b-1:0', ['effortField', 'schemas']],
    ['openai.gpt-5.6-luna', ['effortField', 'schemas']],
    ['moonshotai.kimi-k2.5', ['effortField', 'schemas']],
    ['meta.llama3-3-70b-instruct-v1:0', []],
    ['qwen.qwen3-235b-a22b-2507-v1:0', ['schemas']],
    ['arn:aws:bedrock:us-east-1:1:application-inference-profile/abc', ['caches']],
    ['gpt-4.1', ['effortField', 'caches']],
    ['', ['caches']],
  ])('%s', (model, expected) => {
    expect(facts(model)).toEqual(expect.arrayContaining(expected));
    expect(facts(model)).toHaveLength(expected.length);
  });

  it.each([
    ['openai.gpt-oss-20b-1:0', 'reasoning_effort'],
    ['moonshot.kimi-k2-thinking', 'reasoning_effort'],
    ['openai.gpt-6-sol', 'reasoning'],
    ['mistral.magistral-small-2509', undefined],
  ])('asks %s to reason by %s', (model, field) => {
    expect(modelFacts(model).effortField).toBe(field);
  });
});
