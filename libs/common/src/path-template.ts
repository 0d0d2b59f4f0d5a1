/** What became of a path template: the path (always beginning with `/`), the query without `?`, and the parameters that were not placeholders. */
export type FilledPath =
  | { readonly ok: true; readonly path: string; readonly query: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

/** A declared parameter, as far as a path needs it. */
export interface DeclaredParameter {
  readonly name: string;
  readonly default?: string | number | boolean | null;
}

type Piece = { readonly literal: string } | { readonly name: string };

/**
 * Puts values into the `{name}` placeholders of a path and its query, and appends what is left to the query: first the remaining values, then
 * the defaults of declared parameters without a value. Every name and value is percent-encoded (only `A-Za-z0-9-_.~` stay), in `parameters` too.
 * A placeholder without a value takes the declared default.
 *
 * The path is resolved as by a URL parser (`.` and `..` of the template itself, spaces, a leading `https://host` and a fragment are gone), but a
 * value can never act as `.` or `..`: that is an error, as are a placeholder without value and an unclosed brace.
 *
 * @example
 * fillPathTemplate('/cities/{city}', { city: 'São Paulo', days: '3' }, []);
 * // { ok: true, path: '/cities/S%C3%A3o%20Paulo', query: 'days=3', parameters: { days: '3' } }
 */
export function fillPathTemplate(
  template: string,
  values: Readonly<Record<string, string>>,
  declared: readonly DeclaredParameter[],
): FilledPath {
  const { path, query } = splitTemplate(template);
  const used = new Set<string>();
  const valueOf = (name: string): string | undefined => {
    used.add(name);
    if (Object.hasOwn(values, name)) return encodeComponent(values[name]!);
    for (const parameter of declared) {
      if (parameter.name === name && parameter.default !== undefined && parameter.default !== null) {
        return encodeComponent(String(parameter.default));
      }
    }
    return undefined;
  };
  const filledPath = fillPath(path, valueOf);
  if (!filledPath.ok) return filledPath;
  const filledQuery = query === undefined ? { ok: true as const, text: '' } : fillPieces(query, encodeQueryLiteral, valueOf);
  if (!filledQuery.ok) return filledQuery;

  const extra: [string, string][] = [];
  for (const name of Object.keys(values)) if (!used.has(name)) extra.push([name, encodeComponent(values[name]!)]);
  for (const parameter of declared) {
    const unset = parameter.default === undefined || parameter.default === null;
    if (!unset && !used.has(parameter.name) && !Object.hasOwn(values, parameter.name)) {
      extra.push([parameter.name, encodeComponent(String(parameter.default))]);
    }
  }
  let text = filledQuery.text;
  for (const [name, value] of extra) text += `${text === '' ? '' : '&'}${encodeComponent(name)}=${value}`;
  return { ok: true, path: filledPath.text, query: text, parameters: Object.fromEntries(extra) };
}

/**
 * The names of a template's placeholders in order of appearance, or what is wrong with it.
 *
 * @example
 * pathTemplateParameters('/a/{b}?c={d}'); // { ok: true, names: ['b', 'd'] }
 */
export function pathTemplateParameters(template: string): { ok: true; names: string[] } | { ok: false; message: string } {
  const { path, query } = splitTemplate(template);
  const names: string[] = [];
  for (const part of [path, query ?? '']) {
    const pieces = parsePieces(part);
    if (!pieces.ok) return pieces;
    for (const piece of pieces.pieces) if ('name' in piece && !names.includes(piece.name)) names.push(piece.name);
  }
  return { ok: true, names };
}

function splitTemplate(template: string): { path: string; query: string | undefined } {
  const text = template
    .replace(/[\t\n\r]/g, '')
    .split('#', 1)[0]!
    .trim();
  const local = text.replace(/^(?:https?:)?[/\\]{2}[^/\\?]*/i, '');
  const mark = local.indexOf('?');
  return mark === -1 ? { path: local, query: undefined } : { path: local.slice(0, mark), query: local.slice(mark + 1) };
}

type Filled = { ok: true; text: string } | { ok: false; message: string };
type ValueOf = (name: string) => string | undefined;

function fillPath(template: string, valueOf: ValueOf): Filled {
  const kept: string[] = [];
  const segments = template.replaceAll('\\', '/').replace(/^\//, '').split('/');
  for (let index = 0; index < segments.length; index += 1) {
    const segment = segments[index]!;
    const filled = fillPieces(segment, encodePathLiteral, valueOf);
    if (!filled.ok) return filled;
    const dots = dotSegment(filled.text);
    if (dots === 'none') {
      kept.push(filled.text);
      continue;
    }
    if (segment.includes('{')) {
      return { ok: false, message: `The value in path segment \`${segment}\` must not be \`.\` or \`..\`` };
    }
    if (dots === 'parent') kept.pop();
    if (index === segments.length - 1) kept.push('');
  }
  return { ok: true, text: `/${kept.join('/')}` };
}

/** URL parsers take `%2e` for a dot here. */
function dotSegment(segment: string): 'none' | 'self' | 'parent' {
  const plain = segment.replace(/%2e/gi, '.');
  return plain === '.' ? 'self' : plain === '..' ? 'parent' : 'none';
}

function fillPieces(template: string, encodeLiteral: (text: string) => string, valueOf: ValueOf): Filled {
  const parsed = parsePieces(template);
  if (!parsed.ok) return parsed;
  let text = '';
  for (const piece of parsed.pieces) {
    if ('literal' in piece) {
      text += encodeLiteral(piece.literal);
      continue;
    }
    const value = valueOf(piece.name);
    if (value === undefined) return { ok: false, message: `Missing value for parameter \`${piece.name}\`` };
    text += value;
  }
  return { ok: true, text };
}

function parsePieces(template: string): { ok: true; pieces: Piece[] } | { ok: false; message: string } {
  const pieces: Piece[] = [];
  let index = 0;
  while (index < template.length) {
    const open = template.indexOf('{', index);
    if (open === -1) {
      pieces.push({ literal: template.slice(index) });
      break;
    }
    if (open > index) pieces.push({ literal: template.slice(index, open) });
    const close = template.indexOf('}', open);
    if (close === -1) return { ok: false, message: `Unclosed placeholder in \`${template}\`` };
    const name = template.slice(open + 1, close);
    if (name === '' || name.includes('{')) return { ok: false, message: `Bad placeholder \`${template.slice(open, close + 1)}\`` };
    pieces.push({ name });
    index = close + 1;
  }
  return { ok: true, pieces };
}

/** Half a surrogate pair has no UTF-8 form. */
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

function encodeComponent(text: string): string {
  return encodeURIComponent(text.replace(loneSurrogate, '�')).replace(/[!'()*]/g, encodeByte);
}

function encodeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

// The two sets of https://url.spec.whatwg.org/#percent-encoded-bytes; what the author has encoded already stays.
function encodePathLiteral(text: string): string {
  return encodeLiteral(text, ' "#<>?^`{}');
}

function encodeQueryLiteral(text: string): string {
  return encodeLiteral(text, ' "#<>\'');
}

function encodeLiteral(text: string, reserved: string): string {
  let encoded = '';
  for (const character of text.replace(loneSurrogate, '�')) {
    const code = character.codePointAt(0)!;
    if (code > 0x7e) encoded += encodeURIComponent(character);
    else encoded += code < 0x20 || reserved.includes(character) ? encodeByte(character) : character;
  }
  return encoded;
}
