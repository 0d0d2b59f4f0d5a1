import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { LlmRequest, Message } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { openingText } from '../turns.ts';
import { documentText, emptyText } from './turns.ts';

const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

function encode(messages: Message[], members: Partial<LlmRequest> = {}, model = claude) {
  const scope = recordingScope();
  const wire = JSON.parse(JSON.stringify(encodeRequest({ ...emptyRequest(model, false, messages), ...members }, scope)));
  return { system: wire.system, messages: wire.messages, told: scope.told().filter((text) => text !== 'emulated tools') };
}

/** What becomes of the blocks of one user turn. */
function encodeBlocks(blocks: Block[], model = claude, members: Partial<LlmRequest> = {}) {
  const { messages, told } = encode([message('user', [textBlock('-'), ...blocks])], members, model);
  return { content: messages[0].content.slice(1), told };
}

const own: Partial<LlmRequest> = { extensions: { api: 'bedrock-converse', fields: {} } };
const user = (text: string) => message('user', [textBlock(text)]);
const assistant = (...blocks: Block[]) => message('assistant', blocks);

describe('turns', () => {
  it('merge neighbours of one side', () => {
    const { messages, told } = encode([
      user('a'),
      user('b'),
      assistant(textBlock('c')),
      assistant(textBlock('d'), toolCallBlock('1', 'n', '')),
      message('tool', [toolResultBlock('1', [textBlock('r')], false)]),
      user('e'),
    ]);
    expect(messages).toEqual([
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      { role: 'assistant', content: [{ text: 'c' }, { text: 'd' }, { toolUse: { toolUseId: '1', name: 'n', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: '1', content: [{ text: 'r' }] } }, { text: 'e' }] },
    ]);
    expect(told).toEqual([]);
  });

  it('have their tool results first', () => {
    const result = message('tool', [toolResultBlock('1', [], false, undefined, false, { ttl: undefined }), toolResultBlock('2', [], true)]);
    const { messages, told } = encode([user('a'), result]);
    expect(messages[0].content).toEqual([
      { toolResult: { toolUseId: '1', content: [{ text: ' ' }] } },
      { cachePoint: { type: 'default' } },
      { toolResult: { toolUseId: '2', content: [{ text: ' ' }], status: 'error' } },
      { text: 'a' },
    ]);
    expect(told).toEqual(['approximated messages[1].blocks[0]', 'approximated messages[1].blocks[1]']);
  });

  it('have all system messages in the prompt, in order', () => {
    const late = message('developer', [textBlock('c', { ttl: '5m' }), mediaBlock('image', { type: 'base64', data: 'A' })]);
    const { system, told } = encode([message('system', [textBlock('a'), textBlock('')]), user('b'), late]);
    expect(system).toEqual([{ text: 'a' }, { text: 'c' }, { cachePoint: { type: 'default', ttl: '5m' } }]);
    expect(told).toEqual(['approximated messages[2]', 'dropped messages[2].blocks[1]']);
  });

  it('begin with the user', () => {
    const { messages, told } = encode([assistant(textBlock('a')), user('b')]);
    expect(messages[0]).toEqual({ role: 'user', content: [{ text: openingText }] });
    expect(messages).toHaveLength(3);
    expect(told).toEqual(['emulated messages']);
  });

  it('of the user are never empty', () => {
    const { messages, told } = encode([user(''), assistant(textBlock('a'))]);
    expect(messages[0]).toEqual({ role: 'user', content: [{ text: emptyText }] });
    expect(told).toEqual(['emulated messages[0]']);
  });

  it('of the assistant are none when nothing of them is left', () => {
    const search = assistant(unknownBlock('openai-responses', { type: 'web_search_call' }));
    const { messages, told } = encode([search, user('a'), assistant(textBlock(' \n')), user('b')]);
    expect(messages).toEqual([{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }]);
    expect(told).toEqual(['dropped messages[0].blocks[0]', 'dropped messages[2].blocks[0]']);
  });

  it('have a text beside a document', () => {
    const document = mediaBlock('document', { type: 'base64', data: 'A' }, { mediaType: 'application/pdf', name: 'a' });
    const { messages, told } = encode([message('user', [document])]);
    expect(messages[0].content).toEqual([{ document: { format: 'pdf', name: 'a', source: { bytes: 'A' } } }, { text: documentText }]);
    expect(told).toEqual(['emulated messages[0]']);
    expect(encode([message('user', [document, textBlock('x')])]).told).toEqual([]);
  });

  it('of the assistant have no media', () => {
    expect(encode([user('a'), assistant(textBlock('b'), mediaBlock('image', { type: 'base64', data: 'A' }))]).told).toEqual([
      'dropped messages[1].blocks[1]',
    ]);
  });

  it('have no names', () => {
    expect(encode([message('user', [textBlock('a')], 'Ana')]).told).toEqual(['dropped messages[0].name']);
  });

  it('are none without messages', () => {
    expect(encode([])).toEqual({ system: undefined, messages: [], told: [] });
  });
});

const png = { mediaType: 'image/png' };
const bytes = { type: 'base64', data: 'AQID' } as const;
const media = (kind: 'image' | 'audio' | 'video', format: string) => ({ [kind]: { format, source: { bytes: 'AQID' } } });
const document = (members: object) => ({ document: { format: 'pdf', name: 'document', source: { bytes: 'AQID' }, ...members } });
const foreign = { origin: 'gemini', data: 's' } as const;
const claudeSigned = { origin: 'anthropic-messages', data: 'c2ln' } as const;
const reason = (content: object) => ({ reasoningContent: content });

describe('blocks for an upstream', () => {
  it.each<[string, Block, unknown[], string[]]>([
    ['a refusal', refusalBlock('no'), [{ text: 'no' }], []],
    ['text to be cached', textBlock('x', { ttl: '1h' }), [{ text: 'x' }, { cachePoint: { type: 'default', ttl: '1h' } }], []],
    [
      "text with another vendor's signature",
      textBlock('x', undefined, undefined, foreign),
      [{ text: 'x' }],
      ['dropped messages[0].blocks[1].signature'],
    ],
    ['an image', mediaBlock('image', bytes, png), [media('image', 'png')], []],
    ['an image of a type that says more', mediaBlock('image', bytes, { mediaType: 'IMAGE/JPG; x=y' }), [media('image', 'jpeg')], []],
    [
      'an image to be cached',
      mediaBlock('image', bytes, { ...png, cache: { ttl: undefined } }),
      [media('image', 'png'), { cachePoint: { type: 'default' } }],
      [],
    ],
    [
      'an image with a resolution',
      mediaBlock('image', bytes, { ...png, detail: 'low' }),
      [media('image', 'png')],
      ['dropped messages[0].blocks[1].detail'],
    ],
    ['an image by address', mediaBlock('image', { type: 'url', url: 'https://a.example/b.png' }), [], ['dropped messages[0].blocks[1]']],
    ['an image by file id', mediaBlock('image', { type: 'file', id: 'f', api: 'openai-chat' }, png), [], ['dropped messages[0].blocks[1]']],
    [
      'an image of a type that is not taken',
      mediaBlock('image', bytes, { mediaType: 'image/tiff' }),
      [],
      ['dropped messages[0].blocks[1]'],
    ],
    ['an image of no type', mediaBlock('image', bytes), [media('image', 'png')], ['defaulted messages[0].blocks[1].mediaType']],
    [
      'an image that says its type itself',
      mediaBlock('image', { type: 'base64', data: '/9j/4AAQ' }),
      [{ image: { format: 'jpeg', source: { bytes: '/9j/4AAQ' } } }],
      [],
    ],
    [
      'an image in S3',
      mediaBlock('image', { type: 's3', uri: 's3://a/b', bucketOwner: undefined }, png),
      [{ image: { format: 'png', source: { s3Location: { uri: 's3://a/b' } } } }],
      [],
    ],
    ['audio', mediaBlock('audio', bytes, { mediaType: 'audio/mpeg' }), [media('audio', 'mp3')], []],
    ['audio of no type', mediaBlock('audio', bytes), [], ['dropped messages[0].blocks[1]']],
    ['video', mediaBlock('video', bytes, { mediaType: 'video/3gpp' }), [media('video', 'three_gp')], []],
    [
      'a document',
      mediaBlock('document', bytes, { mediaType: 'application/pdf', name: 'Manifest', context: 'c', citable: true }),
      [document({ name: 'Manifest', context: 'c', citations: { enabled: true } })],
      [],
    ],
    [
      'a document without name',
      mediaBlock('document', bytes, { mediaType: 'application/pdf' }),
      [document({})],
      ['defaulted messages[0].blocks[1].name'],
    ],
    [
      'a document with a name that is refused',
      mediaBlock('document', bytes, { mediaType: 'application/pdf', name: ' Täg_1  (a)[b]-c.pdf ' }),
      [document({ name: 'T g 1 (a)[b]-c pdf' })],
      ['approximated messages[0].blocks[1].name'],
    ],
    [
      'a document known by its name',
      mediaBlock('document', bytes, { name: 'a.csv' }),
      [document({ format: 'csv', name: 'a csv' })],
      ['approximated messages[0].blocks[1].name'],
    ],
    [
      'a document that is text',
      mediaBlock('document', { type: 'text', text: 'é' }, { name: 'n' }),
      [document({ format: 'txt', name: 'n', source: { bytes: 'w6k=' } })],
      [],
    ],
    [
      'a document in parts',
      mediaBlock('document', { type: 'blocks', blocks: [textBlock('a'), mediaBlock('image', bytes, png)] }, { name: 'n' }),
      [document({ format: 'txt', name: 'n', source: { content: [{ text: 'a' }] } })],
      ['dropped messages[0].blocks[1].source.blocks[1]'],
    ],
    [
      'a document by address',
      mediaBlock('document', { type: 'url', url: 'https://a.example/b.pdf' }, { name: 'b.pdf' }),
      [],
      ['dropped messages[0].blocks[1]'],
    ],
    ['a signed thought', reasoningBlock('t', claudeSigned), [reason({ reasoningText: { text: 't', signature: 'c2ln' } })], []],
    ['a redacted thought', reasoningBlock('', undefined, claudeSigned), [reason({ redactedContent: 'c2ln' })], []],
    ["another vendor's thought", reasoningBlock('t', foreign), [], ['dropped messages[0].blocks[1]']],
    ['an unsigned thought', reasoningBlock('t'), [], ['dropped messages[0].blocks[1]']],
    ['an empty thought', reasoningBlock(''), [], []],
    [
      'a signed call',
      toolCallBlock('1', 'n', '{"a":1}', false, foreign),
      [{ toolUse: { toolUseId: '1', name: 'n', input: { a: 1 } } }],
      ['dropped messages[0].blocks[1].signature'],
    ],
    [
      'a call that is not JSON',
      toolCallBlock('1', 'n', '[1'),
      [{ toolUse: { toolUseId: '1', name: 'n', input: { input: '[1' } } }],
      ['approximated messages[0].blocks[1].input'],
    ],
    ['a custom call', toolCallBlock('1', 'n', 'free', true), [{ toolUse: { toolUseId: '1', name: 'n', input: { input: 'free' } } }], []],
    ['its own unknown block', unknownBlock('bedrock-converse', { hologram: {} }), [{ hologram: {} }], []],
    [
      'a search result',
      mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('w')] }, { name: 't', context: 's' }),
      [{ searchResult: { source: 's', title: 't', content: [{ text: 'w' }] } }],
      [],
    ],
    ["another's unknown block", unknownBlock('gemini', {}), [], ['dropped messages[0].blocks[1]']],
  ])('%s', (_what, block, content, told) => {
    expect(encodeBlocks([block])).toEqual({ content, told });
  });

  it('a thought of its own client needs no signature', () => {
    expect(encodeBlocks([reasoningBlock('t')], 'openai.gpt-oss-20b-1:0', own)).toEqual({
      content: [reason({ reasoningText: { text: 't' } })],
      told: [],
    });
  });

  it('text with its own citations, and with those of others', () => {
    const citation = { url: undefined, title: 't', citedText: undefined, start: undefined, end: undefined };
    const native = { api: 'bedrock-converse', value: { title: 't', location: {} } } as const;
    const both = encodeBlocks([
      textBlock('x', undefined, [
        { ...citation, native },
        { ...citation, native: undefined },
      ]),
    ]);
    expect(both).toEqual({
      content: [{ citationsContent: { content: [{ text: 'x' }], citations: [native.value] } }],
      told: ['dropped messages[0].blocks[1].citations'],
    });
  });

  it('documents with names that differ', () => {
    const pdf = (name?: string) => mediaBlock('document', bytes, { mediaType: 'application/pdf', name });
    const { content } = encodeBlocks([pdf('a'), pdf('A'), pdf('a'), pdf('a 2'), pdf(), pdf('###')]);
    expect(content.map((block: { document: { name: string } }) => block.document.name)).toEqual([
      'a',
      'A 2',
      'a 3',
      'a 2 2',
      'document',
      'document 2',
    ]);
  });

  it('citations of documents only for Claude', () => {
    const cited = mediaBlock('document', bytes, { mediaType: 'application/pdf', name: 'a', context: 'c', citable: true });
    expect(encodeBlocks([cited], 'amazon.nova-pro-v1:0')).toEqual({
      content: [document({ name: 'a' })],
      told: ['dropped messages[0].blocks[1].context', 'dropped messages[0].blocks[1].citable'],
    });
    expect(encodeBlocks([cited], 'amazon.nova-pro-v1:0', own).told).toEqual([]);
  });

  it('no cache points for models that refuse them', () => {
    expect(encodeBlocks([textBlock('x', { ttl: undefined })], 'meta.llama3-3')).toEqual({
      content: [{ text: 'x' }],
      told: ['dropped messages[0].blocks[1].cache'],
    });
    expect(encodeBlocks([textBlock('x', { ttl: undefined })], 'meta.llama3-3', own).told).toEqual([]);
  });

  it('have a search result as text where the model does not cite', () => {
    const found = mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('w')] }, { name: 't', context: 's', citable: true });
    expect(encodeBlocks([found], 'amazon.nova-pro-v1:0')).toEqual({
      content: [{ text: 't\ns\nw' }],
      told: ['approximated messages[0].blocks[1]', 'dropped messages[0].blocks[1].citable'],
    });
  });
});

describe('tool results', () => {
  it.each<[string, Block[], unknown[], string[]]>([
    ['texts apart', [textBlock('a'), textBlock('b'), refusalBlock('c')], [{ text: 'a' }, { text: 'b' }, { text: 'c' }], []],
    ['an image alone', [mediaBlock('image', bytes, png)], [media('image', 'png')], []],
    [
      'texts around an image',
      [textBlock('a'), mediaBlock('image', bytes, png), textBlock('b')],
      [{ text: 'a' }, media('image', 'png'), { text: 'b' }],
      [],
    ],
    ['nothing', [], [{ text: ' ' }], []],
    ['an empty text', [textBlock('')], [{ text: ' ' }], []],
    [
      'only what is not taken',
      [mediaBlock('audio', bytes, { mediaType: 'audio/wav' })],
      [{ text: ' ' }],
      ['dropped messages[0].blocks[0].blocks[0]'],
    ],
    ['a wish to cache inside', [textBlock('a', { ttl: undefined })], [{ text: 'a' }], ['dropped messages[0].blocks[0].blocks[0].cache']],
    ['its own unknown block', [unknownBlock('bedrock-converse', { searchResult: {} })], [{ searchResult: {} }], []],
  ])('hold %s', (_what, blocks, content, told) => {
    const { messages, told: heard } = encode([message('tool', [toolResultBlock('1', blocks, false)])]);
    expect(messages[0].content[0].toolResult.content).toEqual(content);
    expect(heard).toEqual(told);
  });

  it('are read back', () => {
    const scope = recordingScope();
    const given = [message('tool', [toolResultBlock('1', [textBlock('a'), mediaBlock('image', bytes, png)], true)])];
    const wire = JSON.parse(JSON.stringify(encodeRequest(emptyRequest(claude, false, given), scope)));
    expect(decodeRequest(wire, scope).messages).toEqual(given);
  });
});
