import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One project of the workspace, as Nx and its package.json know it. Paths are relative to the workspace. */
export interface Project {
  name: string;
  root: string;
  packageName: string;
  tags: string[];
}

/** What Nx believes: the projects, and which project uses which, by name. */
export interface ProjectGraph {
  projects: Project[];
  edges: { from: string; to: string }[];
}

interface GraphFile {
  graph: {
    nodes: Record<string, { name: string; data: { root: string; tags?: string[] } }>;
    dependencies: Record<string, { source: string; target: string }[]>;
  };
}

/** Lets Nx compute the graph anew (`nx graph --file`) and reads it. Throws what Nx printed when it cannot. */
export function readProjects(workspace: string): ProjectGraph {
  const folder = mkdtempSync(join(tmpdir(), 'project-graph-'));
  try {
    const file = join(folder, 'graph.json');
    const nx = createRequire(join(workspace, 'package.json')).resolve('nx/bin/nx.js');
    execFileSync(process.execPath, [nx, 'graph', `--file=${file}`], { cwd: workspace, env: outsideNx(), stdio: 'pipe', timeout: 120_000 });
    const { graph } = JSON.parse(readFileSync(file, 'utf8')) as GraphFile;
    const projects = Object.values(graph.nodes).map(({ name, data }) => {
      const manifest = JSON.parse(readFileSync(join(workspace, data.root, 'package.json'), 'utf8')) as { name: string };
      return { name, root: data.root, packageName: manifest.name, tags: data.tags ?? [] };
    });
    const names = new Set(projects.map(({ name }) => name));
    const edges = Object.values(graph.dependencies)
      .flat()
      .filter(({ source, target }) => names.has(source) && names.has(target))
      .map(({ source, target }) => ({ from: source, to: target }));
    return { projects, edges };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The variables of a surrounding Nx task name another workspace root and another graph. */
function outsideNx(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('NX_'));
  return { ...Object.fromEntries(own), NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
}
