import type { EffectiveConfig, ExchangeRecord, Warning } from '@plano/common';
import { pino } from 'pino';
import type { Show } from './shown-text.ts';
import { createLogDestination } from './log-destination.ts';
import type { LogDestination } from './log-destination.ts';
import { createShow, idOf, pathPart } from './shown-text.ts';

/** One line for each exchange, without any of its content. */
export interface AccessLog {
  record(record: ExchangeRecord): void;
  /** Writes what waits. */
  flush(): void;
  /** Writes what waits and forgets its timer. */
  close(): void;
}

const flushMs = 500;

/**
 * Lines are buffered for up to half a second: a write to a slow terminal must not hold up an answer. Bodies, queries and headers are never
 * written; what a client or a provider chose (path, model, code of an error, names in warnings) is cut, and masked where it looks like a secret.
 *
 * @throws Error when the configured file cannot be opened
 */
export function createAccessLog(
  logging: EffectiveConfig['logging'],
  destination: LogDestination = createLogDestination(logging.file, (message) => console.error(`warning: ${message}`)),
): AccessLog {
  const logger = pino({ level: logging.level, base: null }, destination);
  if (!logger.isLevelEnabled('info')) return { record: () => {}, flush: () => {}, close: destination.close };
  const timer = setInterval(() => destination.flush(), flushMs).unref();
  const show = createShow();
  const record =
    logging.format === 'json'
      ? (entry: ExchangeRecord) => logger.info(facts(entry, show), 'exchange')
      : (entry: ExchangeRecord) => destination.write(`${line(entry, show)}\n`);
  return {
    record,
    flush: () => destination.flushSync(),
    close() {
      clearInterval(timer);
      destination.close();
    },
  };
}

function facts(
  { head, purpose, status, summary, outcome, durationMs, firstByteMs, bytesIn, bytesOut }: ExchangeRecord,
  show: Show,
): object {
  const { answer } = summary;
  return {
    requestId: idOf(head),
    listener: head.listener,
    purpose,
    method: head.method,
    path: show(pathPart(head.path)),
    status,
    outcome,
    durationMs: tenths(durationMs),
    firstByteMs: firstByteMs === null ? undefined : tenths(firstByteMs),
    bytesIn,
    bytesOut,
    clientApi: summary.clientApi,
    upstreamApi: summary.upstreamApi,
    provider: summary.provider,
    model: summary.model === null ? null : show(summary.model),
    fallbackFrom: summary.fallbackFrom ?? undefined,
    stream: summary.stream,
    attempts: summary.attempts,
    usage: answer?.usage,
    finish: answer?.finish?.reason,
    error: summary.error === null ? undefined : show(summary.error.code),
    ...shownWarnings(summary.warnings, show),
  };
}

function line({ head, purpose, status, summary, outcome, durationMs, firstByteMs, bytesIn, bytesOut }: ExchangeRecord, show: Show): string {
  const { clientApi, upstreamApi, model, fallbackFrom, answer, attempts, error, warnings } = summary;
  let text = `${timestamp()} ${status} ${head.method} ${show(pathPart(head.path))} ${tenthsText(durationMs)}ms`;
  if (summary.stream && firstByteMs !== null) text += ` first=${tenthsText(firstByteMs)}ms`;
  if (model !== null) text += ` ${show(model)}`;
  if (fallbackFrom !== null) text += ` instead-of=${fallbackFrom}`;
  if (upstreamApi !== null && upstreamApi !== clientApi) text += ` ${clientApi}→${upstreamApi}`;
  if (answer?.usage !== undefined)
    text += ` in=${answer.usage.input + answer.usage.cacheRead + answer.usage.cacheWrite} out=${answer.usage.output}`;
  text += ` bytes=${bytesIn}/${bytesOut}`;
  if (attempts > 1) text += ` attempts=${attempts}`;
  if (error !== null) text += ` error=${show(error.code)}`;
  if (warnings.length > 0) text += ` warnings=${warnings.length}`;
  if (head.listener !== undefined) text += ` listener=${head.listener}`;
  if (purpose !== undefined) text += ` purpose=${purpose}`;
  const requestId = idOf(head);
  if (requestId !== undefined) text += ` id=${requestId}`;
  return outcome === 'aborted' ? `${text} aborted` : text;
}

/** Warnings of one exchange that are written out. */
const mostWarnings = 32;

/** A client can cause any number of them. */
function shownWarnings(warnings: readonly Warning[], show: Show): object {
  if (warnings.length === 0) return {};
  const shown = warnings.slice(0, mostWarnings).map((warning) => shownWarning(warning, show));
  return warnings.length === shown.length ? { warnings: shown } : { warnings: shown, furtherWarnings: warnings.length - shown.length };
}

/** Names of members are the client's words, and so are values of headers. */
const shownWarning = ({ type, path, reason }: Warning, show: Show): Warning => ({ type, path: show(path), reason: show(reason) });

const tenths = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

/** The same as text, of whole numbers: V8 remembers how those are written. */
function tenthsText(milliseconds: number): string {
  const all = Math.round(milliseconds * 10);
  const rest = all % 10;
  return rest === 0 ? String(all / 10) : `${(all - rest) / 10}.${rest}`;
}

let second = 0;
let secondText = '';
let written = 0;
let writtenText = '';

/** ISO time of now; the second is formatted once, because that costs as much as the rest of the line. */
function timestamp(): string {
  const now = Date.now();
  if (now === written) return writtenText;
  written = now;
  const millisecond = now % 1000;
  if (now - millisecond !== second) {
    second = now - millisecond;
    secondText = new Date(second).toISOString().slice(0, 20);
  }
  writtenText = `${secondText}${String(millisecond).padStart(3, '0')}Z`;
  return writtenText;
}
