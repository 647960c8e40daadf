// The command line's check of every project in the workspace, in a terminal.

import * as path from "node:path";
import * as vscode from "vscode";
import { inform } from "./notify";
import type { Session } from "./session";

export async function checkWorkspace(session: Session): Promise<void> {
  const files = await vscode.workspace.findFiles("**/{project.visivo.yml,visivo_project.yml}", "**/node_modules/**");
  const folders = [...new Set(files.map((file) => path.dirname(file.fsPath)))].sort();
  if (session.program === undefined || folders.length === 0) {
    void inform(
      session.program === undefined ? "viz: there is no server, see the log" : "viz: no project.visivo.yml or visivo_project.yml in this workspace",
    );
    return;
  }
  // Without trust no source is opened: then texts are only parsed.
  const level = vscode.workspace.isTrusted ? [] : ["--level", "parse"];
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folders[0] ?? ""));
  const cwd = folder?.uri.fsPath ?? folders[0] ?? ".";
  // Nor is anything read outside of the repository then.
  const confined = vscode.workspace.isTrusted ? { cwd } : { cwd, env: { CI: "true" } };
  const names = folders.map((each) => path.relative(cwd, each) || ".");
  const task = new vscode.Task(
    { type: "viz" },
    folder ?? vscode.TaskScope.Workspace,
    "check the whole workspace",
    "viz",
    new vscode.ProcessExecution(session.program, ["check", ...level, "--", ...names], confined),
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, panel: vscode.TaskPanelKind.Dedicated };
  await vscode.tasks.executeTask(task);
}
