// From rows to what plotly draws, as the dashboard does it. Knows nothing of the page.

import type { Cell, Rows } from "../protocol";

export type Trace = Record<string, unknown>;

export interface Figure {
  data: Trace[];
  layout: Record<string, unknown>;
}

/** One trace per value of the split column in the order in which the values come; all rows in their order. */
export function figure(rows: Rows): Figure {
  const data = series(rows).map(({ name, rows: which }) => {
    const trace = clone(rows.staticProps);
    trace["type"] = rows.type;
    for (const [path, index] of Object.entries(rows.props)) {
      const values = which.map((row) => rows.columns[index]?.values[row] ?? null);
      const slice = rows.slices[path];
      put(trace, path, slice === undefined ? values : sliced(values, slice));
    }
    if (name !== undefined) {
      trace["name"] = name;
    }
    return trace;
  });
  return { data, layout: layoutOf(rows) };
}

/** The rows of each series. Without a split all rows are one series, which has the name that the props give it. */
export function series(rows: Rows): { name: string | undefined; rows: number[] }[] {
  if (rows.series === null) {
    const all = Array.from({ length: rows.columns[0]?.values.length ?? 0 }, (_, row) => row);
    return [{ name: undefined, rows: all }];
  }
  return rows.series.map(({ value, rows }) => ({ name: String(value ?? null), rows }));
}

/**
 * Rule R-QS-07: `[n]` is one value, negative from the end; `[a:b]` and `[a:b:c]` are as in Python; `[a,b]` picks. What is out
 * of range is null.
 */
export function sliced(values: Cell[], slice: string): Cell | Cell[] {
  const inside = slice.trim().replace(/^\[|\]$/g, "");
  const at = (index: number): Cell => values[index < 0 ? values.length + index : index] ?? null;
  if (inside.includes(",")) {
    return inside.split(",").map((index) => at(Number(index)));
  }
  if (!inside.includes(":")) {
    return at(Number(inside));
  }
  const [from, to, by] = inside.split(":").map((part) => (part.trim() === "" ? undefined : Number(part)));
  const step = by ?? 1;
  if (step === 0) {
    return [];
  }
  const length = values.length;
  const clamp = (index: number, low: number, high: number): number => Math.min(Math.max(index < 0 ? length + index : index, low), high);
  const taken: Cell[] = [];
  if (step > 0) {
    const end = to === undefined ? length : clamp(to, 0, length);
    for (let index = from === undefined ? 0 : clamp(from, 0, length); index < end; index += step) {
      taken.push(values[index] ?? null);
    }
  } else {
    const end = to === undefined ? -1 : clamp(to, -1, length - 1);
    for (let index = from === undefined ? length - 1 : clamp(from, -1, length - 1); index > end; index += step) {
      taken.push(values[index] ?? null);
    }
  }
  return taken;
}

/** Puts a value at a path such as `marker.color` or `cells.values[0]`. */
export function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const steps = [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => (index === undefined ? (key ?? "") : Number(index)));
  let place: Record<string | number, unknown> = into;
  steps.forEach((step, at) => {
    if (step === "__proto__") {
      return;
    }
    const next = steps[at + 1];
    if (next === undefined) {
      place[step] = value;
      return;
    }
    const there = place[step];
    const fits = typeof next === "number" ? Array.isArray(there) : typeof there === "object" && there !== null && !Array.isArray(there);
    const inner = fits ? there : typeof next === "number" ? [] : {};
    place[step] = inner;
    place = inner as Record<string | number, unknown>;
  });
}

/** The chart's layout. A named palette is the page's own: its colours are not known here, so the theme's are taken. */
function layoutOf(rows: Rows): Record<string, unknown> {
  const layout = clone(rows.layout ?? {});
  if (typeof layout["colorway"] === "string") {
    delete layout["colorway"];
  }
  return layout;
}

/** What a screen reader says of the chart. */
export function described(rows: Rows, insight: string | null): string {
  const groups = series(rows);
  const names = groups.flatMap(({ name, rows }) => (name === undefined ? [] : [`${name} with ${rows.length}`]));
  const points = `${rows.rowCount} ${rows.rowCount === 1 ? "row" : "rows"}`;
  return `${rows.type} chart of ${insight ?? "the insight"}: ${names.length === 0 ? points : `${points} in ${groups.length} series: ${names.join(", ")}`}`;
}

function clone(value: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
