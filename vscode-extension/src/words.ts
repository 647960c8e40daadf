// Values and states in words. Knows nothing of VS Code.

import { escaped } from "./plain";
import type { Choices, Selection, Status, Value } from "./protocol";

/** A value as people read it. */
export function shown(value: Value): string {
  return value === null ? "null" : String(value);
}

/** A selection in a few words. */
export function selected(selection: Selection): string {
  if (!Array.isArray(selection)) {
    return `${shown(selection.from)} to ${shown(selection.to)}`;
  }
  if (selection.length === 0) {
    return "nothing";
  }
  const first = selection.slice(0, 3).map(shown).join(", ");
  return selection.length > 3 ? `${first} and ${selection.length - 3} more` : first;
}

/** `city: Denver, channel: web, store`. */
export function combination(choices: Choices): string {
  return Object.entries(choices).map(([input, selection]) => `${input}: ${selected(selection)}`).join("; ");
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** What the status bar says of a project. */
export interface StatusText {
  text: string;
  /** Markdown: what it holds of projects and data is words in it. */
  tooltip: string;
  severity: "error" | "warning" | "none";
}

export function statusText(status: Status): StatusText {
  const { insights } = status;
  const open = insights.partial + insights.unchecked;
  const reason = status.why[0]?.message;
  const tooltip = [
    `**${escaped(status.root)}**`,
    `${count(status.errors, "error")}, ${count(status.warnings, "warning")}`,
    `${insights.checked} of ${count(insights.total, "insight")} checked, ${status.combinations.covered} of ${count(status.combinations.total, "combination")}`,
    ...status.why.map((why) => `Not checked: ${why.names.map(escaped).join(", ")}: ${escaped(why.message)}`),
    status.trusted ? "" : "This workspace is not trusted: texts are parsed, no source is opened.",
    status.pinned !== null && Object.keys(status.pinned).length > 0 ? `Pinned: ${escaped(combination(status.pinned))}` : "",
    `Engine ${escaped(status.engine.version)}; the browser has ${escaped(status.engine.browser)}`,
  ].filter((line) => line !== "").join("\n\n");
  if (status.state !== "done") {
    const doing = status.state === "checking" ? "checking" : "waiting for sources";
    return { text: `$(sync~spin) viz: ${doing}`, tooltip, severity: "none" };
  }
  if (status.errors > 0) {
    return { text: `$(error) viz: ${count(status.errors, "error")}`, tooltip, severity: "error" };
  }
  if (!status.trusted) {
    return { text: "$(shield) viz: parsed only, not trusted", tooltip, severity: "warning" };
  }
  if (open > 0) {
    return { text: `$(warning) viz: ${open} not checked${reason === undefined ? "" : ` because ${reason}`}`, tooltip, severity: "warning" };
  }
  return { text: `$(check) viz: ${insights.checked} checked`, tooltip, severity: "none" };
}
