// What the editor is told of the server for coding assistants. Knows nothing of VS Code, so that it can be tested without it.

/** What it depends on. */
export interface Workspace {
  /** Whether its author is trusted: without trust no source is opened, so there is nothing to ask. */
  trusted: boolean;
  /** The server's program, if there is one. */
  program: string | undefined;
  /** The folders of projects. */
  projects: string[];
  /** The user's own `viz.check.allowRead`. */
  allowRead: string[];
  home: string;
  /** The user's own `viz.check.cache`. */
  cache: boolean;
}

/** A program that speaks the Model Context Protocol. */
export interface Assistants {
  label: string;
  command: string;
  args: string[];
}

/** The servers of a workspace: one for all of its projects, or none. */
export function assistants({ trusted, program, projects, allowRead, home, cache }: Workspace): Assistants[] {
  if (!trusted || program === undefined || projects.length === 0) {
    return [];
  }
  const roots = [...new Set(projects)].sort().map((root) => `--root=${root}`);
  const read = allowRead.map((folder) => `--allow-read=${folder.replace(/^~(?=[/\\]|$)/, home)}`);
  return [{ label: "viz-lsp", command: program, args: ["mcp", ...roots, ...read, ...(cache ? [] : ["--no-cache"])] }];
}
