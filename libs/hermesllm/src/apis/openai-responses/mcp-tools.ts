import type { JsonObject } from '../../codec.ts';
import type { Extensions, HostedTool, LlmRequest } from '../../model/request.ts';
import { isObject, listOf, maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped } from '../../warn.ts';
import type { WireTool } from './wire.ts';

const origin = 'anthropic-messages';
/** The member of a Messages request that names MCP servers. */
const serversMember = 'mcp_servers';
const toolsetType = 'mcp_toolset';

/** Whether a tool only says which tools of one of these servers are meant. */
export const isToolsetOf = (servers: readonly WireTool[], { api, value }: HostedTool): boolean => {
  const { type, mcp_server_name: name } = value as JsonObject;
  return api === origin && type === toolsetType && servers.some((server) => server['server_label'] === name);
};

/** What a request says beside its servers that only its own API has. */
export function withoutServers({ extensions }: LlmRequest): Extensions | undefined {
  if (extensions?.api !== origin || !Array.isArray(extensions.fields[serversMember])) return extensions;
  const { [serversMember]: _, ...fields } = extensions.fields;
  return { api: origin, fields };
}

/**
 * MCP servers of a Messages request as tools. Which of a server's tools are meant stands in the server, or in a toolset beside the other tools:
 * https://platform.claude.com/docs/en/agents-and-tools/mcp-connector. Anthropic asks nobody before a call, so no approval is wanted.
 */
export function mcpTools({ extensions, tools }: LlmRequest, scope: Scope): WireTool[] {
  if (extensions?.api !== origin) return [];
  const hosted = tools?.filter((tool) => tool.type === 'hosted') ?? [];
  return listOf(extensions.fields[serversMember]).flatMap((server, i) => {
    const path = `extensions.${serversMember}[${i}]`;
    if (!isObject(server)) {
      dropped(scope, path, 'Not an object');
      return [];
    }
    const name = maybeString(server['name']);
    const toolset = hosted
      .map(({ value }) => value as JsonObject)
      .find((tool) => tool['type'] === toolsetType && tool['mcp_server_name'] === name);
    const { enabled, allowed } = toolset === undefined ? configured(server) : chosen(toolset, path, scope);
    if (!enabled) return [];
    return {
      type: 'mcp',
      server_label: name,
      server_url: maybeString(server['url']),
      authorization: maybeString(server['authorization_token']),
      require_approval: 'never',
      allowed_tools: allowed,
    };
  });
}

interface Choice {
  readonly enabled: boolean;
  /** All of them when undefined. */
  readonly allowed: readonly unknown[] | undefined;
}

function configured(server: JsonObject): Choice {
  const { enabled, allowed_tools: allowed } = maybeObject(server['tool_configuration']) ?? {};
  return { enabled: enabled !== false, allowed: Array.isArray(allowed) ? allowed : undefined };
}

function chosen(toolset: JsonObject, path: string, scope: Scope): Choice {
  const configs = maybeObject(toolset['configs']) ?? {};
  const named = (enabled: boolean): string[] => Object.keys(configs).filter((name) => maybeObject(configs[name])?.['enabled'] === enabled);
  if (maybeObject(toolset['default_config'])?.['enabled'] === false) {
    const allowed = named(true);
    return { enabled: allowed.length > 0, allowed };
  }
  const enabled = named(false).length === 0;
  if (!enabled) dropped(scope, path, 'OpenAI can be told which tools are allowed, not which are not');
  return { enabled, allowed: undefined };
}
