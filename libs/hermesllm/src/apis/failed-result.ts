/** Marks the text of a tool that failed, for APIs that have no other mark; a text that begins by saying so stays as it is. */
export const failedText = (text: string): string => (saysSo.test(text) ? text : `[tool error] ${text}`);

const saysSo = /^\W*(?:tool[ _-])?error\b/i;
