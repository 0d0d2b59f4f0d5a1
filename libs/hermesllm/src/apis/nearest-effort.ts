/** The effort whose budget is the nearest; a budget of -1 (the model decides) is medium. */
export function nearestEffort(budget: number, budgets: Readonly<Record<string, number>>): string {
  if (budget < 0) return 'medium';
  let best = 'medium';
  let distance = Number.POSITIVE_INFINITY;
  for (const effort in budgets) {
    const away = Math.abs((budgets[effort] ?? 0) - budget);
    if (away < distance && (effort !== 'none' || budget === 0)) {
      best = effort;
      distance = away;
    }
  }
  return best;
}
