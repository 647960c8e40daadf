// What an object uses and what uses it, as a list to walk through.

import * as vscode from "vscode";
import type { Lineage, Node, Subject } from "./protocol";
import { refused } from "./pin";
import type { Session } from "./session";
import { reveal } from "./subject";
import { count } from "./words";

interface NodeItem extends vscode.QuickPickItem {
  node?: Node;
}

const FOLLOW: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon("arrow-right"), tooltip: "Lineage of this object" };
const GO = "Go to the object";

export async function lineage(session: Session, subject: Subject): Promise<void> {
  const answer = await session.ask("viz/lineage", { ...subject, depth: 1 });
  if (answer.error !== undefined) {
    return refused(answer);
  }
  const byId = new Map(answer.nodes.map((node) => [node.id, node]));
  const root = answer.root === null ? undefined : byId.get(answer.root);
  if (root === undefined) {
    void vscode.window.showInformationMessage("viz: put the cursor into an object with a name");
    return;
  }
  const end = (ids: number[]): NodeItem[] => ids.flatMap((id) => {
    const node = byId.get(id);
    return node === undefined ? [] : [item(node)];
  });
  const uses = end(answer.edges.filter((edge) => edge.from === root.id).map((edge) => edge.to));
  const users = end(answer.edges.filter((edge) => edge.to === root.id).map((edge) => edge.from));
  const quick = vscode.window.createQuickPick<NodeItem>();
  quick.title = `${named(root)} uses ${count(uses.length, "object")}, ${count(users.length, "object")} use${users.length === 1 ? "s" : ""} it`;
  quick.placeholder = `${GO}, or follow its lineage with the arrow`;
  const separator = (label: string): NodeItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  quick.items = [item(root), separator("uses"), ...uses, separator("is used by"), ...users];
  quick.matchOnDescription = true;
  quick.onDidAccept(() => {
    const node = quick.activeItems[0]?.node;
    quick.hide();
    if (node !== undefined) {
      void reveal(session.location(node.location.uri), node.location.range);
    }
  });
  quick.onDidTriggerItemButton(({ item: { node } }) => {
    quick.hide();
    if (node !== undefined) {
      const { uri, range } = node.location;
      void lineage(session, { textDocument: { uri }, position: range.start });
    }
  });
  quick.onDidHide(() => quick.dispose());
  quick.show();
}

function item(node: Node): NodeItem {
  const icon = node.errors > 0 ? "$(error)" : node.warnings > 0 ? "$(warning)" : "$(symbol-object)";
  const found = [node.errors > 0 ? count(node.errors, "error") : "", node.warnings > 0 ? count(node.warnings, "warning") : "", node.status ?? ""];
  return { label: `${icon} ${node.name ?? "(no name)"}`, description: node.kind, detail: found.filter((part) => part !== "").join(", "), node, buttons: [FOLLOW] };
}

function named(node: Node): string {
  return `${node.kind} ${node.name ?? ""}`.trim();
}
