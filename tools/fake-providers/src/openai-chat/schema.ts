export * from './request-schema.ts';
export * from './response-schema.ts';
