// The VS Code client: starts the server, and shows what it answers. Knows nothing of projects itself.

import * as vscode from "vscode";
import { checkWorkspace } from "./check";
import { BEHIND_DASH, ITEM_WITH_KEY, LINE_END } from "./enter";
import { lineage } from "./lineage/list";
import { LineagePanel } from "./lineage/panel";
import { offerToAssistants } from "./mcp";
import { inform } from "./notify";
import { openPage, pages } from "./pages";
import { nextFailing, pin, pinChoices, refused, unpin } from "./pin";
import { Preview } from "./preview/panel";
import { newProject, whenThereIsAProject } from "./project";
import type { Choices, Location, Subject } from "./protocol";
import { openSample } from "./sample";
import { Session } from "./session";
import { SqlDocuments } from "./sql";
import { menu, statusBar } from "./status";
import { subject, yamlEditor } from "./subject";

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("viz-lsp", { log: true });
  const running = new Session(context, log);
  session = running;
  const documents = new SqlDocuments(running);
  const preview = new Preview(context, running, documents);
  const graph = new LineagePanel(context, running);

  // A command about an insight: the argument of a code lens, else the cursor.
  const about = (run: (subject: Subject) => unknown) => (argument: unknown): unknown => {
    const found = subject(argument);
    return found === undefined ? undefined : run(found);
  };
  const commands: Record<string, (...args: never[]) => unknown> = {
    "viz.restartServer": () => running.restart(),
    "viz.showLog": () => log.show(),
    "viz.menu": menu,
    "viz.showSql": about((subject) => documents.open(subject)),
    "viz.preview": about((subject) => preview.show(subject)),
    "viz.pin": about((subject) => pin(running, subject)),
    "viz.unpin": about((subject) => unpin(running, subject)),
    "viz.nextFailingCombination": about((subject) => nextFailing(running, subject)),
    "viz.showLineage": about((subject) => graph.show(subject)),
    "viz.lineage": about((subject) => lineage(running, subject)),
    "viz.refreshOptions": () => refreshOptions(running),
    "viz.updateLock": updateLock,
    "viz.checkWorkspace": () => checkWorkspace(running),
    "viz.openPage": (argument: unknown) => openPage(running, argument),
    "viz.newProject": () => newProject(context),
    "viz.openSample": () => openSample(context),
    "viz.pinCombination": ({ textDocument, choices }: { textDocument: { uri: string }; choices: Choices }) =>
      pinChoices(running, textDocument.uri, choices),
    "viz.showCoverage": about((subject) => showCoverage(running, subject)),
    "viz.showReferences": (uri: string, position: { line: number; character: number }, locations: Location[]) =>
      vscode.commands.executeCommand(
        "editor.action.showReferences",
        running.location(uri),
        new vscode.Position(position.line, position.character),
        locations.map(({ uri, range: { start, end } }) =>
          new vscode.Location(running.location(uri), new vscode.Range(start.line, start.character, end.line, end.character))),
      ),
  };
  context.subscriptions.push(
    log,
    documents.register(),
    preview.register(),
    graph.register(),
    pages(running),
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run as (...args: unknown[]) => unknown)),
    // Other YAML is none of our business: no server, no item in the status bar.
    whenThereIsAProject(() => start(context, running)),
  );
}

function start(context: vscode.ExtensionContext, session: Session): void {
  void vscode.commands.executeCommand("setContext", "viz.active", true);
  context.subscriptions.push(
    statusBar(session),
    offerToAssistants(context, session),
    vscode.languages.setLanguageConfiguration("yaml", {
      onEnterRules: [{
        beforeText: ITEM_WITH_KEY,
        afterText: LINE_END,
        action: { indentAction: vscode.IndentAction.None, appendText: BEHIND_DASH },
      }],
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void session.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      // The server reads its settings when it starts, and starting takes a moment only.
      if (change.affectsConfiguration("viz.server") || change.affectsConfiguration("viz.check")) {
        void session.restart();
      }
    }),
  );
  void session.restart();
}

export function deactivate(): Promise<void> | undefined {
  return session?.dispose();
}

/** How far the insight is checked, and why not further. */
async function showCoverage(session: Session, subject: Subject): Promise<void> {
  const [answer, inputs] = await Promise.all([
    session.ask("viz/status", { textDocument: subject.textDocument }),
    session.ask("viz/inputs", subject),
  ]);
  if (answer.error !== undefined) {
    return refused(answer);
  }
  const status = answer.projects[0];
  const name = "insight" in subject ? subject.insight : inputs.error === undefined ? inputs.insight : null;
  const why = status?.why.find(({ names }) => name !== null && names.includes(name));
  const next = "Next combination that fails";
  const words = why === undefined ? "is checked as far as the level asks for" : `is not fully checked: ${why.message}`;
  if (status !== undefined && (await inform(`viz: ${name ?? "this insight"} ${words}`, next)) === next) {
    await nextFailing(session, subject);
  }
}

async function refreshOptions(session: Session): Promise<void> {
  const uri = yamlEditor()?.document.uri.toString();
  const answer = await session.ask("viz/refreshOptions", uri === undefined ? {} : { textDocument: { uri } });
  if (answer.error !== undefined) {
    return refused(answer);
  }
  const asked = answer.questions === 1 ? "1 question goes" : `${answer.questions} questions go`;
  vscode.window.setStatusBarMessage(`viz: ${asked} to the sources`, 5000);
}

/** The server says what became of it. */
function updateLock(): unknown {
  const uri = yamlEditor()?.document.uri.toString();
  return uri === undefined
    ? inform("viz: open a file of the project whose viz.lock is meant.")
    : vscode.commands.executeCommand("viz.server.updateLock", { textDocument: { uri } });
}
