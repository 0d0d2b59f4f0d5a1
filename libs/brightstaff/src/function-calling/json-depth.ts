/** Whether a JSON value has more than `limit` levels of objects and lists. Without recursion, so that no depth can break it. */
export function nestsDeeperThan(value: unknown, limit: number): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth >= limit) return true;
    for (const member of Object.values(next.value)) {
      if (typeof member === 'object' && member !== null) waiting.push({ value: member, depth: next.depth + 1 });
    }
  }
  return false;
}
