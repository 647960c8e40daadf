// @ts-check
// What the pages of the preview and the lineage are shown. The extension's `npm run typecheck` reads this file, so that it has what the server's answers have.

/** @import { Input, Location, Rows } from "../../vscode-extension/src/protocol.js" */
/** @import { Shown } from "../../vscode-extension/src/preview/messages.js" */
/** @import { Node } from "../../vscode-extension/src/protocol.js" */
/** @import { Shown as Graph } from "../../vscode-extension/src/lineage/messages.js" */

/** @type {Location} */
const place = { uri: "file:///p.yml", range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } } };

/** What a control offers of the options, where it is not all.
 * @type {Record<string, Input["offers"]>} */
const OFFERS = { toggle: "first-two", slider: "numbers", "range-slider": "ascending-numbers", "date-range": "ascending-texts" };

/**
 * A single-select with the options a, b, c, of which b is selected.
 * @param {string} display
 * @param {Partial<Input>} changes
 * @returns {Input}
 */
export const input = (display, changes = {}) => ({
  name: `the_${display}`.replace("-", "_"), label: null, multi: false, range: false, dates: false, display, offers: OFFERS[display] ?? "all", clearable: false,
  selection: ["b"], pinned: false, options: ["a", "b", "c"], total: 3, truncated: false, source: "static", age: null, stale: false, type: null, error: null,
  location: place, ...changes,
});

/**
 * The same as a multi-select.
 * @param {string} display
 * @param {Partial<Input>} changes
 */
export const multi = (display, changes = {}) => input(display, { multi: true, clearable: true, ...changes });

/** A bar chart of three rows in two series.
 * @type {Rows} */
export const rows = {
  insight: "sales", location: place, choices: {}, type: "bar",
  columns: [{ name: "s", type: "VARCHAR", values: ["web", "web", "store"] }, { name: "x", type: "VARCHAR", values: ["z", "a", "z"] }, { name: "y", type: "DOUBLE", values: [3, 1, 2] }],
  props: { x: 1, y: 2 }, slices: {}, split: 0, series: [{ value: "web", rows: [0, 1] }, { value: "store", rows: [2] }], staticProps: { type: "bar" }, chart: "c", layout: { title: { text: "Sales" } },
  sort: "written", sql: "SELECT 1", dynamic: true, rowCount: 3, truncated: false, milliseconds: 1.23,
};

/**
 * @param {Input[]} inputs
 * @param {Partial<Shown>} changes
 * @returns {Shown}
 */
export const shown = (inputs, changes = {}) => ({ uri: "file:///p.yml", follow: true, insight: "sales", inputs, inputsError: null, rows, error: null, ...changes });

/**
 * An object of the lineage, at the line of its id.
 * @param {number} id
 * @param {string} kind
 * @param {string | null} name
 * @param {Partial<Node>} changes
 * @returns {Node}
 */
export const node = (id, kind, name, changes = {}) => ({
  id, kind, name, location: { uri: "file:///p.yml", range: { start: { line: id, character: 0 }, end: { line: id, character: 1 } } }, errors: 0, warnings: 0, status: null, ...changes,
});

/** @type {NonNullable<Node["columns"]>} */
const COLUMNS = [
  { name: "city", from: [{ table: "shops", column: "town" }], way: "handed-on", complete: true },
  { name: "net", from: [{ table: "sales", column: "total" }, { table: "sales", column: "tax" }], way: "computed", complete: true },
];

/**
 * The lineage of an insight: a source, a model, an input, the insight, a chart, a dashboard.
 * @param {Partial<Graph>} changes
 * @returns {Graph}
 */
export const graph = (changes = {}) => ({
  uri: "file:///p.yml", depth: null, root: 3, total: 6, isNew: true,
  nodes: [
    node(0, "source", "files"), node(1, "model", "orders", { warnings: 3, columns: COLUMNS }), node(2, "input", "city"),
    node(3, "insight", "sales", { errors: 2, status: "partial" }), node(4, "chart", "months"), node(5, "dashboard", "shop"),
  ],
  edges: [{ from: 1, to: 0 }, { from: 2, to: 1 }, { from: 3, to: 1 }, { from: 3, to: 2 }, { from: 4, to: 3 }, { from: 5, to: 4 }, { from: 5, to: 2 }],
  ...changes,
});
