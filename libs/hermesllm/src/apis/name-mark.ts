const plain = /^[\w-]+$/;

/**
 * A name or an id of letters, digits, `_` and `-`: other characters become `_`, and a hash of the whole text follows, so that texts that differ
 * stay different. It depends on nothing but the text.
 */
export const plainName = (text: string, longest: number): string =>
  text.length <= longest && plain.test(text) ? text : text.slice(0, longest - 9).replace(/[^\w-]/g, '_') + nameMark(text);

/**
 * What makes a cleaned name or id differ from every other that is cleaned to the same: `_` and a hash of the whole text (FNV-1a, 32 bits). It
 * depends on nothing but the text, so that a call and its result get the same one.
 */
export function nameMark(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `_${(hash >>> 0).toString(16).padStart(8, '0')}`;
}
