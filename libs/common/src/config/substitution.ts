import type { Path, Reporter } from './problem.ts';

/** Variables by name; `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is in a file that stands for a secret; undefined when it cannot be read. */
export type ReadSecret = (file: string) => string | undefined;

/*
 * Where `$NAME` stands for a variable: `*` is any one key or index. Everywhere else (prompts, descriptions, paths of APIs, model names) a dollar
 * is a dollar. `secret` fields may also be `file:PATH`, which is left for the host to read.
 */
const fields: readonly (readonly [pattern: string, kind: 'secret' | 'plain'])[] = [
  ...['model_providers', 'llm_providers'].flatMap((section) => [
    [`${section}.*.access_key`, 'secret'] as const,
    [`${section}.*.headers.*`, 'secret'] as const,
    [`${section}.*.endpoints.*.access_key`, 'secret'] as const,
    [`${section}.*.endpoints.*.base_url`, 'plain'] as const,
    [`${section}.*.base_url`, 'plain'] as const,
    [`${section}.*.http_host`, 'plain'] as const,
  ]),
  ['listeners.*.auth.keys.*', 'secret'],
  ['listeners.*.address', 'plain'],
  ['listeners.*.tls.*', 'plain'],
  ['internal_listeners.*.auth.keys.*', 'secret'],
  ['internal_listeners.*.address', 'plain'],
  ['metrics.address', 'plain'],
  ['prompt_targets.*.endpoint.http_headers.*', 'secret'],
  ['endpoints.*.endpoint', 'plain'],
  ['endpoints.*.http_host', 'plain'],
  ['agents.*.url', 'plain'],
  ['filters.*.url', 'plain'],
  ['prompt_guards.service.url', 'plain'],
  ['state_storage.connection_string', 'secret'],
  ['redis.url', 'secret'],
  ['routing.session_cache.url', 'secret'],
  ['model_metrics_sources.*.url', 'plain'],
  ['tracing.opentracing_grpc_endpoint', 'plain'],
  ['tracing.span_attributes.static.*', 'plain'],
  ['tracing.exporters.*.url', 'plain'],
  ['tracing.exporters.*.api_key', 'secret'],
  ['overrides.upstream_tls_ca_path', 'plain'],
  ['overrides.prompt_templates.*', 'plain'],
];

interface Tree {
  readonly children: Map<string, Tree>;
  kind: 'secret' | 'plain' | undefined;
}

function buildTree(): Tree {
  const root: Tree = { children: new Map(), kind: undefined };
  for (const [pattern, kind] of fields) {
    let node = root;
    for (const segment of pattern.split('.')) {
      let child = node.children.get(segment);
      if (child === undefined) {
        child = { children: new Map(), kind: undefined };
        node.children.set(segment, child);
      }
      node = child;
    }
    node.kind = kind;
  }
  return root;
}

const tree: Tree = buildTree();

/** Whether a text stands for the contents of a file, and of which. */
export function secretFile(text: string): string | null {
  return text.startsWith('file:') ? text.slice('file:'.length) : null;
}

/**
 * A copy of the file's data with variables put in; only whole text values change, never the YAML around them. `$NAME` and `${NAME}` are
 * variables, `$$` is a dollar, and any other dollar (`$5`) stays. One rule for every variable that is not set or empty: it is a problem that
 * names the variable, unless the value is not in use. With `readSecret` the files that stand for secrets are looked at too.
 */
export function substituteVariables(data: unknown, environment: Environment, reporter: Reporter, readSecret?: ReadSecret): unknown {
  return copy(data, [], tree);

  function copy(value: unknown, path: Path, node: Tree | undefined): unknown {
    if (typeof value === 'string') {
      if (node?.kind !== undefined) {
        const substituted = substitute(value, path);
        if (node.kind === 'secret') checkFile(substituted, path);
        return substituted;
      }
      if (/^\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)$/.test(value)) {
        reporter.warn(path, 'is taken literally: environment variables are not substituted here');
      }
      return value;
    }
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index], node?.children.get('*')));
    if (typeof value !== 'object' || value === null) return value;
    const entries: [string, unknown][] = [];
    for (const [key, member] of Object.entries(value)) {
      entries.push([key, copy(member, [...path, key], node?.children.get(key) ?? node?.children.get('*'))]);
    }
    return Object.fromEntries(entries);
  }

  function substitute(text: string, path: Path): string {
    const unset: string[] = [];
    let malformed = false;
    const substituted = text.replace(
      /\$\$|\$([A-Za-z_]\w*)|\$\{([^}]*)(\}?)/g,
      (whole, plain?: string, braced?: string, close?: string) => {
        if (whole === '$$') return '$';
        if (plain === undefined && (close !== '}' || !/^[A-Za-z_]\w*$/.test(braced!))) {
          malformed = true;
          return whole;
        }
        const name = plain ?? braced!;
        const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
        if (value === undefined || value === '') unset.push(name);
        return value ?? '';
      },
    );
    if (malformed) reporter.problem(path, 'has a `${` that begins no variable', 'write `${NAME}`, or `$$` for a dollar sign');
    if (unset.length === 0) return substituted;
    const names = unset.map((name) => `\`${name}\``).join(', ');
    const message = `needs the environment ${unset.length === 1 ? 'variable' : 'variables'} ${names}, which ${unset.length === 1 ? 'is' : 'are'} not set`;
    report(path, message, `set ${unset.length === 1 ? 'it' : 'them'}, or write \`$$\` for a dollar sign`);
    // Something must stand here so that the rest of the file can be checked.
    return substituted === '' ? 'unset' : substituted;
  }

  function checkFile(text: string, path: Path): void {
    const file = secretFile(text);
    if (file === null || readSecret === undefined) return;
    const secret = readSecret(file)?.trim() ?? '';
    if (secret === '') report(path, `needs the file \`${file}\`, which is missing or empty`);
    else if (/[\u0000-\u001f\u007f]/.test(secret)) report(path, `needs one line in the file \`${file}\`, which has more`);
  }

  function report(path: Path, message: string, hint?: string): void {
    const unused = unusedBecause(data, path);
    if (unused === null) reporter.problem(path, message, hint);
    else reporter.warn(path, message, unused);
  }
}

/** Why a value has no effect, or null when it has one. */
function unusedBecause(data: unknown, path: Path): string | null {
  const parent = path.slice(0, -1).reduce<unknown>((value, segment) => {
    return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[segment] : undefined;
  }, data) as Record<string, unknown> | undefined;
  const key = path.at(-1);
  if (key === 'access_key' && parent?.['passthrough_auth'] === true) return '`passthrough_auth` is on, so it is not used';
  if (key === 'connection_string' && parent?.['type'] === 'memory') return 'the storage is `memory`, so it is not used';
  if (path[1] === 'session_cache' && key === 'url' && parent?.['type'] !== 'redis') return 'the cache is `memory`, so it is not used';
  return null;
}
