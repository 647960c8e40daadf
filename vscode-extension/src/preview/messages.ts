// What the panel and its page tell each other.

import type { Choices, Failure, Input, Rows, Value } from "../protocol";

/** One insight with its combination, as the page shows it. */
export interface Shown {
  /** The file that the insight was found from. */
  uri: string;
  follow: boolean;
  insight: string | null;
  inputs: Input[];
  /** Why the inputs are not known. */
  inputsError: Failure | null;
  rows: Rows | null;
  /** Why there are no rows, the finding that tells so, and the SQL that gave none. */
  error: (Failure & { finding: string | null; sql: string | null }) | null;
}

export type ToPage =
  | { type: "busy" }
  | { type: "show"; shown: Shown }
  | { type: "options"; input: string; search: string; options: Value[]; total: number };

/** What the page remembers, and the panel is restored from. */
export interface Remembered {
  uri: string;
  insight: string | null;
  follow: boolean;
  tab: "chart" | "rows" | "sql";
}

export type FromPage =
  | { type: "ready"; remembered: Partial<Remembered> | null }
  | { type: "choose"; choices: Choices }
  | { type: "unpin" }
  | { type: "search"; input: string; search: string }
  | { type: "follow"; follow: boolean }
  | { type: "reveal" }
  | { type: "openSql" };
