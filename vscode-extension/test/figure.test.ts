import assert from "node:assert/strict";
import { test } from "node:test";
import { described, figure, put, series, sliced } from "../src/preview/figure";
import type { Rows } from "../src/protocol";

function rows(changes: Partial<Rows> = {}): Rows {
  return {
    insight: "sales",
    location: { uri: "file:///p.yml", range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } } },
    choices: {},
    type: "bar",
    columns: [
      { name: "s", type: "VARCHAR", values: ["web", "store", "web", null] },
      { name: "x", type: "VARCHAR", values: ["b", "a", "a", "c"] },
      { name: "y", type: "DOUBLE", values: [3, 1, 2, null] },
    ],
    props: { x: 1, y: 2 },
    slices: {},
    split: null,
    series: null,
    staticProps: { type: "bar", name: "Team", marker: { line: { width: 1 } } },
    chart: null,
    layout: null,
    sort: "written",
    sql: "",
    dynamic: true,
    rowCount: 4,
    truncated: false,
    milliseconds: 1,
    ...changes,
  };
}

const channels = [
  { value: "web", rows: [0, 2] },
  { value: "store", rows: [1] },
  { value: null, rows: [3] },
];

test("without a split: one trace, rows in the order of the query, the name of the props", () => {
  const { data } = figure(rows());
  assert.deepEqual(data, [{ type: "bar", name: "Team", marker: { line: { width: 1 } }, x: ["b", "a", "a", "c"], y: [3, 1, 2, null] }]);
});

test("a split makes one trace per value, in the order of the rows, named by the value", () => {
  const { data } = figure(rows({ split: 0, series: channels }));
  assert.deepEqual(data.map(({ name, x, y }) => ({ name, x, y })), [
    { name: "web", x: ["b", "a"], y: [3, 2] },
    { name: "store", x: ["a"], y: [1] },
    { name: "null", x: ["c"], y: [null] },
  ]);
});

test("no rows are one empty trace, or none with a split", () => {
  const columns = rows().columns.map((column) => ({ ...column, values: [] }));
  assert.deepEqual(figure(rows({ columns })).data.map(({ x }) => x), [[]]);
  assert.deepEqual(series(rows({ columns, split: 0, series: [] })), []);
});

test("slices are applied per series", () => {
  const { data } = figure(rows({ split: 0, series: channels, slices: { y: "[-1]" } }));
  assert.deepEqual(data.map(({ y }) => y), [2, 1, null]);
});

test("slices, R-QS-07", () => {
  const values = [10, 20, 30, 40];
  for (const [slice, wanted] of [
    ["[0]", 10], ["[-1]", 40], ["[9]", null], ["[-9]", null],
    ["[1:3]", [20, 30]], ["[:2]", [10, 20]], ["[2:]", [30, 40]], ["[-2:]", [30, 40]], ["[:]", values], ["[0:99]", values],
    ["[::2]", [10, 30]], ["[::-1]", [40, 30, 20, 10]], ["[2:0:-1]", [30, 20]], ["[3:1]", []],
    ["[0,2]", [10, 30]], ["[ 1 , -1 ]", [20, 40]], ["[0,9]", [10, null]],
  ] as const) {
    assert.deepEqual(sliced(values, slice), wanted, slice);
  }
});

test("props go below static ones, lists by their index", () => {
  const trace: Record<string, unknown> = { marker: { size: 3 } };
  put(trace, "marker.color", [1]);
  put(trace, "cells.values[0]", ["a"]);
  put(trace, "cells.values[1]", ["b"]);
  assert.deepEqual(trace, { marker: { size: 3, color: [1] }, cells: { values: [["a"], ["b"]] } });
  put(trace, "__proto__.polluted", true);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

test("the layout is the chart's; the name of a palette is no list of colours", () => {
  const layout = { title: { text: "Sales" }, colorway: "Botanical Garden" };
  assert.deepEqual(figure(rows({ layout })).layout, { title: { text: "Sales" } });
  assert.deepEqual(figure(rows({ layout: { colorway: ["red"] } })).layout, { colorway: ["red"] });
  assert.equal(layout.colorway, "Botanical Garden");
});

test("the chart is described in words", () => {
  assert.equal(described(rows({ split: 0, series: channels }), "sales"), "bar chart of sales: 4 rows in 3 series: web with 2, store with 1, null with 1");
  assert.equal(described(rows(), null), "bar chart of the insight: 4 rows");
});
