import { describe, expect, it } from 'vitest';
import { saysNothing } from './says-nothing.ts';

describe('saysNothing', () => {
  it.each([
    ['logit_bias', {}],
    ['safetySettings', []],
    ['cachedContent', null],
    ['modalities', ['text']],
    ['background', false],
    ['truncation', 'disabled'],
    ['stream_options', { include_obfuscation: true }],
    ['speed', 'standard'],
    ['performanceConfig', { latency: 'standard' }],
    ['generationConfig', { responseModalities: ['TEXT'], speechConfig: {} }],
    ['include', ['reasoning.encrypted_content']],
    ['candidates', 1],
    ['verbosity', 'medium'],
  ])('is so of %s %j', (key, value) => {
    expect(saysNothing(key, value)).toBe(true);
  });

  it.each([
    ['logit_bias', { 50256: -100 }],
    ['modalities', ['text', 'audio']],
    ['background', true],
    ['truncation', 'auto'],
    ['stream_options', { include_obfuscation: false }],
    ['performanceConfig', { latency: 'optimized' }],
    ['logprobs', { alternatives: undefined }],
    ['enable_thinking', false],
    ['generationConfig', { responseModalities: ['IMAGE'] }],
    ['deep', JSON.parse('['.repeat(5000) + ']'.repeat(5000))],
  ])('is not so of %s', (key, value) => {
    expect(saysNothing(key, value)).toBe(false);
  });
});
