import { isBuiltin } from 'node:module';
import { allowedEdges, allowedUnshippedEdges } from './allowed-edges.ts';
import { checkSourcePaths } from './check-source-paths.ts';
import { findCycles } from './find-cycles.ts';
import { packageOf, readEdges, type Edge } from './read-edges.ts';
import { readProjects, type Project } from './read-projects.ts';

/** A place where the workspace is not what the table allows. `file` is relative to the workspace, `line` counts from 1. */
export interface Violation {
  file: string;
  line: number;
  message: string;
}

/** What was looked at, so that a check of nothing cannot pass for a check. */
export interface GraphReport {
  projects: number;
  edges: number;
  imports: number;
  violations: Violation[];
}

/**
 * Compares the allowed edges with the real ones. Real edges come from three sources that are read apart: the graph Nx computes, what each
 * package.json (and tsconfig) declares, and what the sources import. An edge that one source has and another lacks is a violation too: Nx
 * would order and cache builds by a graph that is not the real one.
 */
export function checkGraph(workspace: string): GraphReport {
  const { projects, edges: believed } = readProjects(workspace);
  const byProject = new Map(projects.map((project) => [project.name, readEdges(workspace, project, projects)]));
  const edges = [...byProject.values()].flat();
  const between = edges.filter((edge): edge is ProjectEdge => edge.to !== undefined && edge.to !== edge.from);
  const pairs = [
    ...between.filter(({ kind }) => kind !== 'reference').map(({ from, to }) => ({ from: from.name, to: to.name })),
    ...believed,
  ];

  const violations = [
    ...projects.flatMap(checkTags),
    ...checkSourcePaths(workspace, projects),
    ...edges.flatMap(checkImport),
    ...between.flatMap(checkAllowed),
    ...between.flatMap((edge) => checkDeclared(edge, byProject.get(edge.from.name) ?? [])),
    ...checkBelieved(believed, between, projects),
    ...findCycles(pairs).map((names) => ({ ...whereCycleStarts(names, between), message: `a cycle: ${names.join(' → ')}` })),
  ];
  violations.sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line);
  return {
    projects: projects.length,
    edges: new Set(pairs.map(({ from, to }) => `${from} ${to}`)).size,
    imports: edges.filter(({ kind }) => kind === 'import').length,
    violations,
  };
}

type ProjectEdge = Edge & { to: Project };

const scopeOf = (project: Project): string => project.tags.find((tag) => tag.startsWith('scope:')) ?? 'no scope: tag';
const typeOf = (project: Project): string => project.tags.find((tag) => tag.startsWith('type:')) ?? 'no type: tag';
const isPortable = (project: Project): boolean => project.tags.includes('runtime:any');

function isAllowed(from: Project, to: Project, ships: boolean): boolean {
  const tags = ships
    ? allowedEdges[scopeOf(from)]
    : [...(allowedEdges[scopeOf(from)] ?? []), ...(allowedUnshippedEdges[typeOf(from)] ?? [])];
  return tags?.some((tag) => to.tags.includes(tag)) ?? false;
}

function checkTags(project: Project): Violation[] {
  const file = `${project.root}/package.json`;
  const missing = ['scope:', 'type:', 'runtime:'].filter((prefix) => !project.tags.some((tag) => tag.startsWith(prefix)));
  const violations = missing.map((prefix) => ({ file, line: 1, message: `${project.name} has no ${prefix} tag in its nx.tags` }));
  if (missing.length === 0 && allowedEdges[scopeOf(project)] === undefined) {
    violations.push({ file, line: 1, message: `${scopeOf(project)} has no row in the table of allowed edges` });
  }
  return violations;
}

function checkImport({ kind, from, to, written, file, line, ships }: Edge): Violation[] {
  if (kind !== 'import') return [];
  if (written.startsWith('.')) {
    if (to === from || (to === undefined && !ships)) return [];
    return [{ file, line, message: `'${written}' leaves ${from.name}: import ${to === undefined ? 'a package' : to.packageName} by name` }];
  }
  if (to !== undefined && /\/(src|dist|test|out-tsc)(\/|$)/.test(written)) {
    return [{ file, line, message: `'${written}' reaches inside ${to.name}: import what the package exports` }];
  }
  if (ships && isPortable(from) && isBuiltin(written)) {
    return [{ file, line, message: `${from.name} is runtime:any and may not use Node's '${written}'` }];
  }
  return [];
}

function checkAllowed({ kind, from, to, written, file, line, ships }: ProjectEdge): Violation[] {
  const violations: Violation[] = [];
  if (!isAllowed(from, to, ships)) {
    violations.push({
      file,
      line,
      message: `${from.name} may not use ${to.name}${ships ? '' : ', tests included'} (${kind} '${written}')`,
    });
  }
  if (ships && isPortable(from) && !isPortable(to)) {
    violations.push({ file, line, message: `${from.name} is runtime:any and ${to.name} is not (${kind} '${written}')` });
  }
  return violations;
}

/** What is imported or referenced must be declared: in `dependencies` if it ships, in any section if not. */
function checkDeclared({ kind, from, to, written, file, line, ships }: ProjectEdge, own: readonly Edge[]): Violation[] {
  if (kind === 'dependency' || own.some((edge) => edge.kind === 'dependency' && edge.to === to && (edge.ships || !ships))) return [];
  const section = ships ? 'dependencies' : 'devDependencies';
  return [
    { file, line, message: `${packageOf(to.packageName)} is not in the ${section} of ${from.root}/package.json (${kind} '${written}')` },
  ];
}

/** Nx's edges against the others: an edge only Nx has must be allowed, an edge Nx lacks would spoil the order of builds. */
function checkBelieved(
  believed: readonly { from: string; to: string }[],
  real: readonly ProjectEdge[],
  projects: readonly Project[],
): Violation[] {
  const known = new Set(believed.map(({ from, to }) => `${from} ${to}`));
  const violations: Violation[] = [];
  for (const { kind, from, to, written, file, line } of real) {
    if (kind === 'reference' || known.has(`${from.name} ${to.name}`)) continue;
    violations.push({ file, line, message: `the graph of Nx has no edge from ${from.name} to ${to.name} (${kind} '${written}')` });
  }
  for (const { from, to } of believed) {
    if (real.some((edge) => edge.from.name === from && edge.to.name === to)) continue;
    const source = projects.find(({ name }) => name === from);
    const target = projects.find(({ name }) => name === to);
    if (source === undefined || target === undefined || isAllowed(source, target, false)) continue;
    violations.push({ file: `${source.root}/package.json`, line: 1, message: `${from} may not use ${to} (an edge in the graph of Nx)` });
  }
  return violations;
}

function whereCycleStarts(names: readonly string[], between: readonly ProjectEdge[]): { file: string; line: number } {
  const edge = between.find(({ kind, from, to }) => kind !== 'reference' && from.name === names[0] && to.name === names[1]);
  return edge === undefined ? { file: 'nx.json', line: 1 } : { file: edge.file, line: edge.line };
}
