import assert from "node:assert/strict";
import { test } from "node:test";
import { ITEM_WITH_KEY, LINE_END } from "../src/enter";

test("a key follows below the first one of its item", () => {
  for (const line of ["  - name: sales", "- name: sales", "  - name: \"a b\"", "  - name: 'a'", "      - x: ?{ ${ref(a).b} }", "  - name: sales  "]) {
    assert.match(line, ITEM_WITH_KEY);
  }
});

test("where something else follows, nothing is done", () => {
  for (const line of ["  - name:", "  - sql: |", "  - sql: >-", "  - name: \"open", "  - { name: a,", "  - a: [b,", "  - text", "    name: a", "-"]) {
    assert.doesNotMatch(line, ITEM_WITH_KEY);
  }
  assert.doesNotMatch(" # note", LINE_END);
});
