import { envoyFailureKeys, envoyOwnDetails } from '../../envoy-names.ts';
import type { GatewayErrorKind } from '../../errors.ts';
import { gatewayError } from '../../errors.ts';
import { refuse } from '../../respond-error.ts';
import type { EnvoyObject } from './envoy-options.ts';
import { extension } from './envoy-options.ts';

/*
 * What Envoy answers itself where it asks no filter: for an answer that broke off while a filter held it back, and to who does not speak HTTP. What
 * filters and routes answer stays as it is. The first that matches counts.
 */
const details = 'response.code_details';
const notOurs = `!(${details} in ['${envoyOwnDetails}', 'direct_response'])`;

/** The texts of a listener, whose filters, if it has some, leave those in the envelope of the client's API. */
export const localReplies = (filtered: boolean): EnvoyObject => ({
  mappers: [
    ...(filtered
      ? [
          leftByFilter(`${details}.startsWith('upstream_reset_after_response_started')`, envoyFailureKeys.reset, 502),
          leftByFilter(`${details} in ['stream_idle_timeout', 'response_timeout']`, envoyFailureKeys.timeout, 504),
        ]
      : []),
    ofOurOwn(400, 'invalid_request', 'The request is not valid HTTP'),
    ofOurOwn(401, 'unauthorized', 'This listener needs one of its keys'),
    ofOurOwn(403, 'forbidden', 'This is not possible here'),
    ofOurOwn(408, 'request_timeout', 'The request took too long to arrive'),
    ofOurOwn(431, 'headers_too_large', 'The request headers are too large'),
    ofOurOwn(503, 'overloaded', 'The gateway cannot take this request now'),
  ],
});

const leftByFilter = (expression: string, key: string, status: number): EnvoyObject => ({
  filter: when(expression),
  status_code: status,
  body_format_override: json(`%FILTER_STATE(wasm.${key}:PLAIN)%`),
});

const ofOurOwn = (status: number, kind: GatewayErrorKind, message: string): EnvoyObject => ({
  filter: when(`response.code == ${status} && ${notOurs}`),
  body_format_override: json(String(refuse('/', gatewayError(kind, message)).body)),
});

const json = (text: string): EnvoyObject => ({ text_format_source: { inline_string: text }, content_type: 'application/json' });

const when = (expression: string): EnvoyObject => ({
  extension_filter: extension(
    'envoy.access_loggers.extension_filters.cel',
    'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter',
    { expression },
  ),
});
