// The server's own requests, as docs/requests.md has them.

export type Value = string | number | null;
export type Selection = Value[] | { from: Value; to: Value };
export type Choices = Record<string, Selection>;

export interface Position {
  line: number;
  character: number;
}

export interface Location {
  uri: string;
  range: { start: Position; end: Position };
}

export interface TextDocument {
  uri: string;
}

export type Subject = { textDocument: TextDocument; position: Position } | { textDocument: TextDocument; insight: string };

export interface Failure {
  code: string;
  message: string;
}

export interface Status {
  root: string;
  state: "checking" | "waiting" | "done";
  level: "parse" | "bind" | "execute";
  trusted: boolean;
  errors: number;
  warnings: number;
  information: number;
  hints: number;
  insights: { total: number; checked: number; partial: number; unchecked: number };
  combinations: { total: number; covered: number };
  why: { code: string; message: string; insights: number; names: string[] }[];
  facts: { known: number; stale: number; unknown: number; oldest: string | null; newest: string | null };
  engine: { version: string; browser: string };
  pinned: Choices | null;
}

export interface Input {
  name: string;
  label: string | null;
  multi: boolean;
  range: boolean;
  dates: boolean;
  display: string;
  offers: "all" | "first-two" | "numbers" | "ascending-numbers" | "ascending-texts";
  clearable: boolean;
  selection: Selection | null;
  pinned: boolean;
  options: Value[];
  total: number;
  truncated: boolean;
  source: "static" | "range" | "query";
  age: number | null;
  stale: boolean;
  type: string | null;
  error: Failure | null;
  location: Location;
}

export interface Inputs {
  insight: string | null;
  inputs: Input[];
  error?: undefined;
}

export interface Options {
  options: Value[];
  total: number;
  offset: number;
  stale: boolean;
  error?: undefined;
}

export interface RenderedSql {
  insight: string | null;
  sql: string;
  stored: string;
  dynamic: boolean;
  choices: Choices;
  tables: { model: string; name: string; sql: string }[];
  columns: { for: string; name: string }[];
  message: string | null;
  uri: string;
  error?: undefined;
}

export type Cell = unknown;

export interface Rows {
  insight: string | null;
  location: Location;
  choices: Choices;
  type: string;
  columns: { name: string; type: string; values: Cell[] }[];
  props: Record<string, number>;
  slices: Record<string, string>;
  split: number | null;
  series: { value: Cell; rows: number[] }[] | null;
  staticProps: Record<string, unknown>;
  chart: string | null;
  layout: Record<string, unknown> | null;
  sort: "written" | "default" | null;
  sql: string;
  dynamic: boolean;
  rowCount: number;
  truncated: boolean;
  milliseconds: number;
  error?: undefined;
}

/** What a request answers instead of its result. */
export interface Refused {
  error: Failure & { sqlOffset?: number };
  choices?: Choices;
  sql?: string;
}

export interface FailingCombination {
  choices: Choices;
  insight: string | null;
  message: string;
  code: string;
  location: Location;
  index: number;
  total: number;
}

export interface Node {
  id: number;
  kind: string;
  name: string | null;
  location: Location;
  errors: number;
  warnings: number;
  status: string | null;
}

export interface Lineage {
  nodes: Node[];
  edges: { from: number; to: number }[];
  root: number | null;
  error?: undefined;
}
