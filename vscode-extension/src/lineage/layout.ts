// Where the objects of a graph are drawn, and how the edges go between them. Knows nothing of the page.

import { Graph, layout as arrange } from "@dagrejs/dagre";
import type { Node } from "../protocol";
import { columns } from "./columns";
import type { Shown } from "./messages";

export const HEIGHT = 44;
const MARGIN = 12;

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
  const { of, back } = columns(nodes, edges);
  const graph = new Graph();
  // The ranks are ours: dagre's own way to short edges takes 10 s for 500 objects, the others tear kinds apart. ("none" is missing in its types.)
  graph.setGraph({ rankdir: "LR", nodesep: 14, edgesep: 10, ranksep: 40, ranker: "none" as "longest-path" });
  for (const { id } of nodes) {
    // Between two columns dagre has a rank for labels of edges.
    graph.setNode(String(id), { width, height: HEIGHT, rank: 2 * (of[id] ?? 0) });
  }
  const ends = (edge: { from: number; to: number }): [string, string] => {
    const [left, right] = back.has(edge) ? [edge.from, edge.to] : [edge.to, edge.from];
    return [String(left), String(right)];
  };
  for (const edge of edges) {
    graph.setEdge(...ends(edge), {});
  }
  arrange(graph);

  const places = nodes.map(({ id }) => graph.node(String(id)));
  const [left, right] = extent(places.map(({ x = 0 }) => x), width / 2);
  const [top, bottom] = extent(places.map(({ y = 0 }) => y), HEIGHT / 2);
  const spots = nodes.map((node): Spot => {
    const { x = 0, y = 0 } = places[node.id] ?? {};
    return { node, x: x - left, y: y - top, column: of[node.id] ?? 0, row: 0, uses: [], users: [] };
  });
  const inColumns: Spot[][] = [];
  for (const spot of [...spots].sort((a, b) => a.y - b.y)) {
    const column = (inColumns[spot.column] ??= []);
    spot.row = column.length;
    column.push(spot);
  }
  const centres = new Set(spots.map(({ x }) => x));
  const lines = edges.flatMap((edge): Line[] => {
    const [used, user] = [spots[edge.to], spots[edge.from]];
    if (used === undefined || user === undefined) {
      return [];
    }
    const { points = [] } = graph.edge(...ends(edge)) as { points?: Point[] };
    const bends = points.slice(1, -1).map(({ x, y }) => ({ x: x - left, y: y - top })).filter(({ x }) => centres.has(x));
    return [{ used, user, bends: back.has(edge) ? bends.reverse() : bends }];
  });
  for (const { used, user } of lines) {
    used.users.push(user);
    user.uses.push(used);
  }
  for (const { uses, users } of spots) {
    uses.sort((a, b) => a.y - b.y);
    users.sort((a, b) => a.y - b.y);
  }
  return { width, spots, columns: inColumns, lines, size: { width: right - left, height: bottom - top } };
}

/** From where to where centres reach, with half a size and a margin on both sides. */
function extent(centres: number[], half: number): [number, number] {
  return centres.length === 0 ? [0, 0] : [Math.min(...centres) - half - MARGIN, Math.max(...centres) + half + MARGIN];
}

/** The same places for the same objects, of which more or less may be known. */
export function again(layout: Layout, nodes: Node[]): Layout {
  layout.spots.forEach((spot, id) => {
    spot.node = nodes[id] ?? spot.node;
  });
  return layout;
}

/** The line as a path: level where it leaves, arrives and passes a column, a curve in between. */
export function path({ used, user, bends }: Line, width: number): string {
  const half = used.column < user.column ? width / 2 : -width / 2;
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
