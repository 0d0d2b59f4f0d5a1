export * from './part-schema.ts';
export * from './request-schema.ts';
export * from './response-schema.ts';
export * from './tool-schema.ts';
