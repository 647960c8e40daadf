// Where projects are, and how one begins.

import * as vscode from "vscode";

/** The names that a project's file may have. */
const PROJECT_FILES = ["project.visivo.yml", "visivo_project.yml"];
const PATTERN = `**/{${PROJECT_FILES.join(",")}}`;

/** Calls `wake` once there is a project: in the workspace, in an editor, or as soon as somebody makes one. */
export function whenThereIsAProject(wake: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(PATTERN, false, true, true);
  const parts: vscode.Disposable[] = [watcher];
  const done = (): void => {
    if (parts.length > 0) {
      parts.splice(0).forEach((part) => void part.dispose());
      wake();
    }
  };
  const look = ({ uri }: { uri: vscode.Uri }): void => {
    if (uri.scheme === "file" && PROJECT_FILES.some((name) => uri.path.endsWith(`/${name}`))) {
      done();
    }
  };
  parts.push(vscode.workspace.onDidOpenTextDocument(look), watcher.onDidCreate((uri) => look({ uri })));
  vscode.workspace.textDocuments.forEach(look);
  if (parts.length > 0) {
    void vscode.workspace.findFiles(PATTERN, "**/node_modules/**", 1).then((found) => found.forEach((uri) => look({ uri })));
  }
  return { dispose: () => parts.splice(0).forEach((part) => void part.dispose()) };
}

/** Writes a first project into a folder of the user's choice and opens it; one that is there is only opened. */
export async function newProject(context: vscode.ExtensionContext): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const chosen =
    folders.length === 1
      ? folders[0]?.uri
      : (await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, openLabel: "Make a project here" }))?.[0];
  if (chosen === undefined) {
    return;
  }
  const is = (file: vscode.Uri): Thenable<boolean> => vscode.workspace.fs.stat(file).then(() => true, () => false);
  const files = PROJECT_FILES.map((name) => vscode.Uri.joinPath(chosen, name));
  const there = await Promise.all(files.map(is));
  const file = files[Math.max(there.indexOf(true), 0)];
  if (file === undefined) {
    return;
  }
  if (!there.includes(true)) {
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, "starter", PROJECT_FILES[0] ?? ""), file);
  }
  await vscode.window.showTextDocument(file);
}
