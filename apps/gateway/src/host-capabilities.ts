import type { HostCapabilities } from '@plano/common';
import { v4 as uuid } from 'uuid';
import { nativeUtf8 } from './native-utf8.ts';

/** What Node can do for a flow. */
export const hostCapabilities: HostCapabilities = {
  redispatch: true,
  utf8: nativeUtf8,
  now: Date.now,
  newId: (prefix) => prefix + uuid().replaceAll('-', ''),
  random: Math.random,
};
