/** The `tools` of a Messages request: `ToolUnion` of `@anthropic-ai/sdk`. */
import { z } from 'zod';
import { cacheControl, citationsSwitch } from './block-schema.ts';

const common = {
  allowed_callers: z.array(z.enum(['direct', 'code_execution_20250825', 'code_execution_20260120', 'code_execution_20260521'])).optional(),
  cache_control: cacheControl.nullish(),
  defer_loading: z.boolean().optional(),
  strict: z.boolean().optional(),
};
const inputExamples = z.array(z.record(z.string(), z.unknown())).optional();

/** A tool of Anthropic's own: fixed name, versioned type. */
const provided = <Name extends string, Type extends string>(name: Name, type: Type) =>
  z.strictObject({ ...common, name: z.literal(name), type: z.literal(type) });

/** A tool the caller defines and runs. */
const customTool = z.strictObject({
  ...common,
  type: z.literal('custom').nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  eager_input_streaming: z.boolean().nullish(),
  input_examples: inputExamples,
  input_schema: z.looseObject({
    type: z.literal('object'),
    properties: z.record(z.string(), z.unknown()).nullish(),
    required: z.array(z.string()).nullish(),
  }),
});

const memberSwitch = z.strictObject({ defer_loading: z.boolean().nullish(), enabled: z.boolean().nullish() }).nullish();
const members = (names: string): Record<string, typeof memberSwitch> =>
  Object.fromEntries(names.split(' ').map((name) => [name, memberSwitch]));
const computerMembers =
  'cursor_position double_click hold_key key left_click left_click_drag left_mouse_down left_mouse_up middle_click mouse_move ' +
  'right_click screenshot scroll triple_click type wait zoom';
const browserMembers =
  'close_tab double_click file_upload find form_input get_page_text hold_key hover javascript_exec key left_click left_click_drag ' +
  'left_mouse_down left_mouse_up list_tabs middle_click mouse_move navigate new_tab read_console read_network read_page right_click ' +
  'screenshot scroll scroll_to switch_tab triple_click type wait zoom';

const toolset = <Type extends string>(type: Type, names: string) =>
  z.strictObject({ type: z.literal(type), cache_control: cacheControl.nullish(), configs: z.strictObject(members(names)).nullish() });

const domains = {
  allowed_domains: z.array(z.string()).nullish(),
  blocked_domains: z.array(z.string()).nullish(),
  max_uses: z.int().min(1).nullish(),
};
const userLocation = z.strictObject({
  type: z.literal('approximate'),
  city: z.string().nullish(),
  country: z.string().nullish(),
  region: z.string().nullish(),
  timezone: z.string().nullish(),
});
const webSearch = <Type extends string>(type: Type) =>
  provided('web_search', type).extend({ ...domains, user_location: userLocation.nullish() });

const toolReferences = z.array(z.strictObject({ type: z.literal('tool_reference'), name: z.string() }));
const anySource = z.strictObject({ type: z.literal('all') });
const noSource = z.strictObject({ type: z.literal('none') });
const urlSource = z.discriminatedUnion('type', [
  anySource,
  noSource,
  z.strictObject({ type: z.literal('only'), tools: toolReferences }),
  z.strictObject({ type: z.literal('except'), tools: toolReferences }),
]);
const webFetch = <Type extends string>(type: Type) =>
  provided('web_fetch', type).extend({
    ...domains,
    citations: citationsSwitch.nullish(),
    max_content_tokens: z.int().min(1).nullish(),
    url_sources: z
      .strictObject({
        client_tool_results: urlSource.optional(),
        server_tool_results: urlSource.optional(),
        user_input: z.discriminatedUnion('type', [anySource, noSource]).optional(),
      })
      .nullish(),
  });
const responseInclusion = { response_inclusion: z.enum(['full', 'excluded']).optional() };
const useCache = { use_cache: z.boolean().optional() };
const inputExample = { input_examples: inputExamples };

/** One tool of a request. */
export const messagesToolSchema = z.discriminatedUnion('type', [
  customTool,
  provided('bash', 'bash_20250124').extend(inputExample),
  provided('code_execution', 'code_execution_20250522'),
  provided('code_execution', 'code_execution_20250825'),
  provided('code_execution', 'code_execution_20260120'),
  provided('code_execution', 'code_execution_20260521'),
  toolset('browser_toolset_20260801', browserMembers),
  toolset('computer_toolset_20260801', computerMembers),
  provided('memory', 'memory_20250818').extend(inputExample),
  provided('str_replace_editor', 'text_editor_20250124').extend(inputExample),
  provided('str_replace_based_edit_tool', 'text_editor_20250429').extend(inputExample),
  provided('str_replace_based_edit_tool', 'text_editor_20250728').extend({ ...inputExample, max_characters: z.int().nullish() }),
  webSearch('web_search_20250305'),
  webSearch('web_search_20260209'),
  webSearch('web_search_20260318').extend(responseInclusion),
  webFetch('web_fetch_20250910'),
  webFetch('web_fetch_20260209'),
  webFetch('web_fetch_20260309').extend(useCache),
  webFetch('web_fetch_20260318').extend({ ...useCache, ...responseInclusion }),
  z.strictObject({
    ...common,
    name: z.literal('tool_search_tool_bm25'),
    type: z.enum(['tool_search_tool_bm25', 'tool_search_tool_bm25_20251119']),
  }),
  z.strictObject({
    ...common,
    name: z.literal('tool_search_tool_regex'),
    type: z.enum(['tool_search_tool_regex', 'tool_search_tool_regex_20251119']),
  }),
]);
