// The page of the lineage: the graph, the buttons above it, and the active object in words below it.

import { element } from "../dom";
import type { Node as LineageNode } from "../protocol";
import { count } from "../words";
import { definitions, draw, mark, ruler, widthOf } from "./drawing";
import { known } from "./graph";
import { again, HEIGHT, layout, type Layout, type Spot } from "./layout";
import type { Depth, FromPage, Remembered, Shown, ToPage } from "./messages";
import { origins, title } from "./origins";
import { described, named } from "./tell";
import { STEP, View } from "./view";
import { inOrder, isFound, walk } from "./walk";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; getState(): Remembered | undefined; setState(state: Remembered): void };

const DEPTHS: [Depth, string][] = [[1, "1 step"], [2, "2 steps"], [null, "all steps"]];
const KEYS = "arrow keys: along the edges and through a column · Enter: open · F: make it the subject · N: next finding · C: its columns, Esc: back · +, −, 0: zoom";

const code = acquireVsCodeApi();
const app = document.getElementById("app") as HTMLElement;

const heading = element("h1");
const depths = element("select", { "aria-label": "How far from the subject" }, ...DEPTHS.map(([depth, name]) => element("option", { value: String(depth) }, name)));
const button = (name: string, click: () => void, label = name): HTMLButtonElement =>
  element("button", { type: "button", "aria-label": label, title: label, click }, name);
const whole = button("Whole project", () => code.postMessage({ type: "subject", subject: null }));
const open = button("Open", () => active !== undefined && openObject(active), "Open in the editor");
const choose = button("Make it the subject", () => active !== undefined && makeSubject(active));
const graph = document.createElementNS("http://www.w3.org/2000/svg", "svg");
for (const [key, value] of Object.entries({ role: "tree", tabindex: "0", class: "graph", "aria-describedby": "keys" })) {
  graph.setAttribute(key, value);
}
const moved = document.createElementNS(graph.namespaceURI, "g") as SVGGElement;
moved.setAttribute("role", "presentation");
graph.append(definitions(), moved);
const view = new View(graph, moved);
const words = element("p", { class: "active" });
const caption = element("caption");
const rows = element("tbody");
const columns = element("div", { class: "columns", role: "region", tabindex: 0, "aria-label": "Columns", hidden: true },
  element("table", {}, caption, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "column"), element("th", { scope: "col" }, "from"))), rows));
const status = element("p", { class: "status", role: "status", "aria-live": "polite" });
app.append(
  element("div", { class: "bar" }, heading, depths, whole,
    button("−", () => view.zoom(1 / STEP), "Zoom out"), button("+", () => view.zoom(STEP), "Zoom in"), button("Fit", () => view.fit(), "Fit: all of it in sight")),
  graph,
  element("div", { class: "about" }, words, open, choose),
  columns,
  element("p", { id: "keys", class: "keys" }, KEYS),
  status,
);

let last: Shown | undefined;
let laidOut: Layout | undefined;
/** What the places depend on. */
let shape = "";
let elements: ReturnType<typeof draw> = { lines: [], objects: [] };
let active: Spot | undefined;
let before: Spot | undefined;
/** What the list of columns holds. */
let listed = "";

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  app.setAttribute("aria-busy", String(data.type === "busy"));
  switch (data.type) {
    case "show":
      status.className = "status";
      show(data.shown);
      break;
    case "refused":
      status.className = "status error";
      status.textContent = data.message;
  }
});
depths.addEventListener("change", () => code.postMessage({ type: "depth", depth: DEPTHS[depths.selectedIndex]?.[0] ?? null }));
graph.addEventListener("keydown", key);
graph.addEventListener("click", ({ target }) => {
  const spot = spotOf(target);
  graph.focus();
  activate(spot ?? active, false);
});
graph.addEventListener("dblclick", ({ target }) => {
  const spot = spotOf(target);
  if (spot !== undefined) {
    openObject(spot);
  }
});
columns.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    graph.focus();
    event.preventDefault();
  }
});
// Whoever opens the panel by the keyboard is in the graph.
window.addEventListener("focus", () => document.activeElement === document.body && graph.focus());
code.postMessage({ type: "ready", remembered: code.getState() ?? null });

function show(shown: Shown): void {
  const { nodes, edges, root, depth, isNew } = shown;
  const measure = ruler();
  const width = widthOf(nodes, measure);
  const from = nodes[root ?? -1];
  const now = JSON.stringify([width, nodes.map(({ kind, name }) => [kind, name]), edges, root, depth]);
  const was = active;
  const kept = now === shape ? laidOut : undefined;
  const placed = kept === undefined ? layout(shown, width) : again(kept, nodes);
  const moves = isNew || kept === undefined;
  if (moves) {
    const same = (spot: Spot): boolean => was !== undefined && spot.node.kind === was.node.kind && spot.node.name === was.node.name;
    active = (isNew ? undefined : placed.spots.find(same)) ?? placed.spots[root ?? -1] ?? inOrder(placed).find(isFound) ?? inOrder(placed)[0];
    before = undefined;
  }
  laidOut = placed;
  shape = now;
  last = shown;
  elements = draw(placed, root, measure);
  moved.replaceChildren(...elements.lines, ...elements.objects);
  heading.textContent = from === undefined ? "Lineage of the whole project" : `Lineage of ${named(from)}`;
  graph.setAttribute("aria-label", `${heading.textContent}: from sources to dashboards`);
  depths.selectedIndex = DEPTHS.findIndex(([each]) => each === depth);
  depths.disabled = whole.disabled = root === null;
  status.textContent = told(shown);
  activate(active, false);
  // When all texts have their room.
  if (moves && active !== undefined) {
    if (isNew) {
      view.start(placed.size, active);
    } else {
      view.change(placed.size, was ?? active, active);
    }
  }
  code.setState({ uri: shown.uri, subject: from === undefined ? null : (known(from) ?? null), depth });
  document.body.dataset["drawn"] = String(nodes.length);
  if (document.hasFocus() && document.activeElement === document.body) {
    graph.focus();
  }
}

function told({ nodes, root, total, depth }: Shown): string {
  const wrong = nodes.filter(({ errors }) => errors > 0).length;
  const doubtful = nodes.filter(({ errors, warnings }) => errors === 0 && warnings > 0).length;
  const found = [wrong > 0 ? `${wrong} with errors` : "", doubtful > 0 ? `${doubtful} with warnings` : ""].filter((part) => part !== "");
  const cut = nodes.length === total ? "" : ` of ${total}, ${root === null ? "those nearest to findings" : "the nearest; fewer steps show fewer"}`;
  const near = root === null || depth === null ? "" : ` up to ${count(depth, "step")} away`;
  return [`${count(nodes.length, "object")}${near}${cut}`, ...found].join("; ");
}

function spotOf(target: EventTarget | null): Spot | undefined {
  const group = target instanceof Element ? target.closest<SVGGElement>(".object") : null;
  return group === null ? undefined : laidOut?.spots[Number(group.dataset["id"])];
}

function activate(spot: Spot | undefined, bring: boolean): void {
  if (laidOut === undefined || spot === undefined) {
    graph.removeAttribute("aria-activedescendant");
    words.textContent = "";
    list(undefined);
    open.disabled = choose.disabled = true;
    return;
  }
  before = spot === active ? before : active;
  active = spot;
  graph.setAttribute("aria-activedescendant", `object-${spot.node.id}`);
  mark(laidOut, elements, spot);
  words.textContent = described(spot, spot.node.id === last?.root);
  list(spot.node);
  open.disabled = spot.node.location === null;
  choose.disabled = spot.node.location === null || spot.node.id === last?.root;
  if (bring) {
    view.bringIntoSight(spot, { width: laidOut.width, height: HEIGHT });
  }
}

/** The columns of the active object, where they are known. */
function list(node: LineageNode | undefined): void {
  const known = node?.columns ?? [];
  // An answer that brings the same leaves the list where somebody reads it.
  const now = JSON.stringify([node?.kind, node?.name, known]);
  if (now === listed) {
    return;
  }
  listed = now;
  if (known.length === 0 && columns.contains(document.activeElement)) {
    graph.focus();
  }
  columns.hidden = known.length === 0;
  caption.textContent = node === undefined ? "" : title(node);
  rows.replaceChildren(...origins(known).map(({ name, from }) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, from))));
  columns.scrollTop = 0;
}

function openObject({ node: { location } }: Spot): void {
  if (location !== null) {
    code.postMessage({ type: "open", location });
  }
}

function makeSubject({ node }: Spot): void {
  const subject = known(node);
  if (subject !== undefined) {
    code.postMessage({ type: "subject", subject });
  }
}

function key(event: KeyboardEvent): void {
  if (laidOut === undefined || active === undefined || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const does: Record<string, () => void> = {
    "Enter": () => active !== undefined && openObject(active),
    "c": () => columns.focus(),
    "f": () => active !== undefined && makeSubject(active),
    "+": () => view.zoom(STEP),
    "=": () => view.zoom(STEP),
    "-": () => view.zoom(1 / STEP),
    "0": () => view.fit(),
  };
  const to = walk(laidOut, active, event.key, before);
  if (to !== undefined) {
    activate(to, true);
  } else if (does[event.key] !== undefined) {
    does[event.key]?.();
  } else if (!event.key.startsWith("Arrow")) {
    return;
  }
  event.preventDefault();
}
