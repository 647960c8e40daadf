// Tells VS Code of the server for coding assistants, where it knows such servers (1.101 and later). Only in trusted workspaces.

import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { assistants, type Assistants } from "./assistants";
import type { Session } from "./session";

/** As the manifest calls it. */
const PROVIDER = "viz-lsp.assistants";

/** What later versions of VS Code have besides those that this extension is made for. */
interface Later {
  lm?: {
    registerMcpServerDefinitionProvider?(
      id: string,
      provider: { onDidChangeMcpServerDefinitions: vscode.Event<void>; provideMcpServerDefinitions(): Promise<unknown[]> },
    ): vscode.Disposable;
  };
  McpStdioServerDefinition?: new (label: string, command: string, args: string[], env: Record<string, string>, version: string) => unknown;
}

export function offerToAssistants(context: vscode.ExtensionContext, session: Session): vscode.Disposable {
  const { lm, McpStdioServerDefinition: Definition } = vscode as unknown as Later;
  if (lm?.registerMcpServerDefinitionProvider === undefined || Definition === undefined) {
    return { dispose: () => undefined };
  }
  const changed = new vscode.EventEmitter<void>();
  const version = String(context.extension.packageJSON.version);
  const definition = ({ label, command, args }: Assistants): unknown => new Definition(label, command, args, {}, version);
  const provider = lm.registerMcpServerDefinitionProvider(PROVIDER, {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: async () => assistants(await workspace(session)).map(definition),
  });
  const again = (): void => changed.fire();
  return vscode.Disposable.from(
    provider,
    changed,
    session.onDidChange(again),
    vscode.workspace.onDidGrantWorkspaceTrust(again),
    vscode.workspace.onDidChangeWorkspaceFolders(again),
  );
}

async function workspace(session: Session): Promise<Parameters<typeof assistants>[0]> {
  const files = await vscode.workspace.findFiles("**/{project.visivo.yml,visivo_project.yml}", "**/node_modules/**");
  const check = vscode.workspace.getConfiguration("viz.check");
  return {
    trusted: vscode.workspace.isTrusted,
    program: session.program,
    projects: files.filter(({ scheme }) => scheme === "file").map((file) => path.dirname(file.fsPath)),
    // Of the user's own settings alone, as for the language server.
    allowRead: check.inspect<string[]>("allowRead")?.globalValue ?? [],
    home: os.homedir(),
    cache: check.get<boolean>("cache", true),
  };
}
