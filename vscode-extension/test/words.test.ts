import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "../src/protocol";
import { combination, selected, statusText } from "../src/words";

const done: Status = {
  root: "/home/me/shop", state: "done", level: "bind", trusted: true, errors: 0, warnings: 0, information: 0, hints: 0,
  insights: { total: 14, checked: 14, partial: 0, unchecked: 0 }, combinations: { total: 317, covered: 317 }, why: [], tiers: [],
  facts: { known: 40, stale: 0, unknown: 0, oldest: null, newest: null }, engine: { version: "v2.0.0", browser: "1.4" }, pinned: null,
};

test("the status bar: checked, errors, not checked because, parsed only, at work", () => {
  assert.equal(statusText(done).text, "$(check) viz: 14 checked");
  assert.equal(statusText({ ...done, errors: 1 }).text, "$(error) viz: 1 error");
  const locked = { ...done, insights: { total: 14, checked: 12, partial: 0, unchecked: 2 }, why: [{ code: "database-locked", message: "the database is locked", insights: 2, names: ["sales", "returns"] }] };
  assert.equal(statusText(locked).text, "$(warning) viz: 2 not checked because the database is locked");
  assert.match(statusText(locked).tooltip, /`sales`, `returns`: the database is locked/);
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
