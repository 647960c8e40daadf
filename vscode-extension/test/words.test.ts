import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import type { Status } from "../src/protocol";
import { escaped, unlinked } from "../src/plain";
import { combination, selected, statusText } from "../src/words";

const done: Status = {
  root: "/home/me/shop", state: "done", level: "bind", trusted: true, errors: 0, warnings: 0, information: 0, hints: 0,
  insights: { total: 14, checked: 14, partial: 0, unchecked: 0 }, combinations: { total: 317, covered: 317 }, why: [], tiers: [],
  facts: { known: 40, stale: 0, unknown: 0, locked: 0, oldest: null, newest: null }, engine: { version: "v2.0.0", browser: "1.4" }, pinned: null,
};

test("the status bar: checked, errors, not checked because, parsed only, at work", () => {
  assert.equal(statusText(done).text, "$(check) viz: 14 checked");
  assert.equal(statusText({ ...done, errors: 1 }).text, "$(error) viz: 1 error");
  const locked = { ...done, insights: { total: 14, checked: 12, partial: 0, unchecked: 2 }, why: [{ code: "database-locked", message: "the database is locked", insights: 2, names: ["sales", "returns"] }] };
  assert.equal(statusText(locked).text, "$(warning) viz: 2 not checked because the database is locked");
  assert.match(statusText(locked).tooltip, /sales, returns: the database is locked/);
  assert.match(statusText({ ...done, trusted: false }).text, /parsed only/);
  assert.match(statusText({ ...done, state: "checking" }).text, /checking/);
});

test("selections in words", () => {
  assert.equal(selected([]), "nothing");
  assert.equal(selected([null]), "null");
  assert.equal(selected(["a", "b", "c", "d"]), "a, b, c and 1 more");
  assert.equal(selected({ from: 1, to: 5 }), "1 to 5");
  assert.equal(combination({ city: ["Denver"], days: { from: "2024-01-01", to: "2024-01-31" } }), "city: Denver; days: 2024-01-01 to 2024-01-31");
});

const HOSTILE = [
  'a` ![x](<https://evil.example/?', "![x](https://evil.example/a.png)", "[Fix](command:workbench.action.terminal.sendSequence?%7B%7D)",
  "<img src=x>", "<https://evil.example>", "https://evil.example", "www.evil.example", "a\n\n![x](y)", "a\u2028# b", "&#33;[x](y)", "$(alert)", "a\\![x](y)",
];

/** Whether a mark of Markdown stands in a text without a backslash before it. */
function marks(text: string): boolean {
  return /[`*_[\]<>()!&~:/.@]/.test(text.replace(/\\[\\`*_{}[\]<>()#+\-.!|~&@:/]/g, "")) || /[\n\u2028]/.test(text);
}

test("the tooltip holds names, paths, messages and pinned values as words: no image, no link", () => {
  for (const text of HOSTILE) {
    assert.ok(!marks(escaped(text)), escaped(text));
    const { tooltip } = statusText({
      ...done, root: text, pinned: { [text]: [text] },
      why: [{ code: "query", message: text, insights: 1, names: [text] }],
    });
    const lines = tooltip.split("\n\n");
    assert.equal(lines.length, 6, tooltip);
    assert.equal(lines[0], `**${escaped(text)}**`);
    assert.ok([lines[3]?.slice("Not checked:".length), lines[4]?.slice("Pinned:".length)].every((line) => line !== undefined && !marks(line.replace(/: /, " "))), tooltip);
  }
});

test("notifications hold no links", () => {
  const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
  for (const text of [...HOSTILE, "[[a](](command:b)", "x [a](https://b) [c](file:d)"]) {
    assert.ok(!link.test(unlinked(text)), unlinked(text));
  }
});

test("only one file of the extension says something in a notification, and only one makes Markdown", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const holding = (text: RegExp): string[] => files.filter((file) => text.test(readFileSync(`src/${file}`, "utf8")));
  assert.deepEqual(holding(/show(Information|Warning|Error)Message/), ["notify.ts"]);
  assert.deepEqual(holding(/MarkdownString/), ["status.ts"]);
});
