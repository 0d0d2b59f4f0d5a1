const visible = /\S/;

/** Whether a text has a visible character; most begin with one. */
export function isVisibleText(text: string): boolean {
  const first = text.charCodeAt(0);
  return (first > 0x20 && first < 0x7f) || visible.test(text);
}
