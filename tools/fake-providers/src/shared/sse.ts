const encoder = new TextEncoder();

/** One server-sent event before it is written: `data` is JSON text or a marker such as `[DONE]`. */
export interface SseEvent {
  readonly event?: string;
  readonly data: string;
}

/** How events are written; real providers use `\n`, the standard also allows `\r\n` and `\r`. */
export interface SseStyle {
  readonly lineEnding: '\n' | '\r\n' | '\r';
  /** Writes a comment line before every event, as proxies and some providers do to keep a connection open. */
  readonly comments: boolean;
}

/** Writes each event as its own byte sequence, blank line included. */
export function encodeSse(events: readonly SseEvent[], style: SseStyle): Uint8Array[] {
  const end = style.lineEnding;
  return events.map(({ event, data }) => {
    const comment = style.comments ? `: keep-alive${end}${end}` : '';
    const name = event === undefined ? '' : `event: ${event}${end}`;
    return encoder.encode(`${comment}${name}data: ${data}${end}${end}`);
  });
}
