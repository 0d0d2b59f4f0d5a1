import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import { isHermesError } from '../../hermes-error.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import type { Signature } from '../../model/signature.ts';
import { decodeMessages } from './decode-messages.ts';
import { fieldsOf } from '../../fields.ts';
import { encodeMessages } from './encode-messages.ts';

const decode = (...messages: object[]) => {
  const scope = recordingScope();
  return { messages: decodeMessages(fieldsOf({ messages }, scope)), told: scope.told() };
};
const encode = (...messages: Message[]) => {
  const scope = recordingScope();
  return { messages: JSON.parse(JSON.stringify(encodeMessages(messages, scope))) as JsonObject[], told: scope.told() };
};
const user = (...content: object[]) => decode({ role: 'user', content });
const own = (data: string): Signature => ({ origin: 'openai-chat', data });
const foreign = (data: string): Signature => ({ origin: 'anthropic-messages', data });
const google = (data: string): Signature => ({ origin: 'gemini', data });
const png = mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' });
const pngPart = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } };

describe('messages that are read', () => {
  it.each<[string, object, Block]>([
    ['text', { type: 'text', text: 'a' }, textBlock('a')],
    ['cached text', { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }, textBlock('a', { ttl: '1h' })],
    [
      'a breakpoint',
      { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } },
      textBlock('a', { ttl: '30m' }),
    ],
    ['an image', pngPart, png],
    [
      'an address of an image',
      { type: 'image_url', image_url: { url: 'https://a/b', detail: 'low' } },
      mediaBlock('image', { type: 'url', url: 'https://a/b' }, { detail: 'low' }),
    ],
    [
      'audio',
      { type: 'input_audio', input_audio: { data: 'AA', format: 'mp3' } },
      mediaBlock('audio', { type: 'base64', data: 'AA' }, { mediaType: 'audio/mp3' }),
    ],
    [
      'a document',
      { type: 'file', file: { filename: 'n', file_data: 'data:application/pdf;base64,AA' } },
      mediaBlock('document', { type: 'base64', data: 'AA' }, { mediaType: 'application/pdf', name: 'n' }),
    ],
    ['a document of bare data', { type: 'file', file: { file_data: 'AA' } }, mediaBlock('document', { type: 'base64', data: 'AA' })],
    [
      'a document by address',
      { type: 'file', file: { file_data: 'https://a/b.pdf' } },
      mediaBlock('document', { type: 'url', url: 'https://a/b.pdf' }),
    ],
    [
      'a picture as a file',
      { type: 'file', file: { file_data: 'data:image/webp;base64,AA' } },
      mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/webp' }),
    ],
    ['a file id', { type: 'file', file: { file_id: 'f' } }, mediaBlock('document', { type: 'file', id: 'f', api: 'openai-chat' })],
    ['video', { type: 'video_url', video_url: { url: 'https://a/v' } }, mediaBlock('video', { type: 'url', url: 'https://a/v' })],
    ['a refusal', { type: 'refusal', refusal: 'no' }, refusalBlock('no')],
    ['a part that is not known', { type: 'hologram', depth: 3 }, unknownBlock('openai-chat', { type: 'hologram', depth: 3 })],
  ])('%s', (_name, part, block) => {
    expect(user(part)).toEqual({ messages: [message('user', [block])], told: [] });
  });

  it('text, roles and names', () => {
    const { messages } = decode(
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ type: 'text', text: 'b' }], name: 'd' },
      { role: 'user', content: '' },
      { role: 'assistant', content: null },
      { role: 'assistant' },
    );
    expect(messages).toEqual([
      message('system', [textBlock('a')]),
      message('developer', [textBlock('b')], 'd'),
      message('user', []),
      message('assistant', []),
      message('assistant', []),
    ]);
  });

  it('hints on a whole message', () => {
    const cache_control = { type: 'ephemeral' };
    const { messages, told } = decode(
      { role: 'user', content: 'a', cache_control },
      { role: 'user', content: '', cache_control },
      { role: 'user', content: [{ type: 'text', text: 'b', cache_control: { type: 'eternal' } }] },
    );
    expect(messages[0]).toEqual(message('user', [textBlock('a', { ttl: undefined })]));
    expect(told).toEqual(['dropped messages[1].cache_control', 'dropped messages[2].content[0].cache_control']);
  });

  it('an assistant with everything, in the order of an answer', () => {
    const { messages, told } = decode({
      role: 'assistant',
      content: 'see',
      reasoning_content: 'hm',
      refusal: 'but no',
      audio: { id: 'audio_1' },
      annotations: [{ type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 3 } }],
      extra_content: { google: { thought_signature: 'ts' } },
      tool_calls: [
        {
          index: 0,
          id: 'a',
          type: 'function',
          function: { name: 'f', arguments: '' },
          extra_content: { google: { thought_signature: 'cs' } },
        },
        { id: 'b', type: 'custom', custom: { name: 'c', input: 'free' } },
        { id: 'c', type: 'mcp', mcp: {} },
      ],
      function_call: null,
    });
    const annotation = { type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 3 } };
    const native = { api: 'openai-chat', value: annotation } as const;
    const citation = { url: 'u', title: 't', citedText: undefined, start: 0, end: 3, native };
    expect(messages).toEqual([
      message('assistant', [
        reasoningBlock('hm'),
        textBlock('see', undefined, [citation], google('ts')),
        refusalBlock('but no'),
        mediaBlock('audio', { type: 'file', id: 'audio_1', api: 'openai-chat' }),
        toolCallBlock('a', 'f', '', false, google('cs')),
        toolCallBlock('b', 'c', 'free', true),
        unknownBlock('openai-chat', { id: 'c', type: 'mcp', mcp: {} }),
      ]),
    ]);
    expect(told).toEqual([]);
  });

  it('reasoning with its proof, which says the text too', () => {
    const { messages, told } = decode({
      role: 'assistant',
      reasoning_content: 'one',
      thinking_blocks: [
        { type: 'thinking', thinking: 'one', signature: 'plano.anthropic-messages.sig' },
        { type: 'redacted_thinking', data: 'own' },
        { type: 'pondering' },
      ],
    });
    expect(messages[0]?.blocks).toEqual([reasoningBlock('one', foreign('sig')), reasoningBlock('', undefined, own('own'))]);
    expect(told).toEqual(['dropped messages[0].thinking_blocks[2]']);
  });

  it('results in one message a run, as one text each', () => {
    const { messages, told } = decode(
      { role: 'assistant', tool_calls: [{ id: 'b', type: 'custom', custom: { name: 'c', input: '' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'x', name: 'f' },
      {
        role: 'tool',
        tool_call_id: 'b',
        content: [
          { type: 'text', text: 'l1', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'l2' },
          pngPart,
          { type: 'text', text: 'l3', cache_control: { type: 'ephemeral', ttl: '5m' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: '', cache_control: { type: 'ephemeral' } },
      { role: 'user', content: 'next' },
      { role: 'tool', tool_call_id: 'd', content: null },
    );
    expect(messages.slice(1)).toEqual([
      message('tool', [
        toolResultBlock('a', [textBlock('x')], false, 'f'),
        toolResultBlock('b', [textBlock('l1\nl2'), png, textBlock('l3')], false, undefined, true, { ttl: '5m' }),
        toolResultBlock('c', [], false, undefined, false, { ttl: undefined }),
      ]),
      message('user', [textBlock('next')]),
      message('tool', [toolResultBlock('d', [], false)]),
    ]);
    expect(told).toEqual(['approximated messages[2].content[0].cache_control']);
  });

  it('deprecated function messages, with ids that are the same each time', () => {
    const { messages } = decode(
      { role: 'user', content: 'SAP?' },
      { role: 'assistant', content: null, function_call: { name: 'quote', arguments: '{}' } },
      { role: 'function', name: 'quote', content: '1' },
      { role: 'function', name: 'quote', content: 'of nothing' },
    );
    expect(messages.slice(1)).toEqual([
      message('assistant', [toolCallBlock('call_function_1', 'quote', '{}')]),
      message('tool', [
        toolResultBlock('call_function_1', [textBlock('1')], false, 'quote'),
        toolResultBlock('call_function_3', [textBlock('of nothing')], false, 'quote'),
      ]),
    ]);
  });
});

describe('messages that are written', () => {
  it('instructions as one text, users as text or parts', () => {
    const { messages, told } = encode(
      message('system', [textBlock('a'), textBlock('b')]),
      message('developer', [textBlock('c')], 'd'),
      message('user', [textBlock('e')], 'u'),
      message('user', [textBlock('f'), textBlock('g')]),
      message('user', []),
    );
    expect(messages).toEqual([
      { role: 'system', content: 'a\nb' },
      { role: 'developer', content: 'c', name: 'd' },
      { role: 'user', content: 'e', name: 'u' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'f' },
          { type: 'text', text: 'g' },
        ],
      },
      { role: 'user', content: '' },
    ]);
    expect(told).toEqual([]);
  });

  const at = 'messages[0].blocks[0]';
  it.each<[string, Block, object[], string[]]>([
    [
      'an image',
      mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png', detail: 'high' }),
      [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'high' } }],
      [],
    ],
    [
      'an own file',
      mediaBlock('image', { type: 'file', id: 'f', api: 'openai-chat' }, { name: 'n' }),
      [{ type: 'file', file: { file_id: 'f', filename: 'n' } }],
      [],
    ],
    [
      'a document',
      mediaBlock('document', { type: 'base64', data: 'AA' }, { mediaType: 'application/pdf' }),
      [{ type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,AA' } }],
      [],
    ],
    ['a text document', mediaBlock('document', { type: 'text', text: 'T' }), [{ type: 'text', text: 'T' }], [`emulated ${at}`]],
    [
      'a document of blocks',
      mediaBlock('document', { type: 'blocks', blocks: [textBlock('T'), png] }),
      [{ type: 'text', text: 'T' }, pngPart],
      [`emulated ${at}`],
    ],
    [
      'a search result',
      mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('W')] }, { name: 't', context: 's' }),
      [
        { type: 'text', text: 'Document: t\ns\n' },
        { type: 'text', text: 'W' },
      ],
      [`emulated ${at}`, `approximated ${at}.name`, `approximated ${at}.context`],
    ],
    [
      'what a document may have',
      mediaBlock(
        'document',
        { type: 'base64', data: 'AA' },
        { mediaType: 'text/csv', name: 'n', context: 'c', citable: true, cache: { ttl: undefined } },
      ),
      [{ type: 'file', file: { filename: 'n', file_data: 'data:text/csv;base64,AA' } }],
      [`approximated ${at}.cache`, `dropped ${at}.citable`, `dropped ${at}.context`],
    ],
    ['a document by address', mediaBlock('document', { type: 'url', url: 'u' }), [], [`dropped ${at}`]],
    [
      'audio',
      mediaBlock('audio', { type: 'base64', data: 'AA' }, { mediaType: 'audio/mpeg' }),
      [{ type: 'input_audio', input_audio: { data: 'AA', format: 'mp3' } }],
      [],
    ],
    [
      'wave audio',
      mediaBlock('audio', { type: 'base64', data: 'AA' }, { mediaType: 'audio/x-wav' }),
      [{ type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } }],
      [],
    ],
    [
      'audio of no type',
      mediaBlock('audio', { type: 'base64', data: 'AA' }),
      [{ type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } }],
      [`defaulted ${at}.mediaType`],
    ],
    ['audio by address', mediaBlock('audio', { type: 'url', url: 'u' }), [], [`dropped ${at}`]],
    ['video', mediaBlock('video', { type: 'base64', data: 'AA' }), [], [`dropped ${at}`]],
    ['own unknown parts', unknownBlock('openai-chat', { type: 'hologram' }), [{ type: 'hologram' }], []],
    ['unknown parts of others', unknownBlock('gemini', {}), [], [`dropped ${at}`]],
    ['a call', toolCallBlock('i', 'n', ''), [], [`dropped ${at}`]],
  ])('%s', (_name, block, parts, told) => {
    const { messages, told: warned } = encode(message('user', [block, textBlock('z')]));
    const { content } = messages[0] as { content: string | object[] };
    expect(typeof content === 'string' ? [{ type: 'text', text: content }] : content).toEqual([...parts, { type: 'text', text: 'z' }]);
    expect(warned).toEqual(told);
  });

  it.each<[string, Block]>([
    ['a file of another provider', mediaBlock('image', { type: 'file', id: 'f', api: 'anthropic-messages' })],
    ['a file in S3', mediaBlock('document', { type: 's3', uri: 's3://b/k', bucketOwner: undefined })],
  ])('cannot have %s', (_name, block) => {
    const { messages, told } = encode(message('user', [textBlock('a'), block]));
    expect(messages).toEqual([{ role: 'user', content: 'a' }]);
    expect(told).toEqual(['dropped messages[0].blocks[1].source']);
  });

  it('leaves out an assistant that says nothing', () => {
    const search = unknownBlock('openai-responses', { type: 'web_search_call' });
    const { messages, told } = encode(message('assistant', [search]), message('assistant', []), message('user', [textBlock('a')]));
    expect(messages).toEqual([{ role: 'user', content: 'a' }]);
    expect(told).toEqual(['dropped messages[0].blocks[0]']);
  });

  it('an assistant, with the calls of custom tools as calls of functions', () => {
    const { messages, told } = encode(
      message('assistant', [
        textBlock('a', { ttl: undefined }, [], google('ts')),
        toolCallBlock('1', 'f', ' ', false, google('cs')),
        toolCallBlock('2', 'c', 'free "text"', true),
        toolCallBlock('3', 'f', '{"a":1.0}', false, foreign('s')),
        unknownBlock('openai-chat', { id: '4', type: 'mcp' }),
      ]),
      message('assistant', [refusalBlock('no')]),
      message('assistant', [mediaBlock('audio', { type: 'file', id: 'audio_1', api: 'openai-chat' }), png]),
    );
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: 'a',
        tool_calls: [
          { id: '1', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: { google: { thought_signature: 'cs' } } },
          { id: '2', type: 'function', function: { name: 'c', arguments: '{"input":"free \\"text\\""}' } },
          { id: '3', type: 'function', function: { name: 'f', arguments: '{"a":1.0}' } },
          { id: '4', type: 'mcp' },
        ],
        extra_content: { google: { thought_signature: 'ts' } },
      },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      { role: 'assistant', content: '', audio: { id: 'audio_1' } },
    ]);
    expect(told).toEqual([
      'approximated messages[0].blocks[0].cache',
      'dropped messages[0].blocks[0].citations',
      'dropped messages[0].blocks[3].signature',
      'dropped messages[2].blocks[1]',
    ]);
  });

  it('calls without text as a message without content', () => {
    expect(encode(message('assistant', [toolCallBlock('1', 'f', '{}')])).messages).toEqual([
      { role: 'assistant', content: null, tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    ]);
  });

  it.each<[string, Block[], object, string[]]>([
    ['without proof', [reasoningBlock('a'), reasoningBlock('b')], { reasoning_content: 'a\n\nb' }, []],
    [
      'with own proof',
      [reasoningBlock('a', own('s')), reasoningBlock('', undefined, own('r'), 'rs_1')],
      {
        reasoning_content: 'a',
        thinking_blocks: [
          { type: 'thinking', thinking: 'a', signature: 's' },
          { type: 'redacted_thinking', data: 'r', id: 'rs_1' },
        ],
      },
      [],
    ],
    [
      'with the proof of another',
      [reasoningBlock('a', foreign('s')), reasoningBlock('', undefined, foreign('r'))],
      {},
      ['dropped messages[0].blocks[0]', 'dropped messages[0].blocks[1]'],
    ],
  ])('reasoning %s', (_name, blocks, expected, told) => {
    expect(encode(message('assistant', [...blocks, textBlock('x')]))).toEqual({
      messages: [{ role: 'assistant', content: 'x', ...expected }],
      told,
    });
  });

  it('results, and after the run of them what they show', () => {
    const { messages, told } = encode(
      message('tool', [
        toolResultBlock('a', [textBlock('x'), png, textBlock('y')], true, 'f', false, { ttl: undefined }),
        toolResultBlock('b', [png], false, undefined, true),
        textBlock('stray'),
      ]),
      message('tool', [toolResultBlock('c', [], false)]),
      message('user', [textBlock('next')]),
      message('tool', [toolResultBlock('d', [png], false)]),
    );
    expect(messages).toEqual([
      { role: 'tool', content: '[tool error] x\ny', tool_call_id: 'a' },
      { role: 'tool', content: '', tool_call_id: 'b' },
      { role: 'tool', content: '', tool_call_id: 'c' },
      { role: 'user', content: [pngPart, pngPart] },
      { role: 'user', content: 'next' },
      { role: 'tool', content: '', tool_call_id: 'd' },
      { role: 'user', content: [pngPart] },
    ]);
    expect(told).toEqual([
      'approximated messages[0].blocks[0].cache',
      'approximated messages[0].blocks[0].isError',
      'emulated messages[0].blocks[0].blocks[1]',
      'emulated messages[0].blocks[1].blocks[0]',
      'dropped messages[0].blocks[2]',
      'emulated messages[3].blocks[0].blocks[0]',
    ]);
  });

  it('results directly behind their calls, whatever was said in between', () => {
    const calls = message('assistant', [toolCallBlock('a', 'f', '{}'), toolCallBlock('b', 'f', '{}')]);
    const { messages, told } = encode(
      calls,
      message('user', [textBlock('between')]),
      message('tool', [toolResultBlock('a', [textBlock('1')], false), toolResultBlock('b', [png], false)]),
      message('assistant', [textBlock('done')]),
      message('user', [textBlock('again')]),
      message('tool', [toolResultBlock('lost', [], false)]),
    );
    expect(messages).toMatchObject([
      { role: 'assistant', tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', content: '1', tool_call_id: 'a' },
      { role: 'tool', content: '', tool_call_id: 'b' },
      { role: 'user', content: 'between' },
      { role: 'user', content: [pngPart] },
      { role: 'assistant', content: 'done' },
      { role: 'user', content: 'again' },
      { role: 'tool', tool_call_id: 'lost' },
    ]);
    expect(told).toEqual([
      'approximated messages[2].blocks[0]',
      'approximated messages[2].blocks[1]',
      'emulated messages[2].blocks[1].blocks[0]',
    ]);
  });
});
