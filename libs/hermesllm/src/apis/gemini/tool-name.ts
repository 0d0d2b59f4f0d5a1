import { nameMark } from '../name-mark.ts';
const valid = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/;

/**
 * A tool's name in the form that Gemini accepts: a letter or `_`, then up to 127 letters, digits, `_`, `.`, `:`, `-`. Other characters
 * become `_`, and a hash of the whole name follows, so that two names that differ stay different. It depends on nothing but the name.
 *
 * @example
 * geminiToolName('get_tide'); // 'get_tide'
 */
export function geminiToolName(name: string): string {
  if (valid.test(name)) return name;
  const clean = name.replace(/[^\w.:-]/g, '_').replace(/^(?![A-Za-z_])/, '_');
  return clean.slice(0, 119) + nameMark(name);
}
