// A value that a cloud does not know makes it refuse the request, and clients such as Claude Code send values made for Anthropic's own service
// (`claude-code-…`, `oauth-…`, `files-api-…`); so the clouds have lists of what they take.

const everywhere: readonly string[] = [
  'computer-use-*',
  'context-1m-*',
  'context-management-*',
  'interleaved-thinking-*',
  'tool-search-tool-*',
  'compact-*',
];

/** {@link https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html | Betas on Amazon Bedrock}. */
export const bedrockBetas: readonly string[] = [
  ...everywhere,
  'token-efficient-tools-*',
  'output-128k-*',
  'dev-full-thinking-*',
  'effort-*',
  'tool-examples-*',
  'fine-grained-tool-streaming-*',
];

/** {@link https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai | Betas on Vertex AI}. */
export const vertexBetas: readonly string[] = [...everywhere, 'web-search-*'];
