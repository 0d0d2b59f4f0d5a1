import { createHash, createHmac } from 'node:crypto';
import type { RequestSigning, SignRequest, UpstreamRequest, UpstreamTarget } from '@plano/common';
import type { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentials, AwsIdentity } from './aws-credentials.ts';

/** A request that is to be signed and sent. */
type Signable = UpstreamRequest & { readonly sign: RequestSigning; readonly target: UpstreamTarget & { readonly type: 'socket' } };

/** What is signed besides the host: headers that nobody changes on their way. */
const signedHeaders: ReadonlySet<string> = new Set(['content-type', 'accept']);

/** Signers that are kept: one for each service and region of the configuration. */
const mostSigners = 64;

/**
 * Signs requests by Amazon's Signature Version 4. Credentials are those of the request, else those of the environment.
 *
 * @throws Error (as a rejection) when there is no region or there are no credentials; the message holds no secret
 * @example
 * const sign = createRequestSigner(createAwsCredentials(), process.env);
 * const headers = await sign(request);
 */
export function createRequestSigner(credentials: AwsCredentials, environment: Readonly<Record<string, string | undefined>>): SignRequest {
  const signers = new Map<string, SignatureV4>();
  const environmentRegion = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];

  async function signerOf({ service, region, credentials: own }: RequestSigning): Promise<SignatureV4> {
    const place = region ?? environmentRegion;
    if (place === undefined || place === '') {
      throw new Error(`The region of ${service} is not known: set AWS_REGION, or a base_url that names it`);
    }
    if (own !== undefined) return newSigner(service, place, own);
    const key = `${service} ${place}`;
    let signer = signers.get(key);
    if (signer === undefined) {
      signer = await newSigner(service, place, () => Promise.resolve(credentials.get()));
      if (signers.size < mostSigners) signers.set(key, signer);
    }
    return signer;
  }

  return async (request) => {
    if (!isSignable(request)) return {};
    const { target, path } = request;
    const [pathname = '/', search] = path.split('?', 2);
    const headers: Record<string, string> = { host: target.authority };
    for (const name in request.headers) {
      if (signedHeaders.has(name) || name.startsWith('x-amz-')) headers[name] = request.headers[name] as string;
    }
    const signed = await (await signerOf(request.sign)).sign({
      method: request.method,
      protocol: `${target.scheme}:`,
      hostname: target.host,
      port: target.port,
      path: pathname,
      query: queryOf(search),
      headers,
      body: request.body,
    });
    const { host: _host, ...added } = signed.headers;
    return added;
  };
}

const isSignable = (request: UpstreamRequest): request is Signable => request.sign !== undefined && request.target.type === 'socket';

/** The signer's code is loaded when the first request needs it: most gateways never do. */
async function newSigner(service: string, region: string, credentials: AwsIdentity | (() => Promise<AwsIdentity>)): Promise<SignatureV4> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  return new SignatureV4({ service, region, credentials, sha256: NodeSha256, applyChecksum: true });
}

function queryOf(search: string | undefined): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) (query[name] ??= []).push(value);
  return query;
}

type HashedData = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 by Node's own code, in the form that the signer wants: with a secret it is an HMAC. */
class NodeSha256 {
  readonly #hash;

  constructor(secret?: HashedData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: HashedData): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  /** The signer makes a new one for each use. */
  reset(): void {
    throw new Error('This hash is used once');
  }
}

function bytesOf(data: HashedData): string | Uint8Array {
  if (typeof data === 'string') return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
