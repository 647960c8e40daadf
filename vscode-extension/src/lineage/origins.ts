// The columns of an object, and where each comes from, in words. Knows nothing of VS Code and the page.

import type { ModelColumn, Node } from "../protocol";
import { count } from "../words";

/** More columns are not listed at a time. */
export const LISTED = 200;

/** More places of a column are counted. */
const PLACES = 5;

/** A column, and where it comes from. */
export interface Origin {
  name: string;
  from: string;
}

const WAYS = { "handed-on": "", converted: "converted", computed: "computed" };

export function origins(columns: ModelColumn[]): Origin[] {
  return columns.slice(0, LISTED).map(({ name, from, way, complete }) => {
    const places = from.slice(0, PLACES).map(({ table, column }) => `${table}.${column}`);
    const more = from.length > PLACES ? [`${from.length - PLACES} more`] : [];
    const unknown = complete ? [] : [from.length === 0 ? "not known" : "others that are not known"];
    const all = [...places, ...more, ...unknown].join(", ");
    const how = WAYS[way];
    return { name, from: all === "" ? "no column" : how === "" || from.length === 0 ? all : `${how} from ${all}` };
  });
}

/** What stands above the list; nothing for an object whose columns nobody knows. */
export function title({ columns }: Node): string {
  if (columns === undefined) {
    return "";
  }
  const shown = columns.length > LISTED ? `, the first ${LISTED}` : "";
  return `${count(columns.length, "column")}${shown}, and where they come from`;
}
