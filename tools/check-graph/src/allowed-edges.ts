/**
 * The one table of who may use whom: a project's `scope:` tag against the tags of which a used project must carry one. `eslint.config.mjs`
 * says the same in its own words and is checked apart from this.
 */
export const allowedEdges: Readonly<Record<string, readonly string[]>> = {
  'scope:hermesllm': [],
  'scope:common': ['scope:hermesllm'],
  'scope:prompt-gateway': ['scope:common'],
  'scope:llm-gateway': ['scope:common', 'scope:hermesllm'],
  'scope:brightstaff': ['scope:common', 'scope:hermesllm'],
  'scope:gateway': ['scope:hermesllm', 'scope:common', 'scope:llm-gateway', 'scope:prompt-gateway', 'scope:brightstaff'],
  'scope:envoy-filter': ['scope:hermesllm', 'scope:common', 'scope:llm-gateway', 'scope:prompt-gateway'],
  'scope:demo': ['type:lib'],
  'scope:examples': ['scope:common', 'scope:llm-gateway', 'scope:gateway'],
  'scope:tools': ['type:lib', 'type:tool'],
};

/** What does not ship (tests, build files, `devDependencies`) may use a little more, by the project's `type:` tag. */
export const allowedUnshippedEdges: Readonly<Record<string, readonly string[]>> = {
  'type:app': ['type:tool'],
  'type:example': ['type:tool'],
};
