// Where the objects of a graph are drawn: in columns, from sources at the left to dashboards at the right. Knows nothing of the page.

import { Graph, layout as arrange } from "@dagrejs/dagre";
import type { Node } from "../protocol";
import type { Shown } from "./messages";

export const HEIGHT = 44;
/** Up to so many objects the shortest edges are worth the time that they cost. */
const FEW = 120;

export interface Point {
  x: number;
  y: number;
}

/** An object at its place. */
export interface Spot {
  node: Node;
  /** Its centre. */
  x: number;
  y: number;
  /** From the left, and from the top of its column. */
  column: number;
  row: number;
  /** What it is made from, and what is made from it; from the top. */
  uses: Spot[];
  users: Spot[];
}

/** From what is used to what uses it. */
export interface Line {
  used: Spot;
  user: Spot;
  /** Where it passes columns, in between. */
  bends: Point[];
}

export interface Layout {
  /** All objects have one width. */
  width: number;
  /** By the ids of their nodes. */
  spots: Spot[];
  columns: Spot[][];
  lines: Line[];
  size: { width: number; height: number };
}

export function layout({ nodes, edges }: Pick<Shown, "nodes" | "edges">, width: number): Layout {
  const graph = new Graph();
  const ranker = nodes.length <= FEW ? "network-simplex" : "tight-tree";
  graph.setGraph({ rankdir: "LR", nodesep: 14, edgesep: 10, ranksep: 64, marginx: 12, marginy: 12, ranker });
  for (const { id } of nodes) {
    graph.setNode(String(id), { width, height: HEIGHT });
  }
  for (const { from, to } of edges) {
    graph.setEdge(String(to), String(from), {});
  }
  arrange(graph);

  const spots = nodes.map((node): Spot => {
    const { x = 0, y = 0 } = graph.node(String(node.id));
    return { node, x, y, column: 0, row: 0, uses: [], users: [] };
  });
  const centres = [...new Set(spots.map(({ x }) => x))].sort((a, b) => a - b);
  const columns = centres.map((x) => spots.filter((spot) => spot.x === x).sort((a, b) => a.y - b.y));
  columns.forEach((spots, column) => spots.forEach((spot, row) => Object.assign(spot, { column, row })));
  const lines = edges.flatMap(({ from, to }): Line[] => {
    const [used, user] = [spots[to], spots[from]];
    if (used === undefined || user === undefined) {
      return [];
    }
    used.users.push(user);
    user.uses.push(used);
    const { points = [] } = graph.edge(String(to), String(from)) as { points?: Point[] };
    return [{ used, user, bends: points.slice(1, -1).filter(({ x }) => centres.includes(x)) }];
  });
  for (const { uses, users } of spots) {
    uses.sort((a, b) => a.y - b.y);
    users.sort((a, b) => a.y - b.y);
  }
  const { width: wide = 0, height: high = 0 } = graph.graph();
  return { width, spots, columns, lines, size: { width: wide, height: high } };
}

/** The same places for the same objects, of which more or less may be known. */
export function again(layout: Layout, nodes: Node[]): void {
  layout.spots.forEach((spot, id) => {
    spot.node = nodes[id] ?? spot.node;
  });
}

/** The line as a path: level where it leaves, arrives and passes a column, a curve in between. */
export function path({ used, user, bends }: Line, width: number): string {
  // In a cycle one line goes back.
  const half = used.x <= user.x ? width / 2 : -width / 2;
  const passed = bends.flatMap(({ x, y }) => [{ x: x - half, y }, { x: x + half, y }]);
  const points = [{ x: used.x + half, y: used.y }, ...passed, { x: user.x - half, y: user.y }];
  return points.map(({ x, y }, index) => {
    const before = points[index - 1];
    if (before === undefined) {
      return `M${x},${y}`;
    }
    const middle = (before.x + x) / 2;
    return before.y === y ? `L${x},${y}` : `C${middle},${before.y} ${middle},${y} ${x},${y}`;
  }).join(" ");
}
