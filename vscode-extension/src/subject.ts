// What a command is about: an argument of a code lens, else the cursor.

import * as vscode from "vscode";
import { inform } from "./notify";
import type { Subject } from "./protocol";

/** The argument if it is a subject, else the cursor's place in the YAML that is being edited or was edited last. */
export function subject(argument: unknown): Subject | undefined {
  if (typeof argument === "object" && argument !== null && "textDocument" in argument) {
    return argument as Subject;
  }
  const editor = yamlEditor();
  if (editor === undefined) {
    void inform("viz: put the cursor on an insight of a project file first");
    return undefined;
  }
  return atCursor(editor);
}

export function atCursor(editor: vscode.TextEditor): Subject {
  const { line, character } = editor.selection.active;
  return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}

export function yamlEditor(): vscode.TextEditor | undefined {
  const isYaml = (editor: vscode.TextEditor | undefined): boolean =>
    editor?.document.languageId === "yaml" && editor.document.uri.scheme === "file";
  const active = vscode.window.activeTextEditor;
  return isYaml(active) ? active : vscode.window.visibleTextEditors.find(isYaml);
}

/** Goes to a place. */
export async function reveal(uri: vscode.Uri, range: { start: { line: number; character: number } }, beside = false): Promise<void> {
  const place = new vscode.Position(range.start.line, range.start.character);
  const column = beside ? vscode.ViewColumn.One : undefined;
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(place, place), ...(column === undefined ? {} : { viewColumn: column }) });
}
