// The language server: started, stopped and asked.

import * as fs from "node:fs";
import * as os from "node:os";
import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";
import { complain } from "./notify";
import type { Refused, Requests, Status } from "./protocol";
import { findServer, notFound } from "./server";
import { initializationOptions } from "./settings";

/** The commands that code lenses, code actions and completions of the server may name. */
const COMMANDS = [
  "viz.showReferences", "viz.showSql", "viz.preview", "viz.showCoverage", "viz.pinCombination", "editor.action.triggerSuggest",
];

export type State = { is: "starting" | "running" | "stopped" } | { is: "missing"; message: string };

export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined;
  // Starting and stopping one after the other: a restart during a start must not leave two servers behind.
  private queue: Promise<void> = Promise.resolve();
  private readonly statuses = new Map<string, Status>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** The state of the server, or the status of a project, has changed. */
  readonly onDidChange = this.changed.event;
  state: State = { is: "stopped" };
  /** Whether the server tells of projects: an older one doesn't. */
  tells = false;
  /** The program that runs or would run. */
  program: string | undefined;

  constructor(private readonly context: vscode.ExtensionContext, readonly log: vscode.LogOutputChannel) {}

  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.stop();
      await this.start();
    });
  }

  dispose(): Promise<void> {
    return this.enqueue(() => this.stop());
  }

  /** The status of the project that the file lies in. */
  status(uri: vscode.Uri | undefined): Status | undefined {
    const all = [...this.statuses.values()];
    const file = uri?.scheme === "file" ? uri.fsPath : undefined;
    const inside = all.filter(({ root }) => file !== undefined && (file === root || file.startsWith(root.replace(/[/\\]?$/, "/")) || file.startsWith(root.replace(/[/\\]?$/, "\\"))));
    return inside.sort((a, b) => b.root.length - a.root.length)[0];
  }

  get projects(): Status[] {
    return [...this.statuses.values()];
  }

  /** Asks the server; what goes wrong on the way is a refusal, too. */
  async ask<M extends keyof Requests>(method: M, params: Requests[M]["params"], token?: vscode.CancellationToken): Promise<Requests[M]["result"] | Refused> {
    const client = this.client;
    if (client === undefined) {
      return { error: { code: "no-server", message: this.state.is === "missing" ? this.state.message : "the server is not running" } };
    }
    try {
      type Result = Requests[M]["result"];
      return token === undefined ? await client.sendRequest<Result>(method, params) : await client.sendRequest<Result>(method, params, token);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.log.warn(`${method}: ${message}`);
      return { error: { code: "request-failed", message } };
    }
  }

  location(uri: string): vscode.Uri {
    return this.client?.protocol2CodeConverter.asUri(uri) ?? vscode.Uri.parse(uri);
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step).catch((error: unknown) => this.log.error(String(error)));
    return this.queue;
  }

  private set(state: State): void {
    this.state = state;
    this.changed.fire();
  }

  private async start(): Promise<void> {
    const section = vscode.workspace.getConfiguration("viz");
    const setting = section.get<string>("server.path", "");
    const search = findServer(setting, {
      platform: process.platform,
      pathVariable: process.env["PATH"],
      home: os.homedir(),
      extensionFolder: this.context.extensionPath,
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      isFile: (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
    });
    this.program = search.found;
    if (search.found === undefined) {
      this.log.error(`looked for the server in\n  ${search.looked.join("\n  ")}`);
      const message = notFound(search, setting);
      this.set({ is: "missing", message });
      void offerSettings(message);
      return;
    }
    this.log.info(`server (${search.where}): ${search.found}`);
    this.set({ is: "starting" });

    const server: ServerOptions = { command: search.found, args: ["--stdio"] };
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: "file", language: "yaml" }],
      initializationOptions: { ...initializationOptions(section, vscode.workspace.isTrusted), commands: COMMANDS },
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      markdown: { isTrusted: false, supportHtml: false },
    };
    // The id is also the section of `viz.trace.server`.
    const starting = new LanguageClient("viz", "viz-lsp", server, options);
    starting.onNotification("viz/statusChanged", (status: Status) => {
      this.statuses.set(status.root, status);
      this.changed.fire();
    });
    await starting.start();
    this.client = starting;
    this.set({ is: "running" });
    const known = await this.ask("viz/status", {});
    this.tells = known.error === undefined;
    if (known.error === undefined) {
      for (const status of known.projects) {
        this.statuses.set(status.root, status);
      }
      this.changed.fire();
    }
  }

  private async stop(): Promise<void> {
    const running = this.client;
    this.client = undefined;
    this.statuses.clear();
    this.set({ is: "stopped" });
    await running?.dispose();
  }
}

async function offerSettings(message: string): Promise<void> {
  const open = "Open settings";
  if ((await complain(message, open)) === open) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "viz.server.path");
  }
}
