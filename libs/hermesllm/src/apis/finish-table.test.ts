import { describe, expect, it } from 'vitest';
import { finishTable } from './finish-table.ts';

const table = finishTable({ stop: 'done end', length: 'cut', content_filter: 'blocked' });

describe('finishTable', () => {
  it('reads every word', () => {
    expect([table.read('done'), table.read('end'), table.read('cut'), table.read('x'), table.read(null)]).toEqual([
      'stop',
      'stop',
      'length',
      'other',
      'other',
    ]);
  });

  it('writes the first word, or the one of what is nearest', () => {
    expect([table.write('stop'), table.write('tool_use'), table.write('context_window'), table.write('refusal')]).toEqual([
      'done',
      'done',
      'cut',
      'blocked',
    ]);
    expect([table.write('pause'), table.write('malformed'), table.write('other')]).toEqual([undefined, undefined, undefined]);
  });
});
