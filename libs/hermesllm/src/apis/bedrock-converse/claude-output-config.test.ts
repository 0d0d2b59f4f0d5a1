import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { decodeRequest } from './request.ts';
describe("Claude's output_config among the model fields", () => {
  const decode = (config: unknown) =>
    decodeRequest({ messages: [], additionalModelRequestFields: { output_config: config } }, recordingScope());
  const schema = { type: 'object', properties: {} };
  it('is the output format and the effort of the hub', () => {
    const request = decode({ format: { type: 'json_schema', schema }, effort: 'low' });
    expect(request.outputFormat).toMatchObject({ type: 'json-schema', schema });
    expect(request.reasoning).toMatchObject({ effort: 'low' });
    expect(request.extensions?.fields).toEqual({});
  });
  it.each([{ format: { type: 'other' } }, { surprise: 1 }])('stays a field of this API when it says more: %j', (config) => {
    const request = decode(config);
    expect(request.outputFormat).toBeUndefined();
    expect(request.extensions?.fields).toEqual({ additionalModelRequestFields: { output_config: config } });
  });
});
