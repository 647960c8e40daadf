// In which column each object stands: sources at the left, dashboards at the right, an edge always to the right. Knows nothing of the page.

import type { Edge, Node } from "../protocol";

export interface Columns {
  /** By the ids of the nodes. */
  of: number[];
  /** The edges that would close a circle: they go back. */
  back: Set<Edge>;
}

/** Kinds that stand as far left as they can; all others stand as far right, by what they are made for. */
const LEFT = new Set(["source", "model"]);

export function columns(nodes: Node[], edges: Edge[]): Columns {
  const uses: Edge[][] = nodes.map(() => []);
  for (const edge of edges) {
    uses[edge.from]?.push(edge);
  }
  const { order, back } = usedFirst(uses);
  const forward = (id: number): number[] => (uses[id] ?? []).flatMap((edge) => (back.has(edge) ? [] : [edge.to]));

  const left = nodes.map(() => 0);
  for (const id of order) {
    left[id] = Math.max(0, ...forward(id).map((used) => (left[used] ?? 0) + 1));
  }
  const last = Math.max(0, ...left);
  // What nothing uses stands left, too, but for dashboards.
  const right: (number | undefined)[] = nodes.map(() => undefined);
  for (const id of [...order].reverse()) {
    const here = (right[id] ??= nodes[id]?.kind === "dashboard" ? last : (left[id] ?? 0));
    for (const used of forward(id)) {
      right[used] = Math.min(right[used] ?? last, here - 1);
    }
  }
  const isLeft: boolean[] = [];
  for (const id of order) {
    isLeft[id] = LEFT.has(nodes[id]?.kind ?? "") && forward(id).every((used) => isLeft[used]);
  }
  return { of: nodes.map((_, id) => (isLeft[id] ? left[id] : right[id]) ?? 0), back };
}

/** All objects, each behind those that it uses, but for edges that close a circle. */
function usedFirst(uses: Edge[][]): { order: number[]; back: Set<Edge> } {
  const order: number[] = [];
  const back = new Set<Edge>();
  const state = uses.map((): "new" | "open" | "done" => "new");
  // With a stack of its own: a chain may be as long as there are objects.
  for (const start of uses.keys()) {
    const stack = state[start] === "new" ? [{ id: start, next: 0 }] : [];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      state[top.id] = "open";
      const edge = uses[top.id]?.[top.next++];
      if (edge === undefined) {
        state[top.id] = "done";
        order.push(top.id);
        stack.pop();
      } else if (state[edge.to] === "open") {
        back.add(edge);
      } else if (state[edge.to] === "new") {
        stack.push({ id: edge.to, next: 0 });
      }
    }
  }
  return { order, back };
}
