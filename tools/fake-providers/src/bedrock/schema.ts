export * from './block-schema.ts';
export * from './request-schema.ts';
export * from './response-schema.ts';
export * from './stream-schema.ts';
