// The server's own requests, as docs/requests.md tells of them.
// Made from the server's types by server/viz-lsp/src/lsp/extensions/tests/typescript.rs, which says how; not to be edited.

export type Value = string | number | null;
export type Selection = Value[] | { from: Value; to: Value };
export type Choices = Record<string, Selection>;
export type Cell = unknown;
export type Position = { line: number; character: number };
export type Location = { uri: string; range: { start: Position; end: Position } };
export type TextDocument = { uri: string };
/** An insight by its place or by its name: parameters of every request about an insight. */
export type Subject = { textDocument: TextDocument; position: Position } | { textDocument: TextDocument; insight: string };
export type TextParams = { textDocument: TextDocument };
export type SubjectParams = { textDocument: TextDocument, position?: Position, insight?: string | null };
export type Failure = { code: string, message: string, sqlOffset?: number };
export type Refused = { error: Failure, choices?: Choices | null, sql?: string | null };

// viz/status
export type Doing = "checking" | "waiting" | "done";
export type Insights = { total: number, checked: number, partial: number, unchecked: number };
export type Combinations = { total: number, covered: number };
export type Why = { code: string, message: string, insights: number, names: Array<string> };
export type Tier = { tier: "T0" | "T1" | "T2", state: "done" | "running" | "open" | "off", open: number };
export type Facts = { known: number, stale: number, unknown: number, locked: number, oldest: string | null, newest: string | null };
export type Engine = { version: string, browser: string };
export type Status = { root: string, state: Doing, level: "parse" | "bind" | "execute", trusted: boolean, errors: number, warnings: number, information: number, hints: number, insights: Insights, combinations: Combinations, why: Array<Why>, tiers: Array<Tier>, facts: Facts, engine: Engine, pinned: Choices | null };
export type StatusParams = { textDocument?: TextDocument };
export type Statuses = { projects: Array<Status> } & { error?: undefined };

// viz/inputs
export type InputSource = "static" | "range" | "query" | "artefact";
export type Input = { name: string, label: string | null, multi: boolean, range: boolean, dates: boolean, display: string, offers: "all" | "first-two" | "numbers" | "ascending-numbers" | "ascending-texts", clearable: boolean, selection: Selection | null, pinned: boolean, options: Value[], total: number, truncated: boolean, source: InputSource, age: number | null, stale: boolean, type: string | null, error: Failure | null, location: Location | null };
export type InsightParams = { choices?: Choices, textDocument: TextDocument, position?: Position, insight?: string | null };
export type Inputs = { insight: string | null, inputs: Array<Input> } & { error?: undefined };

// viz/options
export type OptionsParams = { textDocument: TextDocument, input?: string | null, search?: string | null, offset?: number | null, limit?: number | null };
export type Options = { options: Value[], total: number, offset: number, stale: boolean } & { error?: undefined };

// viz/renderedSql
export type RenderedTable = { model: string, name: string, sql: string };
export type RenderedColumn = { for: string, name: string };
export type RenderedSql = { insight: string | null, sql: string, stored: string, dynamic: boolean, choices: Choices, tables: Array<RenderedTable>, columns: Array<RenderedColumn>, message: string | null, uri: string } & { error?: undefined };

// viz/rows
export type RowsColumn = { name: string, type: string, values: Cell[] };
export type Series = { value: Cell, rows: Array<number> };
export type Sort = "written" | "default";
export type RowsParams = { choices?: Choices, limit?: number | null, chart?: string | null, textDocument: TextDocument, position?: Position, insight?: string | null };
export type Rows = { insight: string | null, location: Location | null, choices: Choices, sql: string, dynamic: boolean, type: string | null, slices: Record<string, string>, staticProps: Record<string, unknown>, chart: string | null, layout: Record<string, unknown> | null, sort: Sort | null, columns: Array<RowsColumn>, props: Record<string, number>, split: number | null, series: Array<Series> | null, rowCount: number, truncated: boolean, milliseconds: number } & { error?: undefined };

// viz/pin
export type PinParams = { textDocument: TextDocument, choices?: Choices, replace?: boolean };
export type UnpinParams = { textDocument: TextDocument, inputs?: Array<string> | null };
export type Pinned = { pinned: Choices } & { error?: undefined };

// viz/nextFailingCombination
export type Direction = "next" | "previous";
export type NextFailingParams = { direction?: Direction | null, textDocument: TextDocument, position?: Position, insight?: string | null };
export type FailingCombination = { choices: Choices, insight: string | null, message: string, code: string, location: Location | null, index: number, total: number } & { error?: undefined };

// viz/lineage
export type ReadColumn = { table: string, column: string };
export type ColumnWay = "handed-on" | "converted" | "computed";
export type ModelColumn = { name: string, from: Array<ReadColumn>, way: ColumnWay, complete: boolean };
export type Node = { id: number, kind: string, name: string | null, location: Location | null, errors: number, warnings: number, status: "checked" | "static" | "partial" | "unchecked" | null, columns?: Array<ModelColumn> };
export type Edge = { from: number, to: number };
export type LineageParams = { depth?: number | null, columns?: boolean | null, textDocument: TextDocument, position?: Position, insight?: string | null };
export type Lineage = { nodes: Array<Node>, edges: Array<Edge>, total: number, root: number | null } & { error?: undefined };

// viz/refreshOptions
export type RefreshParams = { textDocument?: TextDocument };
export type Refreshed = { questions: number } & { error?: undefined };

// viz/updateLock
export type Renewed = { written: boolean, models: number, inputs: number, unread: { [key in string]: string }, many: Array<string>, damaged: string | null } & { error?: undefined };

// viz/report
export type Memory = { resident: number | null, peak: number | null, documents: number, openDocuments: number, facts: number, objects: number, snapshots: number, diskTexts: number };
export type Times = { count: number, medianMs: number | null, p99Ms: number | null, maxMs: number | null };
export type ReportParams = Record<string, never>;
export type Report = { version: string, uptimeSeconds: number, memory: Memory, counters: { [key in string]: number }, timings: { [key in string]: Times } } & { error?: undefined };

/** Parameters and results by method; each may be refused. */
export type Requests = {
  "viz/status": { params: StatusParams; result: Statuses };
  "viz/inputs": { params: InsightParams; result: Inputs };
  "viz/options": { params: OptionsParams; result: Options };
  "viz/renderedSql": { params: InsightParams; result: RenderedSql };
  "viz/rows": { params: RowsParams; result: Rows };
  "viz/pin": { params: PinParams; result: Pinned };
  "viz/unpin": { params: UnpinParams; result: Pinned };
  "viz/pinned": { params: TextParams; result: Pinned };
  "viz/nextFailingCombination": { params: NextFailingParams; result: FailingCombination | null };
  "viz/lineage": { params: LineageParams; result: Lineage };
  "viz/refreshOptions": { params: RefreshParams; result: Refreshed };
  "viz/updateLock": { params: TextParams; result: Renewed };
  "viz/report": { params: ReportParams; result: Report };
};
