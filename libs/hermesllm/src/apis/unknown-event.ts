import type { Scope } from '../scope.ts';
import { dropped } from '../warn.ts';

/** Reports the first event of a stream that is not known here, or delta of one; those behind it are likely of its kind. */
export function unknownEvents(scope: Scope): (type: string) => void {
  let told = false;
  return (type) => {
    if (!told) dropped(scope, type, 'This stream event is not known here');
    told = true;
  };
}
