import assert from "node:assert/strict";
import { test } from "node:test";
import { clicked, ends, list, offered, one, run } from "../src/preview/reach";
import type { Input, Value } from "../src/protocol";

function input(changes: Partial<Input>): Input {
  return {
    name: "i", label: null, multi: false, range: false, dates: false, display: "dropdown", offers: "all", clearable: false, selection: null, pinned: false,
    options: [], total: 0, truncated: false, source: "static", age: null, stale: false, type: null, error: null,
    location: { uri: "", range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } },
    ...changes,
  };
}

test("sliders reach numbers only, as numbers", () => {
  const options: Value[] = ["50", "none", "0", "", null, "100"];
  assert.deepEqual(offered(input({ display: "slider", offers: "numbers", options })), [50, 0, 100]);
  assert.deepEqual(offered(input({ display: "range-slider", offers: "ascending-numbers", multi: true, options })), [0, 50, 100]);
});

test("a toggle reaches its first two options, other controls all", () => {
  const options = ["a", "b", "c"];
  assert.deepEqual(offered(input({ display: "toggle", offers: "first-two", options })), ["a", "b"]);
  for (const display of ["dropdown", "radio", "tabs", "autocomplete", "checkboxes", "chips", "tags"]) {
    assert.deepEqual(offered(input({ display, options })), options, display);
  }
});

test("clicks keep their order", () => {
  const some = input({ multi: true, options: ["a", "b", "c"], selection: ["c"] });
  assert.deepEqual(clicked(some, "a"), ["c", "a"]);
  assert.deepEqual(clicked({ ...some, selection: ["c", "a"] }, "c"), ["a"]);
});

test("a range is its run, in ascending order, in the form of its kind", () => {
  const numbers = input({ multi: true, range: true, display: "range-slider", options: [100, 150, 200, 250], selection: { from: 150, to: 250 } });
  assert.deepEqual(list(numbers), [150, 200, 250]);
  assert.deepEqual(ends(numbers), [1, 3]);
  assert.deepEqual(run(numbers, 2, 0), { from: 100, to: 200 });
  const texts = input({ multi: true, display: "range-slider", offers: "ascending-numbers", options: ["20", "3", "100"], selection: ["3", "20"] });
  assert.deepEqual(ends(texts), [0, 1]);
  assert.deepEqual(run(texts, 1, 2), [20, 100]);
});

test("what is not known selects nothing, and its run is the whole", () => {
  const unknown = input({ multi: true, range: true, display: "date-range", offers: "ascending-texts", options: ["2024-01-02", "2024-01-01"] });
  assert.equal(one(unknown), undefined);
  assert.deepEqual(ends(unknown), [0, 1]);
  assert.deepEqual(run(unknown, 0, 0), { from: "2024-01-01", to: "2024-01-01" });
});
