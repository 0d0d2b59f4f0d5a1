import type { ApiId } from '@plano/hermesllm';

/** A difference between what is written and what a strict reader takes, that is known and has a reason. */
interface Deviation {
  api: ApiId;
  /** Found in the JSON of one finding. */
  finding: RegExp;
  reason: string;
}

const deviations: readonly Deviation[] = [
  {
    api: 'openai-chat',
    finding: /"code":"unrecognized_keys","keys":\["reasoning_content"\]/,
    reason:
      'How compatible servers show reasoning; the API itself has no member for it (https://api-docs.deepseek.com/guides/reasoning_model).',
  },
  {
    api: 'openai-chat',
    finding: /"code":"unrecognized_keys","keys":\["cache_read_input_tokens","cache_creation_input_tokens"\],"path":\[.*"usage"\]/,
    reason:
      'Compatible servers for Claude tell cache writes so; the newer `cache_write_tokens` is ruled out by the recorded case resp-messages-to-chat-cache_usage.',
  },
  {
    api: 'openai-responses',
    finding: /"path":\[[^\]]*"input_tokens_details","cache_write_tokens"\]/,
    reason: 'Left out beside cached tokens when nothing was written, as the recorded case resp-chat-to-responses-cached_usage demands.',
  },
  {
    api: 'openai-responses',
    finding: /"code":"unrecognized_keys","keys":\["name"\],"path":\[\],/,
    reason:
      '`response.function_call_arguments.done` names the function: the types of openai 6 demand it, those of openai 7 have no such member.',
  },
  {
    api: 'anthropic-messages',
    finding: /"code":"invalid_type".*"path":\[("content",\d+|"content_block"),"caller"\]/,
    reason: 'Left out of calls: the recorded cases resp-chat-to-messages-tool_call and -text_and_tool, among others, know no `caller`.',
  },
  {
    api: 'anthropic-messages',
    finding: /"code":"invalid_type".*"path":\["content_block","citations"\]/,
    reason:
      'Left out of the start of a text, as the recorded cases stream-chat-to-messages-text-event and its like demand, instead of null.',
  },
];

const uses = new Map<Deviation, number>(deviations.map((known) => [known, 0]));

/** The findings that nothing explains; undefined when there are none. */
export function unexplained(api: ApiId, findings: readonly unknown[] | undefined): readonly unknown[] | undefined {
  const left = (findings ?? []).filter((finding) => {
    const text = JSON.stringify(finding);
    const known = deviations.find((deviation) => deviation.api === api && deviation.finding.test(text));
    if (known !== undefined) uses.set(known, (uses.get(known) ?? 0) + 1);
    return known === undefined;
  });
  return left.length === 0 ? undefined : left;
}

/** The excuses that nothing found so far has needed. */
export const unusedExcuses = (): string[] => deviations.filter((known) => uses.get(known) === 0).map(({ reason }) => reason);
