import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { approximateTokens, countTokens as countTextTokens } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { countTokens, loadTokenizer } from '../src/adapters/tokenizers.ts';

setFlagsFromString('--expose-gc');
const workspace = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(workspace, path), 'utf8');
const all = (folder: string, end: string): string =>
  readdirSync(join(workspace, folder))
    .filter((name) => name.endsWith(end))
    .map((name) => read(join(folder, name)))
    .join('\n');

/** Texts of the repository. */
const texts = {
  English: read('docs/architecture.md') + all('docs/decisions', '.md'),
  code: all('libs/common/src', '.ts') + all('apps/gateway/src', '.ts'),
  JSON: read('libs/hermesllm/package.json') + read('libs/common/test/vectors/path_params/all.json') + read('nx.json'),
  Chinese: read('apps/gateway/test/texts/chinese.txt'),
};
const others = read('apps/gateway/test/texts/other-scripts.txt');
const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
const off = (estimate: number, exact: number): number => Math.abs(estimate / exact - 1);

describe('countTokens', () => {
  it('knows what a sentence has', () => {
    expect(countTokens('gpt-4o', 'How many tokens does this sentence have?')).toBe(8);
    expect(countTokens('gpt-4o', '')).toBe(0);
    expect(countTokens('gpt-4', ' ')).toBe(1);
  });

  it('takes special tokens for text', () => {
    expect(countTokens('gpt-4o', '<|endoftext|>')).toBe(7);
  });

  it('does not load a table for models that have another tokenizer', () => {
    expect(countTokens('claude-sonnet-4-5', 'Hello')).toBe(approximateTokens('Hello', 'claude'));
  });

  it.each([
    ['gpt-4o', 'o200k_base'],
    ['gpt-4', 'cl100k_base'],
  ] as const)('counts word by word for %s what the tokenizer counts in whole texts', (model, encoding) => {
    const parts = [
      ...'aBzéЯ海🌊ß./\'"{_-,',
      ...' \n\t\u00a0\u3000\u2003\ufeff\u0085\u200b\v\f\u2028',
      '1',
      '23',
      '\r\n',
      "'s",
      "'LL",
      '\u0301',
      'word',
    ];
    let seed = 42;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 5_000; round += 1) {
      const text = Array.from({ length: 1 + random(14) }, () => parts[random(parts.length)]).join('');
      expect({ text, tokens: countTokens(model, text) }).toEqual({ text, tokens: loadTokenizer(encoding).countTokens(text, asText) });
    }
    for (const text of Object.values(texts))
      expect(off(countTokens(model, text), loadTokenizer(encoding).countTokens(text, asText))).toBeLessThan(0.002);
  });

  it('keeps no text in memory for the sake of a word that it remembers', () => {
    const filler = 'word '.repeat(20_000);
    const name = (index: number): string => [...String(1000 + index)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('');
    const collect = runInNewContext('gc') as () => void;
    const count = (from: number, to: number): number => {
      for (let index = from; index < to; index += 1) {
        countTokens(
          'gpt-4o',
          JSON.parse(JSON.stringify(`${filler}qzxkcdvbnmlkjhh${name(index)} ${'海'.repeat(20)}${name(index)} ${filler}`)) as string,
        );
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = count(0, 20);
    expect((count(20, 120) - before) / 100).toBeLessThan(20_000);
  });

  it.each([
    ['letters', 'A'.repeat(2000)],
    [
      'random letters',
      Array.from({ length: 2000 }, (_, index) => String.fromCharCode(97 + ((index * index * 31 + index * 7) % 26))).join(''),
    ],
    ['Chinese without marks', texts.Chinese.replaceAll(/[^\u4e00-\u9fff]/g, '')],
    ['punctuation', '#=-+'.repeat(500)],
  ])('is within 5 % where a long run of %s is cut, because whole it takes the square of its length', (_name, text) => {
    expect(off(countTokens('gpt-4o', text), loadTokenizer('o200k_base').countTokens(text, asText))).toBeLessThan(0.05);
  });

  it('gets through the most that a request may have, of the worst kind', () => {
    const worst = '海'.repeat(400_000);
    expect(countTokens('gpt-4o', worst)).toBeGreaterThan(100_000);
  });
});

describe('the approximation', () => {
  it.each(Object.keys(texts) as (keyof typeof texts)[])('is within 5 % for %s', (kind) => {
    const text = texts[kind];
    expect(text.length).toBeGreaterThan(500);
    expect(off(approximateTokens(text, 'o200k'), countTokens('gpt-4o', text))).toBeLessThan(0.05);
    expect(off(approximateTokens(text, 'cl100k'), countTokens('gpt-4', text))).toBeLessThan(0.05);
  });

  it('is within 20 % for other scripts', () => {
    expect(off(approximateTokens(others, 'o200k'), countTokens('gpt-4o', others))).toBeLessThan(0.2);
    expect(off(approximateTokens(others, 'cl100k'), countTokens('gpt-4', others))).toBeLessThan(0.2);
  });
});

describe('the worst of the approximation, one kind of text at a time', () => {
  const [german, french, russian, arabic, japanese, korean] = others.split('\n').filter((line) => line !== '');
  const hindi = 'सुबह बंदरगाह पर कोहरा छाया रहता है और मछुआरे ज्वार की प्रतीक्षा करते हैं ताकि वे भीतर आ सकें।';
  const thai = 'ตอนเช้าท่าเรือมีหมอกปกคลุม ชาวประมงรอให้น้ำขึ้นเพื่อจะได้เข้าฝั่ง ชายชราซ่อมแหและเล่าเรื่องเก่าให้เด็กฟัง';
  let state = 7;
  const noise = Array.from({ length: 3000 }, () => (state = (state * 48_271) % 2_147_483_647) % 256);
  /** Percent for o200k and for cl100k, as docs/limits.md states them. */
  const kinds: [string, string | undefined, number, number][] = [
    ['German', german, -12, -31],
    ['French', french, -7, -16],
    ['Russian', russian, 21, 16],
    ['Arabic', arabic, 8, -13],
    ['Japanese', japanese, -11, 0],
    ['Korean', korean, -8, -20],
    ['Hindi', hindi, 0, 3],
    ['Thai', thai, 41, 12],
    ['base64', Buffer.from(noise).toString('base64'), -44, -45],
    ['hexadecimal', Buffer.from(noise).toString('hex'), 13, 17],
    ['a Markdown table', '| name | value |\n|------|-------|\n| a | 1 |\n| b | 2 |\n'.repeat(20), -17, -18],
    ['emoji', '🌊 🚢 😀 👍🏽 👨‍👩‍👧 '.repeat(20), -26, -23],
  ];
  it.each(kinds)('is stated for %s', (_name, text = '', o200k, cl100k) => {
    const percent = (family: 'o200k' | 'cl100k', model: string): number =>
      Math.round((approximateTokens(text, family) / countTokens(model, text) - 1) * 100);
    expect([percent('o200k', 'gpt-4o'), percent('cl100k', 'gpt-4')]).toEqual([o200k, cl100k]);
  });
});

describe('the bound of counting', () => {
  /** As the gateway counts, with a look at the tokens that were really counted. */
  const work = (text: string, maxCharacters: number): { tokens: number; counted: number; characters: number } => {
    let counted = 0;
    let characters = 0;
    const host = {
      countTokens: (model: string, piece: string) => {
        const found = countTokens(model, piece);
        counted += found;
        characters += piece.length;
        return found;
      },
    };
    return { tokens: countTextTokens(host, 'gpt-4o', text, maxCharacters), counted, characters };
  };
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const randomChinese = Array.from({ length: 60_000 }, () => String.fromCharCode(0x4e00 + random(20_000))).join('');
  const randomWords = Array.from({ length: 60_000 }, () => (random(6) === 0 ? ' ' : String.fromCharCode(97 + random(26)))).join('');

  const dearTexts = { 'random Chinese': randomChinese, 'random words': randomWords, Chinese: texts.Chinese.repeat(100) };
  it.each(Object.keys(dearTexts) as (keyof typeof dearTexts)[])('holds for %s, and the count is within 5 %', (kind) => {
    const text = dearTexts[kind];
    const most = 40_000;
    const { tokens, counted, characters } = work(text, most);
    expect(counted).toBeLessThanOrEqual(most / 4 + (most / 64 + 1) * 3);
    expect(characters).toBeLessThanOrEqual(most);
    expect(off(tokens, countTokens('gpt-4o', text))).toBeLessThan(0.05);
  });

  it('does not make an ordinary text less exact', () => {
    const { tokens } = work(texts.English, texts.English.length * 2);
    expect(off(tokens, countTokens('gpt-4o', texts.English))).toBeLessThan(0.001);
  });
});

describe('sampling', () => {
  it.each([
    ['one kind of text', texts.code],
    ['kinds that follow each other', texts.English + texts.Chinese.repeat(20) + texts.code],
  ])('of a tenth is within 5 % for %s', (_name, text) => {
    const exact = countTokens('gpt-4o', text);
    const sampled = countTextTokens({ countTokens }, 'gpt-4o', text, Math.floor(text.length / 10));
    expect(off(sampled, exact)).toBeLessThan(0.05);
  });
});
