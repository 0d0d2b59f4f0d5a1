export { checkGraph, type GraphReport, type Violation } from './check-graph.ts';
export { type Project, type ProjectGraph, readProjects } from './read-projects.ts';
