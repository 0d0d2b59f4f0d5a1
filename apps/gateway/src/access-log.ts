import type { EffectiveConfig } from '@plano/common';
import { pino } from 'pino';
import type { ExchangeRecord } from './drive-exchange.ts';

/** One line for each exchange, without any of its content. */
export interface AccessLog {
  record(record: ExchangeRecord): void;
  /** Writes what waits. */
  flush(): void;
}

const bufferBytes = 4096;
const flushMs = 500;

/** Lines are buffered for up to half a second: a write to a slow terminal must not hold up an answer. */
export function createAccessLog(logging: EffectiveConfig['logging']): AccessLog {
  const destination = pino.destination({ fd: 1, sync: false, minLength: bufferBytes });
  const logger = pino({ level: logging.level, base: null }, destination);
  if (!logger.isLevelEnabled('info')) return { record: () => {}, flush: () => {} };
  setInterval(() => destination.flush(), flushMs).unref();
  const record =
    logging.format === 'json'
      ? (entry: ExchangeRecord) => logger.info(facts(entry), 'exchange')
      : (entry: ExchangeRecord) => {
          destination.write(`${line(entry)}\n`);
        };
  return { record, flush: () => destination.flushSync() };
}

function facts({ head, status, summary, outcome, durationMs }: ExchangeRecord): object {
  const { answer } = summary;
  return {
    method: head.method,
    path: pathPart(head.path),
    status,
    outcome,
    durationMs: Math.round(durationMs * 10) / 10,
    clientApi: summary.clientApi,
    upstreamApi: summary.upstreamApi,
    provider: summary.provider,
    model: summary.model,
    stream: summary.stream,
    usage: answer?.usage,
    finish: answer?.finish?.reason,
    error: summary.error?.code,
    warnings: summary.warnings.length === 0 ? undefined : summary.warnings,
  };
}

function line({ head, status, summary, outcome, durationMs }: ExchangeRecord): string {
  const { clientApi, upstreamApi, model, answer, error, warnings } = summary;
  let text = `${timestamp()} ${status} ${head.method} ${pathPart(head.path)} ${Math.round(durationMs * 10) / 10}ms`;
  if (model !== null) text += ` ${model}`;
  if (upstreamApi !== null && upstreamApi !== clientApi) text += ` ${clientApi}→${upstreamApi}`;
  if (answer?.usage !== undefined)
    text += ` in=${answer.usage.input + answer.usage.cacheRead + answer.usage.cacheWrite} out=${answer.usage.output}`;
  if (error !== null) text += ` error=${error.code}`;
  if (warnings.length > 0) text += ` warnings=${warnings.length}`;
  return outcome === 'aborted' ? `${text} aborted` : text;
}

let second = 0;
let secondText = '';

/** ISO time of now; formatted once a second, because that costs as much as the rest of the line. */
function timestamp(): string {
  const now = Date.now();
  const millisecond = now % 1000;
  if (now - millisecond !== second) {
    second = now - millisecond;
    secondText = new Date(second).toISOString().slice(0, 20);
  }
  return `${secondText}${String(millisecond).padStart(3, '0')}Z`;
}

// Queries may carry keys (`?key=`), so they are never written.
function pathPart(path: string): string {
  const query = path.indexOf('?');
  return query === -1 ? path : path.slice(0, query);
}
