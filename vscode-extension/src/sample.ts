// The sample project: copied to where its changes do no harm, and opened.

import * as vscode from "vscode";

export async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.Uri.joinPath(context.globalStorageUri, "sample");
  const there = await vscode.workspace.fs.stat(folder).then(() => true, () => false);
  if (!there) {
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, "sample"), folder);
  }
  await vscode.commands.executeCommand("vscode.openFolder", folder, { forceNewWindow: true });
}
