// The graph as SVG elements: one for each object and each edge. Texts are only ever text.

import { HEIGHT, type Layout, type Line, path, type Spot } from "./layout";
import { described, status } from "./tell";
import type { Node } from "../protocol";

const SVG = "http://www.w3.org/2000/svg";
const NARROWEST = 96;
const WIDEST = 250;
const PADDING = 12;
const BADGE = 15;
/** Between the parts of the upper line of an object. */
const GAP = 8;

type Attributes = Record<string, string | number>;

function svg<K extends keyof SVGElementTagNameMap>(name: K, attributes: Attributes, ...children: (Element | string)[]): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, String(value));
  }
  made.append(...children);
  return made;
}

/** How wide texts are in the page's font. */
export interface Ruler {
  name(text: string): number;
  small(text: string): number;
}

export function ruler(): Ruler {
  const context = document.createElement("canvas").getContext("2d");
  const { fontFamily, fontSize } = getComputedStyle(document.body);
  const measure = (font: string) => (text: string): number => {
    if (context === null) {
      return text.length * 8;
    }
    context.font = font;
    return context.measureText(text).width;
  };
  return { name: measure(`600 ${fontSize} ${fontFamily}`), small: measure(`12px ${fontFamily}`) };
}

/** The one width that all objects are drawn with. */
export function widthOf(nodes: Node[], { name, small }: Ruler): number {
  const widths = nodes.map((node) => {
    const badges = found(node).reduce((sum, { count }) => sum + BADGE + small(String(count)) + GAP, 0);
    return Math.max(name(node.name ?? ""), small(caption(node)) + badges);
  });
  return Math.ceil(Math.min(Math.max(NARROWEST, ...widths.map((width) => width + 2 * PADDING)), WIDEST));
}

/** Its kind, and whether an insight is not checked as far as others. */
function caption(node: Node): string {
  return node.status === "partial" || node.status === "unchecked" ? `${node.kind} · ${status(node)}` : node.kind;
}

function found({ errors, warnings }: Node): { is: "error" | "warning"; count: number }[] {
  return [{ is: "error" as const, count: errors }, { is: "warning" as const, count: warnings }].filter(({ count }) => count > 0);
}

/** The groups of the edges and the objects. */
export function draw(layout: Layout, root: number | null, ruler: Ruler): { lines: SVGPathElement[]; objects: SVGGElement[] } {
  return {
    lines: layout.lines.map((line) => edge(line, layout.width)),
    objects: layout.spots.map((spot) => object(spot, layout, root === spot.node.id, ruler)),
  };
}

function edge(line: Line, width: number): SVGPathElement {
  return svg("path", { class: "edge", d: path(line, width), "marker-end": "url(#arrow)" });
}

function object(spot: Spot, { width, columns }: Layout, isSubject: boolean, { name, small }: Ruler): SVGGElement {
  const { node, x, y, column, row } = spot;
  const left = PADDING;
  const group = svg(
    "g",
    {
      id: `object-${node.id}`, class: `object${isSubject ? " subject" : ""}${node.errors > 0 ? " wrong" : ""}`, "data-kind": node.kind, "data-id": node.id,
      transform: `translate(${x - width / 2} ${y - HEIGHT / 2})`,
      role: "treeitem", "aria-selected": "false",
      "aria-level": column + 1, "aria-posinset": row + 1, "aria-setsize": columns[column]?.length ?? 1,
    },
    // Its accessible name, and what the mouse shows.
    svg("title", {}, described(spot, isSubject)),
    svg("rect", { class: "ring", x: -3, y: -3, width: width + 6, height: HEIGHT + 6, rx: 6 }),
    svg("rect", { class: "box", width, height: HEIGHT, rx: 4 }),
    svg("rect", { class: "kind", x: 0, y: 0, width: 5, height: HEIGHT, rx: 2 }),
    svg("text", { class: "caption", x: left, y: 16 }, caption(node)),
    svg("text", { class: "name", x: left, y: 34 }, shortened(node.name ?? "(no name)", width - 2 * PADDING, name)),
  );
  if (isSubject) {
    group.setAttribute("aria-current", "true");
  }
  let right = width - 8;
  for (const { is, count } of found(node).reverse()) {
    right -= small(String(count));
    group.append(svg("text", { class: `count ${is}`, x: right, y: 16 }, String(count)));
    right -= BADGE;
    group.append(icon(is, right, 6));
    right -= GAP;
  }
  return group;
}

/** A circle with a cross, or a triangle with a stroke: told apart without colours. */
function icon(is: "error" | "warning", x: number, y: number): SVGPathElement {
  const shape = is === "error" ? "M6 0.5a5.5 5.5 0 1 0 0.001 0zM3.8 3.8l4.4 4.4M8.2 3.8l-4.4 4.4" : "M6 0.8L11.6 11H0.4zM6 4.2v3.4M6 8.8v1";
  return svg("path", { class: `icon ${is}`, d: shape, transform: `translate(${x} ${y})` });
}

function shortened(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) {
    return text;
  }
  const letters = [...text];
  let [fits, tooLong] = [0, letters.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    [fits, tooLong] = measure(`${letters.slice(0, middle).join("")}…`) <= width ? [middle, tooLong] : [fits, middle];
  }
  return `${letters.slice(0, fits).join("")}…`;
}

/** What all drawings share: the heads of arrows. */
export function definitions(): SVGDefsElement {
  const arrow = (id: string): SVGMarkerElement =>
    svg("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto" }, svg("path", { d: "M0 0.5L8 4L0 7.5z" }));
  return svg("defs", {}, arrow("arrow"), arrow("arrow-near"));
}

/** Marks what is active, and the edges at it. */
export function mark({ spots, lines }: Layout, elements: { lines: SVGPathElement[]; objects: SVGGElement[] }, active: Spot | undefined): void {
  lines.forEach((line, index) => {
    const near = active !== undefined && (line.used === active || line.user === active);
    elements.lines[index]?.setAttribute("class", near ? "edge near" : "edge");
    elements.lines[index]?.setAttribute("marker-end", near ? "url(#arrow-near)" : "url(#arrow)");
  });
  spots.forEach((spot, index) => elements.objects[index]?.setAttribute("aria-selected", String(spot === active)));
}
