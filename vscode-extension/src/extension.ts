// The VS Code client: starts the server, hands it the settings and the workspace's trust, and nothing else.

import * as fs from "node:fs";
import * as os from "node:os";
import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";
import { findServer, notFound } from "./server";
import { initializationOptions } from "./settings";

let client: LanguageClient | undefined;
// Starting and stopping one after the other: a restart during a start must not leave two servers behind.
let queue: Promise<void> = Promise.resolve();

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("viz-lsp", { log: true });
  const restart = (): Promise<void> => enqueue(log, async () => {
    await stop();
    await start(context, log);
  });

  context.subscriptions.push(
    log,
    vscode.commands.registerCommand("viz.restartServer", restart),
    vscode.commands.registerCommand("viz.showLog", () => log.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      // The server reads its settings when it starts, and starting takes a moment only.
      if (change.affectsConfiguration("viz.server") || change.affectsConfiguration("viz.check")) {
        void restart();
      }
    }),
  );
  void restart();
}

export function deactivate(): Promise<void> {
  queue = queue.then(stop);
  return queue;
}

function enqueue(log: vscode.LogOutputChannel, step: () => Promise<void>): Promise<void> {
  queue = queue.then(step).catch((error: unknown) => log.error(String(error)));
  return queue;
}

async function start(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<void> {
  const section = vscode.workspace.getConfiguration("viz");
  const setting = section.get<string>("server.path", "");
  const search = findServer(setting, {
    platform: process.platform,
    pathVariable: process.env["PATH"],
    home: os.homedir(),
    extensionFolder: context.extensionPath,
    workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    isFile: (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
  });
  if (search.found === undefined) {
    log.error(`looked for the server in\n  ${search.looked.join("\n  ")}`);
    void offerSettings(notFound(search, setting));
    return;
  }
  log.info(`server (${search.where}): ${search.found}`);

  const server: ServerOptions = { command: search.found, args: ["--stdio"] };
  const options: LanguageClientOptions = {
    documentSelector: [{ scheme: "file", language: "yaml" }],
    initializationOptions: initializationOptions(section, vscode.workspace.isTrusted),
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
  // The id is also the section of `viz.trace.server`.
  const starting = new LanguageClient("viz", "viz-lsp", server, options);
  await starting.start();
  client = starting;
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}

async function offerSettings(message: string): Promise<void> {
  const open = "Open settings";
  if ((await vscode.window.showErrorMessage(message, open)) === open) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "viz.server.path");
  }
}
