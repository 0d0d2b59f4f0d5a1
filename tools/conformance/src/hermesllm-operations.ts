import { framingOperations } from './framing-operations.ts';
import type { Operations } from './operation.ts';
import { loadRecordedNames } from './recorded-names.ts';
import { translationOperations } from './translation-operations.ts';

const names = await loadRecordedNames();

/** The operations of the translation library. */
export const ops: Operations = { ...names.ops, ...framingOperations, ...translationOperations(names) };
