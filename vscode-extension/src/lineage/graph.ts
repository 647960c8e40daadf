// What is drawn of a lineage, and how its subject is found again after a change. Knows nothing of VS Code and the page.

import type { Lineage, LineageParams, Node, Refused, Subject } from "../protocol";
import type { Depth, Known, Shown } from "./messages";

/** More objects than a person reads, few enough to be laid out while one waits. */
export const MOST = 500;

/** What the lineage is asked for: what is at a place, an object that was shown, or the project of a file. */
export type Target = { at: Subject } | { known: Known } | { project: string };

/** The uri of a file of the project. */
export function uriOf(target: Target): string {
  return "at" in target ? target.at.textDocument.uri : "known" in target ? target.known.location.uri : target.project;
}

/** The graph that is drawn: above the most that can be, what is nearest to the subject; without one, to what has findings. */
export function drawn(lineage: Lineage, most = MOST): Pick<Shown, "nodes" | "edges" | "root" | "total"> {
  const chosen = lineage.nodes.length > most ? nearest(lineage, most) : undefined;
  const kept = lineage.nodes.filter(({ id }) => chosen?.has(id) ?? true);
  const index = new Map(kept.map(({ id }, at) => [id, at]));
  const edges = lineage.edges.flatMap(({ from, to }) => {
    const [user, used] = [index.get(from), index.get(to)];
    return user === undefined || used === undefined ? [] : [{ from: user, to: used }];
  });
  return {
    nodes: kept.map((node, id) => ({ ...node, id })),
    edges,
    root: lineage.root === null ? null : (index.get(lineage.root) ?? null),
    total: lineage.total,
  };
}

function nearest({ nodes, edges, root }: Lineage, most: number): Set<number> {
  const near = new Map(nodes.map(({ id }): [number, number[]] => [id, []]));
  for (const { from, to } of edges) {
    near.get(from)?.push(to);
    near.get(to)?.push(from);
  }
  const worst = [...nodes].sort((a, b) => b.errors - a.errors || b.warnings - a.warnings);
  const found = worst.filter(({ errors, warnings }) => errors + warnings > 0);
  const start = root === null ? (found.length > 0 ? found : worst).map(({ id }) => id) : [root];
  const chosen = new Set<number>();
  // What no edge leads to comes last.
  for (const front of [start, nodes.map(({ id }) => id)]) {
    const queue = [...front];
    for (let at = 0; at < queue.length && chosen.size < most; at++) {
      const id = queue[at];
      if (id !== undefined && !chosen.has(id)) {
        chosen.add(id);
        near.get(id)?.forEach((end) => queue.push(end));
      }
    }
  }
  return chosen;
}

/** An object that can be found again; one without a place can't. */
export function known({ kind, name, location }: Node): Known | undefined {
  return location === null ? undefined : { kind, name, location };
}

/** Asks for the lineage. `undefined`: the object that was shown is not there any more. */
export async function ask(request: (params: LineageParams) => Promise<Lineage | Refused>, target: Target, depth: Depth): Promise<Lineage | Refused | undefined> {
  if ("project" in target) {
    return request({ textDocument: { uri: target.project }, columns: true });
  }
  if ("at" in target) {
    return request({ ...target.at, depth, columns: true });
  }
  // Its place may be another's since, its name may have changed; both at once is another object.
  const { kind, name, location } = target.known;
  const textDocument = { uri: location.uri };
  const there = await request({ textDocument, position: location.range.start, depth, columns: true });
  const rootThere = root(there);
  if (rootThere?.kind === kind && rootThere.name === name) {
    return there;
  }
  const called = name === null ? undefined : await request({ textDocument, insight: name, depth, columns: true });
  if (called !== undefined && root(called)?.kind === kind) {
    return called;
  }
  return there.error !== undefined || rootThere?.kind === kind ? there : undefined;
}

function root(answer: Lineage | Refused): Node | undefined {
  return answer.error === undefined ? answer.nodes.find(({ id }) => id === answer.root) : undefined;
}
