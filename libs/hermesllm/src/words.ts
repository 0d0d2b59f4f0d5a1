/** A set of words, written as one text: the names of an API's members, mostly. */
/* @__NO_SIDE_EFFECTS__ */
export function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
