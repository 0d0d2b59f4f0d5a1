import { createInterface } from 'node:readline';
import { explainStack } from './explain-stack.ts';

// npx nx run envoy-filter:explain < envoy.log: Envoy's log with TypeScript lines in place of those of the bundle.
for await (const line of createInterface({ input: process.stdin })) console.log(explainStack(line));
