// An object of the lineage in words. Knows nothing of VS Code and the page.

import type { Node } from "../protocol";
import { count } from "../words";
import type { Spot } from "./layout";

const STATUS = { checked: "checked", static: "checked", partial: "not fully checked", unchecked: "not checked" };

/** More names than this are not read out. */
const NAMES = 5;

export function named({ kind, name }: { kind: string; name: string | null }): string {
  return name === null ? `${kind} without a name` : `${kind} ${name}`;
}

/** How far an insight was checked; nothing for other objects. */
export function status(node: Node): string {
  return node.status === null ? "" : STATUS[node.status];
}

/** `1 error, not checked`. */
export function state(node: Node): string {
  const { errors, warnings } = node;
  return [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : "", status(node)].filter((part) => part !== "").join(", ");
}

/** All that there is to say of an object, for those who don't see the graph. */
export function described({ node, uses, users }: Spot, isSubject: boolean): string {
  const known = [named(node), isSubject ? "the subject" : "", state(node)].filter((part) => part !== "").join(", ");
  return [known, ends("made from", uses), ends("used by", users)].filter((part) => part !== "").join("; ");
}

function ends(word: string, spots: Spot[]): string {
  const names = spots.slice(0, NAMES).map(({ node }) => named(node)).join(", ");
  const more = spots.length > NAMES ? ` and ${spots.length - NAMES} more` : "";
  return spots.length === 0 ? "" : `${word} ${names}${more}`;
}
