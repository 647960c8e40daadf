// What the panel of the lineage and its page tell each other.

import type { Edge, Location, Node } from "../protocol";

/** Steps from the subject at most; `null` is all. */
export type Depth = 1 | 2 | null;

/** An object of which the lineage was shown, so that it can be found again. */
export interface Known {
  kind: string;
  name: string | null;
  /** Where its name was. */
  location: Location;
}

/** A graph as the page draws it. The id of a node is its index. */
export interface Shown {
  /** A file of the project. */
  uri: string;
  depth: Depth;
  nodes: Node[];
  edges: Edge[];
  /** The subject; without one the whole project is shown. */
  root: number | null;
  /** Objects that there are, drawn or not. */
  total: number;
  /** Somebody asked for this graph; otherwise it is the one that was drawn, as it is now. */
  isNew: boolean;
}

export type ToPage =
  | { type: "busy" }
  | { type: "show"; shown: Shown }
  /** What is drawn is not what is there, and why. */
  | { type: "refused"; message: string };

/** What the page remembers, and the panel is restored from. */
export interface Remembered {
  uri: string;
  subject: Known | null;
  depth: Depth;
}

export type FromPage =
  | { type: "ready"; remembered: Remembered | null }
  | { type: "depth"; depth: Depth }
  | { type: "subject"; subject: Known | null }
  | { type: "open"; location: Location };
