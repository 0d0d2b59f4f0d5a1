import type { UpstreamRequest } from '@plano/common';
import { describe, expect, it } from 'vitest';
import type { AwsIdentity } from './aws-credentials.ts';
import { createRequestSigner } from './sign-request.ts';

const identity: AwsIdentity = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test-secret' };
const request: UpstreamRequest = {
  target: { type: 'socket', scheme: 'https', host: 'bedrock.test', port: 443, authority: 'bedrock.test' },
  method: 'POST',
  path: '/model/a.b%3A0/converse?x=1',
  headers: { 'content-type': 'application/json', 'x-request-id': 'r', 'user-agent': 'me' },
  body: '{}',
  sign: { type: 'aws-sigv4', service: 'bedrock', region: 'eu-west-1' },
};
const signer = (environment: Record<string, string> = {}, found: () => Promise<AwsIdentity> = () => Promise.resolve(identity)) =>
  createRequestSigner({ get: found }, environment);
const sign = (headers: Readonly<Record<string, string>>): string | undefined => headers['authorization'];

describe('createRequestSigner', () => {
  it('signs host, content type and Amazon’s own headers, and gives back what it added', async () => {
    const headers = await signer()(request);
    expect(sign(headers)).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
    expect(Object.keys(headers).toSorted()).toEqual(['authorization', 'content-type', 'x-amz-content-sha256', 'x-amz-date']);
  });

  it('sends the token of temporary credentials along, signed', async () => {
    const headers = await signer({}, () => Promise.resolve({ ...identity, sessionToken: 'session' }))(request);
    expect(headers['x-amz-security-token']).toBe('session');
    expect(sign(headers)).toContain('x-amz-security-token');
  });

  it.each([
    ['the address', 'eu-west-1', { AWS_REGION: 'us-east-1' }, 'eu-west-1'],
    ['AWS_REGION', null, { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-east-1'],
    ['AWS_DEFAULT_REGION', null, { AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
  ])('takes the region from %s', async (_name, region, environment, expected) => {
    const headers = await signer(environment)({
      ...request,
      sign: { type: 'aws-sigv4', service: 'bedrock', region },
    });
    expect(sign(headers)).toContain(`/${expected}/bedrock/`);
  });

  it('prefers the credentials of the request', async () => {
    const own = { accessKeyId: 'AKIDOWN', secretAccessKey: 's' };
    const headers = await signer({}, () => Promise.reject(new Error('not asked')))({
      ...request,
      sign: { type: 'aws-sigv4', service: 'bedrock', region: 'eu-west-1', credentials: own },
    });
    expect(sign(headers)).toContain('Credential=AKIDOWN/');
  });

  it('says what is missing', async () => {
    const nowhere = { ...request, sign: { type: 'aws-sigv4', service: 'bedrock', region: null } } as const;
    await expect(signer()(nowhere)).rejects.toThrow('set AWS_REGION');
    await expect(signer({}, () => Promise.reject(new Error('no credentials')))(request)).rejects.toThrow('no credentials');
  });
});
