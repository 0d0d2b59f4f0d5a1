import type { Block } from '../model/block.ts';

/** Parts of a result are lines of one output: other APIs' servers read several texts as several outputs. A cache hint ends a line. */
export function joinTexts(blocks: Block[]): Block[] {
  if (blocks.length < 2) return blocks;
  const joined: Block[] = [];
  for (const block of blocks) {
    const previous = joined[joined.length - 1];
    if (block.type === 'text' && previous?.type === 'text' && previous.cache === undefined) {
      previous.text += `\n${block.text}`;
      previous.cache = block.cache;
    } else joined.push(block);
  }
  return joined;
}
