// The pages of findings, as the server's own program prints them: of its version, and without a network.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Session } from "./session";

const SCHEME = "viz-page";
const SOURCE = "viz-lsp";

export function pages(session: Session): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => explain(session, [uri.path.replace(/^\/|\.md$/g, "")]),
  });
}

/** Opens the page of the finding at the cursor; asks which where there are several, or none. */
export async function openPage(session: Session, argument: unknown): Promise<void> {
  const code = typeof argument === "string" ? argument : await choose(session);
  if (code !== undefined) {
    await vscode.commands.executeCommand("markdown.showPreviewToSide", vscode.Uri.from({ scheme: SCHEME, path: `/${code}.md` }));
  }
}

async function choose(session: Session): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const all = editor === undefined ? [] : vscode.languages.getDiagnostics(editor.document.uri).filter(({ source }) => source === SOURCE);
  const here = all.filter(({ range }) => editor !== undefined && range.contains(editor.selection.active));
  const line = all.filter(({ range }) => range.start.line === editor?.selection.active.line);
  const near = [here, line, all].find((found) => found.length > 0) ?? [];
  const items = new Map<string, vscode.QuickPickItem>();
  for (const diagnostic of near) {
    const code = typeof diagnostic.code === "object" ? String(diagnostic.code.value) : String(diagnostic.code ?? "");
    items.set(code, { label: code, description: diagnostic.message });
  }
  if (items.size === 0) {
    const [list] = await Promise.all([explain(session, [])]);
    for (const [, code, title] of list.matchAll(/^\s*([a-z0-9]+(?:-[a-z0-9]+)+)\s+(.*)$/gm)) {
      items.set(code ?? "", { label: code ?? "", description: title ?? "" });
    }
  }
  if (items.size === 1) {
    return [...items.keys()][0];
  }
  return (await vscode.window.showQuickPick([...items.values()], { title: "The page of which finding?", matchOnDescription: true }))?.label;
}

async function explain(session: Session, code: string[]): Promise<string> {
  if (session.program === undefined) {
    return "viz-lsp was not found, so its pages can't be read.";
  }
  try {
    return (await promisify(execFile)(session.program, ["explain", "--", ...code])).stdout;
  } catch (error) {
    return String(error);
  }
}
