/** How unsure a model was of one token. */
export interface TokenUncertainty {
  /** Entropy in bits. */
  readonly entropy: number;
  /** Variance of the information in square bits (varentropy). */
  readonly variance: number;
  /** Of the first candidate; for the record. */
  readonly probability: number;
}

/** Above both the token counts as uncertain. From the specification; see the decision record on function calling. */
const uncertaintyThresholds = { entropy: 0.0001, variance: 0.0001 } as const;

/**
 * Statistics over the log-probabilities (natural logarithm) of the candidates of one token, best first. They are not renormalised: what the
 * server does not list counts as nothing. What is no finite number is left out; an empty list gives zeros.
 */
export function tokenUncertainty(logprobs: readonly number[]): TokenUncertainty {
  let entropy = 0;
  for (const logprob of logprobs) if (Number.isFinite(logprob)) entropy -= Math.exp(logprob) * (logprob / Math.LN2);
  let variance = 0;
  for (const logprob of logprobs) {
    if (Number.isFinite(logprob)) variance += Math.exp(logprob) * (logprob / Math.LN2 + entropy) ** 2;
  }
  const [first] = logprobs;
  return { entropy, variance, probability: first !== undefined && Number.isFinite(first) ? Math.exp(first) : 0 };
}

/** Whether a model may have invented the token. */
export const isUncertain = ({ entropy, variance }: Pick<TokenUncertainty, 'entropy' | 'variance'>): boolean =>
  entropy > uncertaintyThresholds.entropy && variance > uncertaintyThresholds.variance;
