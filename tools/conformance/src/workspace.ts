import { resolve } from 'node:path';

export const workspace: string = resolve(import.meta.dirname, '../../..');
