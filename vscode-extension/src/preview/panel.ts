// The preview beside the text: asks for the inputs and the rows of an insight and gives them to its page.

import * as vscode from "vscode";
import { Asking } from "../asking";
import { fill, options, type Page } from "../page";
import type { Inputs, Location, Refused, Rows, Subject } from "../protocol";
import { pinChoices, unpin } from "../pin";
import type { Session } from "../session";
import type { SqlDocuments } from "../sql";
import { atCursor, reveal, yamlEditor } from "../subject";
import type { FromPage, Remembered, Shown, ToPage } from "./messages";

const VIEW = "viz.preview";
const PAGE: Page = { title: "Preview", folder: "preview", style: "preview.css", scripts: ["plotly.min.js", "preview.js"], inlineStyles: true };

export class Preview implements vscode.WebviewPanelSerializer {
  private panel: vscode.WebviewPanel | undefined;
  private subject: Subject | undefined;
  /** What was shown last, by its name. */
  private drawn: Subject | undefined;
  private place: Location | null | undefined;
  private follow = true;
  private readonly asking = new Asking((token) => this.ask(token));

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly session: Session,
    private readonly sql: SqlDocuments,
  ) {}

  register(): vscode.Disposable {
    const soon = (): void => this.soon();
    return vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(VIEW, this),
      this.session.onDidChange(() => this.panel !== undefined && this.asking.checked()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.languageId === "yaml" && soon()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.moved(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor !== undefined && this.moved(editor)),
    );
  }

  show(subject: Subject): void {
    this.subject = subject;
    if (this.panel === undefined) {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.open(vscode.window.createWebviewPanel(VIEW, "Preview", column, options(this.context, PAGE)));
    } else {
      this.panel.reveal(undefined, true);
      this.soon();
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

  private moved(editor: vscode.TextEditor): void {
    const { document } = editor;
    if (this.follow && this.panel !== undefined && document.languageId === "yaml" && document.uri.scheme === "file") {
      this.subject = atCursor(editor);
      this.soon();
    }
  }

  private soon(): void {
    if (this.panel !== undefined) {
      this.asking.soon();
    }
  }

  private post(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  private async ask(token: vscode.CancellationToken): Promise<void> {
    const { subject, panel } = this;
    if (subject === undefined || panel === undefined) {
      return;
    }
    this.post({ type: "busy" });
    const [inputs, rows] = await Promise.all([
      this.session.ask("viz/inputs", subject, token),
      this.session.ask("viz/rows", subject, token),
    ]);
    if (token.isCancellationRequested || this.panel !== panel) {
      return;
    }
    const asked = "insight" in subject ? subject.insight : null;
    const insight = inputs.error === undefined ? inputs.insight : rows.error === undefined ? rows.insight : asked;
    if (inputs.error?.code === "no-insight" && "position" in subject && this.drawn !== undefined) {
      // The cursor left for something that isn't drawn: what was drawn stays.
      this.subject = this.drawn;
      return this.asking.now();
    }
    if (insight !== null) {
      this.drawn = { textDocument: subject.textDocument, insight };
    }
    this.place = rows.error === undefined ? rows.location : this.place;
    // The engine's words alone don't tell which choice is to blame; the finding does.
    const rendered = rows.error === undefined ? undefined : await this.session.ask("viz/renderedSql", subject, token);
    if (token.isCancellationRequested || this.panel !== panel) {
      return;
    }
    const finding = rendered?.error === undefined ? (rendered?.message ?? null) : null;
    panel.title = insight === null ? "Preview" : `Preview: ${insight}`;
    this.post({ type: "show", shown: { ...shown(insight, inputs, rows, finding), uri: subject.textDocument.uri, follow: this.follow } });
  }

  private async heard(message: FromPage): Promise<void> {
    const { subject } = this;
    if (message.type === "ready") {
      this.restore(message.remembered);
      return this.asking.now();
    }
    if (subject === undefined) {
      return;
    }
    switch (message.type) {
      case "choose":
        await pinChoices(this.session, subject.textDocument.uri, message.choices);
        return this.asking.now();
      case "unpin":
        await unpin(this.session, subject);
        return this.asking.now();
      case "search": {
        const { input, search } = message;
        const found = await this.session.ask("viz/options", { textDocument: subject.textDocument, input, search: search === "" ? null : search, offset: 0, limit: 100 });
        if (found.error === undefined) {
          this.post({ type: "options", input, search, options: found.options, total: found.total });
        }
        return;
      }
      case "follow":
        this.follow = message.follow;
        this.subject = message.follow ? subject : (this.drawn ?? subject);
        return;
      case "openSql":
        return this.sql.open(this.drawn ?? subject);
      case "reveal":
        if (this.place) {
          await reveal(this.session.location(this.place.uri), this.place.range, true);
        }
    }
  }

  /** After a reload the page tells what it showed. */
  private restore(remembered: Partial<Remembered> | null): void {
    if (remembered?.follow !== undefined) {
      this.follow = remembered.follow;
    }
    if (this.subject === undefined) {
      const editor = yamlEditor();
      if (remembered?.uri !== undefined && typeof remembered.insight === "string") {
        this.subject = this.drawn = { textDocument: { uri: remembered.uri }, insight: remembered.insight };
      } else if (editor !== undefined) {
        this.subject = atCursor(editor);
      }
    }
  }
}

function shown(insight: string | null, inputs: Inputs | Refused, rows: Rows | Refused, finding: string | null): Omit<Shown, "uri" | "follow"> {
  const refused = rows.error === undefined ? null : rows;
  return {
    insight,
    inputs: inputs.error === undefined ? inputs.inputs : [],
    inputsError: inputs.error ?? null,
    rows: rows.error === undefined ? rows : null,
    error: refused === null ? null : { code: refused.error?.code ?? "", message: untrusted(refused.error?.message ?? ""), finding, sql: refused.sql ?? null },
  };
}

/** Without trust sources are not read: then that is why. */
function untrusted(message: string): string {
  return vscode.workspace.isTrusted ? message : `this workspace is not trusted, so its sources are not read (${message})`;
}
