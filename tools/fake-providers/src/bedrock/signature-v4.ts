/**
 * Checks AWS Signature Version 4 by making the signature again
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
import { createHash, createHmac } from 'node:crypto';
import type { RecordedRequest } from '../shared/http-server.ts';

/** The key pair a fake knows. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** Percent-encodes as AWS does: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function headerValue(request: RecordedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(',') : value)?.trim().replace(/ +/g, ' ');
}

/** What is wrong with the signature, as an error type and a message, or `undefined`. */
export function findSignatureFault(
  request: RecordedRequest,
  credentials: AwsCredentials,
): readonly [type: string, message: string] | undefined {
  const match = AUTHORIZATION.exec(request.headers.authorization ?? '');
  if (match === null) return ['IncompleteSignatureException', 'Authorization header is not in the form of AWS4-HMAC-SHA256.'];
  const [, accessKeyId, date = '', region = '', service = '', signedList = '', signature] = match;
  const time = headerValue(request, 'x-amz-date') ?? '';
  if (accessKeyId !== credentials.accessKeyId)
    return ['UnrecognizedClientException', 'The security token included in the request is invalid.'];
  if (service !== 'bedrock') return ['InvalidSignatureException', `Credential should be scoped to correct service: 'bedrock'. `];
  if (!/^\d{8}T\d{6}Z$/.test(time) || !time.startsWith(date))
    return ['InvalidSignatureException', 'X-Amz-Date is missing or does not fit the credential.'];
  const signed = signedList.split(';');
  const required = [
    'host',
    'x-amz-date',
    ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && name !== 'x-amz-date'),
  ];
  const unsigned = required.find((name) => !signed.includes(name));
  if (unsigned !== undefined) return ['InvalidSignatureException', `The header '${unsigned}' must be signed.`];

  const payloadHash = sha256(request.bytes);
  const claimed = headerValue(request, 'x-amz-content-sha256');
  if (claimed !== undefined && claimed !== payloadHash)
    return ['InvalidSignatureException', 'x-amz-content-sha256 does not fit the payload.'];
  const canonicalRequest = [
    request.method,
    // Services other than S3 sign the path as it travels, encoded once more.
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    ...signed.map((name) => `${name}:${headerValue(request, name) ?? ''}`),
    '',
    signedList,
    payloadHash,
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const stringToSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${credentials.secretAccessKey}`, date), region), service), 'aws4_request');
  if (hmac(key, stringToSign).toString('hex') === signature) return undefined;
  return ['InvalidSignatureException', 'The request signature we calculated does not match the signature you provided.'];
}
