// What an object uses and what uses it, as a list to walk through.

import * as vscode from "vscode";
import { inform } from "../notify";
import type { Node, Subject } from "../protocol";
import { refused } from "../pin";
import type { Session } from "../session";
import { reveal } from "../subject";
import { count } from "../words";
import { named, state } from "./tell";

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
    void inform("viz: put the cursor into an object with a name");
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
    const place = quick.activeItems[0]?.node?.location ?? undefined;
    quick.hide();
    if (place !== undefined) {
      void reveal(session.location(place.uri), place.range);
    }
  });
  quick.onDidTriggerItemButton(({ item: { node } }) => {
    const place = node?.location ?? undefined;
    quick.hide();
    if (place !== undefined) {
      const { uri, range } = place;
      void lineage(session, { textDocument: { uri }, position: range.start });
    }
  });
  quick.onDidHide(() => quick.dispose());
  quick.show();
}

function item(node: Node): NodeItem {
  const icon = node.errors > 0 ? "$(error)" : node.warnings > 0 ? "$(warning)" : "$(symbol-object)";
  return { label: `${icon} ${node.name ?? "(no name)"}`, description: node.kind, detail: state(node), node, buttons: [FOLLOW] };
}
