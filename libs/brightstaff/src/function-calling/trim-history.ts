const bytesPerToken = 4;

/** What is needed to trim a message. */
export interface Trimmable {
  readonly role: string;
  /** What counts against the budget. */
  readonly content: string;
}

/** About how many tokens a text is: a quarter of its UTF-8 bytes. */
export function approximateTokens(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    // Half of a pair is half of its four bytes.
    else if (code >= 0xd800 && code <= 0xdfff) bytes += 2;
    else bytes += 3;
  }
  return Math.floor(bytes / bytesPerToken);
}

/**
 * Drops the oldest messages of a conversation that is over the budget. A first system message counts and stays. The newest messages are kept up
 * to the user message at which the budget is reached, or to the next older one: what is kept begins with a user message, even above the budget.
 *
 * @param budget in tokens, of about four bytes
 */
export function trimHistory<Message extends Trimmable>(messages: readonly Message[], budget: number): Message[] {
  const [first] = messages;
  const system = first?.role === 'system' ? [first] : [];
  let total = first !== undefined && system.length === 1 ? approximateTokens(first.content) : 0;
  for (let at = messages.length - 1; at >= system.length; at--) {
    const message = messages[at] as Message;
    total += approximateTokens(message.content);
    if (total >= budget && message.role === 'user') return [...system, ...messages.slice(at)];
  }
  return [...messages];
}
