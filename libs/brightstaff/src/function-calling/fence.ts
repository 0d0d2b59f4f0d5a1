/** What stands in a code block: the text without its three backticks and the label `json`; other text only trimmed. */
export function unfence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```')) return trimmed;
  const inner = trimmed.slice(3).replace(/^json\b/i, '');
  const end = inner.lastIndexOf('```');
  return (end === -1 ? inner : inner.slice(0, end)).trim();
}

/** The code block around a JSON text, as callers keep the model's answer. */
export const fence = (json: string): string => `\`\`\`json\n${json}\n\`\`\``;
