// The lineage beside the text: asks for the graph of an object, or of the whole project, and gives it to its page.

import * as vscode from "vscode";
import { Asking } from "../asking";
import { fill, options, type Page } from "../page";
import type { Subject } from "../protocol";
import type { Session } from "../session";
import { reveal } from "../subject";
import { ask, drawn, known, type Target, uriOf } from "./graph";
import type { Depth, FromPage, Remembered, ToPage } from "./messages";
import { named } from "./tell";

const VIEW = "viz.lineage";
const PAGE: Page = { title: "Lineage", folder: "lineage", style: "lineage.css", scripts: ["lineage.js"], inlineStyles: false };

export class LineagePanel implements vscode.WebviewPanelSerializer {
  private panel: vscode.WebviewPanel | undefined;
  private target: Target | undefined;
  private depth: Depth = null;
  /** What somebody asked for has not been shown yet. */
  private isNew = true;
  private readonly asking = new Asking((token) => this.ask(token));

  constructor(private readonly context: vscode.ExtensionContext, private readonly session: Session) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(VIEW, this),
      // A page that is hidden is made anew when it is seen, and then asks.
      this.session.onDidChange(() => this.panel?.visible === true && this.asking.checked()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.languageId === "yaml" && this.panel?.visible === true && this.asking.soon()),
    );
  }

  show(subject: Subject): void {
    this.target = { at: subject };
    this.isNew = true;
    if (this.panel === undefined) {
      this.open(vscode.window.createWebviewPanel(VIEW, PAGE.title, vscode.ViewColumn.Beside, options(this.context, PAGE)));
    } else {
      this.panel.reveal();
      void this.asking.now();
    }
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.open(panel);
  }

  private open(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    fill<FromPage>(this.context, panel, PAGE, (message) => void this.heard(message), () => {
      if (this.panel === panel) {
        this.panel = undefined;
        this.asking.stop();
      }
    });
  }

  private post(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  private async ask(token: vscode.CancellationToken): Promise<void> {
    const { panel, target, depth } = this;
    if (panel === undefined || target === undefined) {
      return;
    }
    this.post({ type: "busy" });
    const answer = await ask((params) => this.session.ask("viz/lineage", params, token), target, depth);
    if (token.isCancellationRequested || this.panel !== panel) {
      return;
    }
    if (answer === undefined || answer.error !== undefined) {
      const gone = "known" in target ? `${named(target.known)} is not in the project now: this is how it was` : "";
      return this.post({ type: "refused", message: answer?.error?.message ?? gone });
    }
    const uri = uriOf(target);
    const root = answer.nodes.find(({ id }) => id === answer.root);
    const subject = root === undefined ? undefined : known(root);
    this.target = subject === undefined ? { project: uri } : { known: subject };
    panel.title = root === undefined ? PAGE.title : `${PAGE.title}: ${root.name ?? root.kind}`;
    this.post({ type: "show", shown: { ...drawn(answer), uri, depth, isNew: this.isNew } });
    this.isNew = false;
  }

  private async heard(message: FromPage): Promise<void> {
    this.isNew ||= message.type !== "open";
    switch (message.type) {
      case "ready":
        this.restore(message.remembered);
        return this.asking.now();
      case "depth":
        this.depth = message.depth;
        return this.asking.now();
      case "subject": {
        const { target } = this;
        if (message.subject !== null) {
          this.target = { known: message.subject };
        } else if (target !== undefined) {
          this.target = { project: uriOf(target) };
        }
        return this.asking.now();
      }
      case "open":
        return reveal(this.session.location(message.location.uri), message.location.range, true);
    }
  }

  /** After a reload the page tells what it showed. */
  private restore(remembered: Remembered | null): void {
    if (this.target === undefined && remembered !== null) {
      this.depth = remembered.depth;
      this.target = remembered.subject === null ? { project: remembered.uri } : { known: remembered.subject };
    }
  }
}
