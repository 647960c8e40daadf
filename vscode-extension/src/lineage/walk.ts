// Where a key leads in a graph. Knows nothing of the page.

import type { Layout, Spot } from "./layout";

/** All objects: column by column, from the top. */
export function inOrder(layout: Layout): Spot[] {
  return layout.columns.flat();
}

/** Whether something is wrong with an object. */
export function isFound({ node: { errors, warnings } }: Spot): boolean {
  return errors + warnings > 0;
}

/** Where a key leads from one object, or `undefined` if it leads nowhere. `before` is where one was before. */
export function walk(layout: Layout, from: Spot, key: string, before?: Spot): Spot | undefined {
  const all = inOrder(layout);
  const beside = (step: 1 | -1): Spot | undefined => all[all.indexOf(from) + step];
  switch (key) {
    // Along an edge: back to where one came from, else the shortest way.
    case "ArrowLeft":
      return along(from.uses, from, before);
    case "ArrowRight":
      return along(from.users, from, before);
    // In the column; from its end on to the next, so that every object can be reached.
    case "ArrowUp":
      return beside(-1);
    case "ArrowDown":
      return beside(1);
    case "Home":
      return all[0];
    case "End":
      return all[all.length - 1];
    case "n":
      return finding(all, from);
    case "N":
      return finding([...all].reverse(), from);
    default:
      return undefined;
  }
}

function along(ends: Spot[], from: Spot, before: Spot | undefined): Spot | undefined {
  if (before !== undefined && ends.includes(before)) {
    return before;
  }
  const distance = (end: Spot): number => Math.hypot(end.x - from.x, end.y - from.y);
  return [...ends].sort((a, b) => distance(a) - distance(b))[0];
}

/** The next one with findings; from the last on to the first. */
function finding(all: Spot[], from: Spot): Spot | undefined {
  const at = all.indexOf(from);
  return [...all.slice(at + 1), ...all.slice(0, at)].find(isFound);
}
