// Where the server's program is. Knows nothing of VS Code, so that it can be tested without it.

import * as path from "node:path";

/** What the search may look at. */
export interface Surroundings {
  platform: NodeJS.Platform;
  /** The environment's `PATH`, if there is one. */
  pathVariable: string | undefined;
  home: string;
  /** The folder of this extension. */
  extensionFolder: string;
  /** The first folder of the workspace, if a folder is open. */
  workspaceFolder: string | undefined;
  isFile(file: string): boolean;
}

export type ServerSearch =
  | { found: string; where: "setting" | "extension" | "path" | "cargo" }
  | { found: undefined; looked: string[] };

/**
 * The setting if there is one, and then only that: whoever names a program wants that one or an error.
 * Else the program inside the extension, on the `PATH`, in Cargo's folder.
 */
export function findServer(setting: string, around: Surroundings): ServerSearch {
  const wanted = setting.trim();
  if (wanted !== "") {
    const file = expand(wanted, around);
    return around.isFile(file) ? { found: file, where: "setting" } : { found: undefined, looked: [file] };
  }
  const looked: string[] = [];
  const first = (files: string[]): string | undefined => {
    looked.push(...files);
    return files.find((file) => around.isFile(file));
  };
  const { join, delimiter } = paths(around);
  const program = around.platform === "win32" ? "viz-lsp.exe" : "viz-lsp";

  const bundled = first([join(around.extensionFolder, "server", program)]);
  if (bundled !== undefined) {
    return { found: bundled, where: "extension" };
  }
  const folders = (around.pathVariable ?? "").split(delimiter).filter((folder) => folder !== "");
  const onPath = first(folders.map((folder) => join(folder, program)));
  if (onPath !== undefined) {
    return { found: onPath, where: "path" };
  }
  const installed = first([join(around.home, ".cargo", "bin", program)]);
  if (installed !== undefined) {
    return { found: installed, where: "cargo" };
  }
  return { found: undefined, looked };
}

/** One sentence for the message box. */
export function notFound(search: { looked: string[] }, setting: string): string {
  return setting.trim() === ""
    ? "viz-lsp was not found: not in this extension, not on the PATH, not in ~/.cargo/bin."
    : `viz-lsp was not found: viz.server.path names ${search.looked[0] ?? setting}, which is no file.`;
}

function expand(file: string, around: Surroundings): string {
  const { join, isAbsolute, normalize } = paths(around);
  if (file === "~" || /^~[/\\]/.test(file)) {
    return join(around.home, file.slice(1));
  }
  if (isAbsolute(file) || around.workspaceFolder === undefined) {
    return normalize(file);
  }
  return join(around.workspaceFolder, file);
}

function paths(around: Surroundings): path.PlatformPath {
  return around.platform === "win32" ? path.win32 : path.posix;
}
