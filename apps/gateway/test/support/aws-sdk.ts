/**
 * Loads the AWS SDK. Some of its packages have an export for bundlers (condition `module`) that Node itself cannot load; a test runner that
 * passes this condition on to Node would get that one.
 */
import { createRequire, registerHooks } from 'node:module';
import type * as Bedrock from '@aws-sdk/client-bedrock-runtime';
import type * as NodeHandler from '@smithy/node-http-handler';

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, { ...context, conditions: context.conditions.filter((name) => name !== 'module') }),
});
const require = createRequire(import.meta.url);

export const bedrock = require('@aws-sdk/client-bedrock-runtime') as typeof Bedrock;
export const { NodeHttpHandler } = require('@smithy/node-http-handler') as typeof NodeHandler;
