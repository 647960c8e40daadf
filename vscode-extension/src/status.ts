// The status bar item and its menu.

import * as vscode from "vscode";
import type { Session } from "./session";
import { yamlEditor } from "./subject";
import { statusText } from "./words";

const COLOURS = {
  error: new vscode.ThemeColor("statusBarItem.errorBackground"),
  warning: new vscode.ThemeColor("statusBarItem.warningBackground"),
  none: undefined,
};

const MENU: [label: string, command: string][] = [
  ["$(list-unordered) Show the findings", "workbench.actions.view.problems"],
  ["$(graph) Preview the insight at the cursor", "viz.preview"],
  ["$(database) Show the SQL of the insight at the cursor", "viz.showSql"],
  ["$(pin) Pin a combination", "viz.pin"],
  ["$(pinned) Forget what is pinned", "viz.unpin"],
  ["$(debug-step-over) Next combination that fails", "viz.nextFailingCombination"],
  ["$(refresh) Read the options anew", "viz.refreshOptions"],
  ["$(lock) Update viz.lock", "viz.updateLock"],
  ["$(type-hierarchy) Show lineage", "viz.showLineage"],
  ["$(list-tree) Lineage of the object at the cursor, as a list", "viz.lineage"],
  ["$(checklist) Check the whole workspace", "viz.checkWorkspace"],
  ["$(book) Open the page of a finding", "viz.openPage"],
  ["$(output) Show the log", "viz.showLog"],
  ["$(debug-restart) Restart the server", "viz.restartServer"],
];

export function statusBar(session: Session): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("viz.status", vscode.StatusBarAlignment.Left, 0);
  item.name = "viz-lsp";
  item.command = "viz.menu";
  const show = (): void => {
    item.backgroundColor = undefined;
    item.tooltip = undefined;
    if (session.state.is === "missing") {
      item.text = "$(error) viz: no server";
      item.tooltip = session.state.message;
      item.backgroundColor = COLOURS.error;
    } else if (session.state.is === "running" && !session.tells) {
      item.text = "$(check) viz: running";
      item.tooltip = "This server is older than the extension: it doesn't tell how far it has checked.";
    } else if (session.state.is !== "running") {
      item.text = `$(sync~spin) viz: ${session.state.is}`;
    } else {
      const status = session.status(yamlEditor()?.document.uri) ?? session.projects[0];
      if (status === undefined) {
        item.text = "$(circle-slash) viz: no project here";
        item.tooltip = "Not checked because neither this folder nor one above holds a project.visivo.yml or visivo_project.yml.";
      } else {
        const { text, tooltip, severity } = statusText(status);
        item.text = text;
        item.tooltip = new vscode.MarkdownString(tooltip);
        item.backgroundColor = COLOURS[severity];
      }
    }
    item.accessibilityInformation = { label: item.text.replace(/\$\([^)]*\)\s*/g, ""), role: "button" };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, session.onDidChange(show), vscode.window.onDidChangeActiveTextEditor(show));
}

export async function menu(): Promise<void> {
  const items = MENU.map(([label, command]) => ({ label, command }));
  if (!vscode.workspace.isTrusted) {
    items.unshift({ label: "$(shield) Trust this workspace, so that sources are read", command: "workbench.trust.manage" });
  }
  const chosen = await vscode.window.showQuickPick(items, { title: "viz-lsp" });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}
