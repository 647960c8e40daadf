// Pinning a combination: which input, which options; and the next combination that fails.

import * as vscode from "vscode";
import { inform, warn } from "./notify";
import type { Choices, Input, Refused, Selection, Subject, Value } from "./protocol";
import type { Session } from "./session";
import { reveal } from "./subject";
import { combination, selected, shown } from "./words";

/** Asks for an input of the insight and its selection, and pins that. */
export async function pin(session: Session, subject: Subject): Promise<void> {
  const answer = await session.ask("viz/inputs", subject);
  if (answer.error !== undefined) {
    return refused(answer);
  }
  if (answer.inputs.length === 0) {
    void inform(`viz: ${answer.insight ?? "this insight"} reads no input, so there is nothing to pin`);
    return;
  }
  const items = answer.inputs.map((input) => ({
    label: input.label ?? input.name,
    description: `${input.name}: ${input.selection === null ? "not known" : selected(input.selection)}${input.pinned ? " (pinned)" : ""}`,
    input,
  }));
  const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: "Pin: which input?", matchOnDescription: true });
  if (chosen === undefined) {
    return;
  }
  const selection = await ask(session, subject, chosen.input);
  if (selection !== undefined) {
    await pinChoices(session, subject.textDocument.uri, { [chosen.input.name]: selection });
  }
}

export async function pinChoices(session: Session, uri: string, choices: Choices, replace = false): Promise<void> {
  const answer = await session.ask("viz/pin", { textDocument: { uri }, choices, replace });
  if (answer.error !== undefined) {
    refused(answer);
  }
}

export async function unpin(session: Session, subject: Subject): Promise<void> {
  const answer = await session.ask("viz/unpin", { textDocument: subject.textDocument, inputs: null });
  if (answer.error !== undefined) {
    refused(answer);
  }
}

export async function nextFailing(session: Session, subject: Subject): Promise<void> {
  const inInsight = await session.ask("viz/nextFailingCombination", { ...subject, direction: "next" });
  const nothing = inInsight === null || inInsight.error?.code === "no-insight";
  const found = nothing
    ? await session.ask("viz/nextFailingCombination", { textDocument: subject.textDocument, direction: "next" })
    : inInsight;
  if (found === null) {
    void inform("viz: no combination fails");
    return;
  }
  if (found.error !== undefined) {
    return refused(found);
  }
  if (found.location !== null) {
    await reveal(session.location(found.location.uri), found.location.range);
  }
  void inform(`viz: ${found.index + 1} of ${found.total}: ${found.message} (${combination(found.choices)} is pinned)`);
}

/** One question for a list, two for the ends of a range. */
async function ask(session: Session, subject: Subject, input: Input): Promise<Selection | undefined> {
  if (input.range) {
    const from = await pick(session, subject, input, "from", false);
    const to = from === undefined || from.length === 0 ? undefined : await pick(session, subject, input, "to", false);
    return from?.length === 0 ? [] : to === undefined ? undefined : { from: from?.[0] ?? null, to: to[0] ?? null };
  }
  return pick(session, subject, input, input.multi ? "any number" : "one", input.multi);
}

interface OptionItem extends vscode.QuickPickItem {
  value?: Value;
}

/** A quick pick over the options; what is typed is searched by the server, so that long lists work. */
function pick(session: Session, subject: Subject, input: Input, which: string, many: boolean): Promise<Value[] | undefined> {
  const quick = vscode.window.createQuickPick<OptionItem>();
  quick.title = `Pin ${input.name}: ${which}`;
  quick.placeholder = "type to search the options";
  quick.canSelectMany = many;
  const before = Array.isArray(input.selection) ? input.selection : [];
  // Picked values in click order, also while a search hides them.
  let order: Value[] = many ? [...before] : [];
  let searching: vscode.CancellationTokenSource | undefined;
  const show = async (search: string): Promise<void> => {
    searching?.cancel();
    searching = new vscode.CancellationTokenSource();
    const { token } = searching;
    quick.busy = true;
    const params = { textDocument: subject.textDocument, input: input.name, search: search === "" ? null : search, offset: 0, limit: 200 };
    const found = await session.ask("viz/options", params, token);
    if (token.isCancellationRequested) {
      return;
    }
    quick.busy = false;
    if (found.error !== undefined) {
      quick.title = found.error.message;
      quick.items = [];
      return;
    }
    const items: OptionItem[] = found.options.map((value) => ({ label: shown(value), value, alwaysShow: true }));
    const left = found.total - found.options.length;
    const none: OptionItem[] = !many && input.clearable && search === "" ? [{ label: "$(circle-slash) nothing", alwaysShow: true }] : [];
    quick.items = [...none, ...items, ...(left > 0 ? [{ label: `${left} more: type to search`, kind: vscode.QuickPickItemKind.Separator }] : [])];
    if (many) {
      quick.selectedItems = items.filter((item) => item.value !== undefined && order.includes(item.value));
    }
  };
  void show("");
  return new Promise((resolve) => {
    quick.onDidChangeValue((value) => void show(value));
    quick.onDidChangeSelection((items) => {
      if (!many) {
        return;
      }
      const now = items.flatMap((item) => (item.value === undefined ? [] : [item.value]));
      const visible = new Set(quick.items.map((item) => item.value));
      order = [...order.filter((value) => now.includes(value) || !visible.has(value)), ...now.filter((value) => !order.includes(value))];
    });
    quick.onDidAccept(() => {
      const chosen = quick.selectedItems[0] ?? quick.activeItems[0];
      const values = many ? order : chosen?.value === undefined ? [] : [chosen.value];
      if (many || chosen !== undefined) {
        resolve(values);
        quick.hide();
      }
    });
    quick.onDidHide(() => {
      searching?.cancel();
      resolve(undefined);
      quick.dispose();
    });
    quick.show();
  });
}

export function refused(answer: Refused): void {
  void warn(`viz: ${answer.error.message}`);
}
