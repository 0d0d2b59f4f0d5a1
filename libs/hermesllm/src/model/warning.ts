/**
 * Something that translation could not carry over exactly.
 *
 * - `dropped`: it is not in the output.
 * - `approximated`: the output says something close to it.
 * - `defaulted`: the target demands a value that the source did not give.
 * - `emulated`: the target lacks the feature and another one stands in for it.
 */
export interface Warning {
  type: 'dropped' | 'approximated' | 'defaulted' | 'emulated';
  /** Where in the source it stood, for example `messages[2].content[0].cache_control`. */
  path: string;
  reason: string;
}
