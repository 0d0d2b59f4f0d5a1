import { words } from './words.ts';

/** Members, the hub's and those that only one API has, with the value that its documentation says they have when they are left out. */
const defaults = words(
  'presencePenalty=0 frequencyPenalty=0 candidates=1 store=false parallelToolCalls=true verbosity=medium modalities=text ' +
    'include_obfuscation=true background=false truncation=disabled speed=standard latency=standard ' +
    'phase=final_answer defer_loading=false eager_input_streaming=false responseModalities=TEXT includeServerSideToolInvocations=false ' +
    // What a client asks of its answer, and gets whoever answers: reasoning that it can send back
    // (https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items), and the stop sequence that matched.
    'include=reasoning.encrypted_content additionalModelResponseFieldPaths=/stop_sequence',
);

/** Whether a member may be left out and nothing is lost: it is empty, or all of it is the default. */
export function saysNothing(key: string, value: unknown, depth = 2): boolean {
  if (typeof value !== 'object' || value === null) return value === null || defaults.has(`${key}=${value}`);
  return depth > 0 && Object.entries(value).every(([inner, one]) => saysNothing(Array.isArray(value) ? key : inner, one, depth - 1));
}
