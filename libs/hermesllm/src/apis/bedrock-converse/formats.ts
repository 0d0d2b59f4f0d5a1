import type { MediaBlock } from '../../model/block.ts';

// Converse names formats, the hub MIME types. The first MIME type of a format is the one that is told.

const formats: Readonly<Record<MediaBlock['kind'], readonly (readonly [format: string, ...mediaTypes: string[]])[]>> = {
  image: [
    ['png', 'image/png'],
    ['jpeg', 'image/jpeg', 'image/jpg'],
    ['gif', 'image/gif'],
    ['webp', 'image/webp'],
  ],
  document: [
    ['pdf', 'application/pdf'],
    ['txt', 'text/plain'],
    ['md', 'text/markdown', 'text/x-markdown'],
    ['html', 'text/html'],
    ['csv', 'text/csv'],
    ['doc', 'application/msword'],
    ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['xls', 'application/vnd.ms-excel'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ],
  audio: [
    ['mp3', 'audio/mp3', 'audio/mpeg'],
    ['wav', 'audio/wav', 'audio/x-wav', 'audio/wave'],
    ['flac', 'audio/flac', 'audio/x-flac'],
    ['aac', 'audio/aac'],
    ['ogg', 'audio/ogg'],
    ['opus', 'audio/opus'],
    ['m4a', 'audio/m4a', 'audio/x-m4a'],
    ['mp4', 'audio/mp4'],
    ['webm', 'audio/webm'],
    ['pcm', 'audio/pcm', 'audio/l16', 'audio/pcm16'],
    ['mka', 'audio/x-matroska', 'audio/mka'],
    ['mpga', 'audio/mpga'],
    ['x-aac', 'audio/x-aac'],
  ],
  video: [
    ['mp4', 'video/mp4'],
    ['mov', 'video/quicktime', 'video/mov'],
    ['webm', 'video/webm'],
    ['mkv', 'video/x-matroska', 'video/mkv'],
    ['mpeg', 'video/mpeg'],
    ['mpg', 'video/mpg'],
    ['flv', 'video/x-flv', 'video/flv'],
    ['wmv', 'video/x-ms-wmv', 'video/wmv'],
    ['three_gp', 'video/3gpp', 'video/3gp'],
  ],
  'search-result': [],
};

/** Undefined for a type that Converse has no format for. Parameters such as `;charset=utf-8` are ignored. */
export function formatOf(kind: MediaBlock['kind'], mediaType: string | undefined): string | undefined {
  if (mediaType === undefined) return undefined;
  const semicolon = mediaType.indexOf(';');
  const type = (semicolon === -1 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase();
  for (const [format, ...types] of formats[kind]) if (types.includes(type)) return format;
  return undefined;
}

/** The format that a file's name ends with. */
export function formatOfName(kind: MediaBlock['kind'], name: string | undefined): string | undefined {
  const extension = name?.slice(name.lastIndexOf('.') + 1).toLowerCase();
  for (const [format] of formats[kind]) if (format === extension) return format;
  return undefined;
}

export function mediaTypeOf(kind: MediaBlock['kind'], format: string): string {
  for (const [known, type] of formats[kind]) if (known === format && type !== undefined) return type;
  return `${kind === 'document' ? 'application' : kind}/${format}`;
}
