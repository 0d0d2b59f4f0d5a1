import type { UpstreamListener, UpstreamRequest } from '@plano/common';
import { describe, expect, it } from 'vitest';
import type { Span } from './span.ts';
import { UpstreamSpan } from './upstream-span.ts';

const request: UpstreamRequest = {
  target: { type: 'socket', scheme: 'https', host: '10.0.0.1', port: 8443, authority: 'api.example' },
  method: 'POST',
  path: '/v1/models/m:generateContent?key=secret',
  headers: { authorization: 'Bearer secret' },
  body: 'ä',
};
const place = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), parentId: undefined, parentIsRemote: false, startMs: 1 };

function spanned(sentBefore = 0) {
  const spans: Span[] = [];
  const log: string[] = [];
  const listener: UpstreamListener = {
    onHead: (status) => void log.push(`head ${status}`),
    onChunk: (chunk) => void log.push(`chunk ${chunk.length}`),
    onEnd: () => void log.push('end'),
    onFailure: ({ reason }) => void log.push(reason),
  };
  const span = new UpstreamSpan((over) => spans.push(over), place, request, listener, sentBefore);
  span.start({ abort: () => void log.push('abort'), pause: () => void log.push('pause'), resume: () => void log.push('resume') });
  return { span, spans, log };
}

describe('the span of a request to an upstream', () => {
  it('passes everything on, and says what it was', () => {
    const { span, spans, log } = spanned(1);
    span.onHead(200, {});
    span.pause();
    span.resume();
    span.onChunk(new Uint8Array(5));
    expect(spans).toEqual([]);
    span.onEnd();
    span.abort();
    expect(log).toEqual(['head 200', 'pause', 'resume', 'chunk 5', 'end', 'abort']);
    expect(spans).toMatchObject([
      {
        ...place,
        service: 'plano(outbound)',
        name: 'POST api.example/v1/models/m:generateContent',
        kind: 'client',
        error: undefined,
        attributes: {
          'url.path': '/v1/models/m:generateContent',
          'server.address': '10.0.0.1',
          'server.port': 8443,
          'http.status_code': 200,
          'http.request.body.size': 2,
          'http.response.body.size': 5,
          'http.request.resend_count': 1,
        },
      },
    ]);
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  it('says how it failed', () => {
    const { span, spans } = spanned();
    span.onFailure({ reason: 'timeout', message: 'too slow' });
    expect(spans).toMatchObject([{ error: 'too slow', attributes: { 'error.type': 'timeout' } }]);
    expect(spans[0]?.attributes).not.toHaveProperty('http.status_code');
  });

  it('says that nobody wanted the rest', () => {
    const { span, spans, log } = spanned();
    span.onHead(200, {});
    span.abort();
    expect([log, spans]).toMatchObject([['head 200', 'abort'], [{ error: undefined, attributes: { 'plano.outcome': 'aborted' } }]]);
  });

  it('is a failure with a status that says so, also when the rest is not read', () => {
    for (const end of ['onEnd', 'abort'] as const) {
      const { span, spans } = spanned();
      span.onHead(503, {});
      span[end]();
      expect(spans).toMatchObject([{ error: 'status 503', attributes: { 'error.type': '503' } }]);
    }
  });
});
