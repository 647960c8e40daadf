// The SQL of an insight in a read-only document that follows the text and the pinned combination.

import * as vscode from "vscode";
import { warn } from "./notify";
import type { Refused, RenderedSql, Subject } from "./protocol";
import type { Session } from "./session";
import { combination } from "./words";

const SCHEME = "viz-sql";

export class SqlDocuments implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly session: Session) {}

  register(): vscode.Disposable {
    const refresh = (): void => {
      for (const document of vscode.workspace.textDocuments) {
        if (document.uri.scheme === SCHEME) {
          this.changed.fire(document.uri);
        }
      }
    };
    return vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      this.session.onDidChange(refresh),
    );
  }

  async open(subject: Subject): Promise<void> {
    const rendered = await this.session.ask("viz/renderedSql", subject);
    // An insight that can't be rendered has a document too, if it has a name: it says why, and follows when it can be.
    const insight = rendered.error === undefined ? rendered.insight : "insight" in subject ? subject.insight : null;
    if (insight === null && rendered.error !== undefined) {
      void warn(`viz: ${rendered.error.message}`);
      return;
    }
    const about: Subject = insight === null ? subject : { textDocument: subject.textDocument, insight };
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${insight ?? "insight"}.sql`, query: JSON.stringify(about) });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, "sql");
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    return text(await this.session.ask("viz/renderedSql", JSON.parse(uri.query) as Subject, token));
  }
}

function text(rendered: RenderedSql | Refused): string {
  if (rendered.error !== undefined) {
    const sql = "sql" in rendered && rendered.sql !== undefined ? `\n${rendered.sql}\n` : "";
    return `${comment(rendered.error.message)}${sql}`;
  }
  const chosen = combination(rendered.choices);
  return [
    comment(rendered.dynamic ? "The browser runs this." : "The source runs this when the project is built."),
    chosen === "" ? "" : comment(chosen),
    rendered.message === null ? "" : comment(rendered.message),
    ...rendered.columns.map((column) => comment(`${column.name} is ${column.for}`)),
    ...rendered.tables.map((table) => `\n${comment(`${table.name} is the model ${table.model}:`)}${comment(table.sql)}`),
    // Last: a text that isn't closed in it spoils the colours of what follows.
    `\n${rendered.sql}\n`,
  ].join("");
}

function comment(words: string): string {
  return words.trimEnd().split(/\r?\n/).map((line) => `-- ${line}\n`).join("");
}
