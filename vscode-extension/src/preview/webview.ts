// The page of the preview: controls, and the chart, the rows or the SQL of one insight.

import type { Rows, Selection } from "../protocol";
import { count } from "../words";
import { control } from "./controls";
import { element, keepingFocus, tabs } from "../dom";
import { described, figure } from "./figure";
import type { FromPage, Remembered, Shown, ToPage } from "./messages";

interface Plotly {
  react(to: HTMLElement, data: unknown[], layout: object, config: object): Promise<unknown>;
  purge(from: HTMLElement): void;
  Plots: { resize(plot: HTMLElement): Promise<void> };
}

declare const Plotly: Plotly;
declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; getState(): Partial<Remembered> | undefined; setState(state: Remembered): void };

const TABS = ["chart", "rows", "sql"] as const;
const NAMES = ["Chart", "Rows", "SQL"];
/** More rows than a person reads, few enough to be laid out at once. */
const MOST_ROWS = 500;

const code = acquireVsCodeApi();
const app = document.getElementById("app") as HTMLElement;
const controls = element("section", { class: "controls", "aria-label": "Inputs" });
const bar = element("div", { class: "bar" });
const body = element("section", { id: "body", role: "tabpanel", tabindex: 0 });
const chart = element("div", { class: "chart", role: "figure" });
const status = element("p", { class: "status", role: "status", "aria-live": "polite" });
app.append(controls, bar, body, status);

let tab: Remembered["tab"] = code.getState()?.tab ?? "chart";
let last: Shown | undefined;

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  switch (data.type) {
    case "busy":
      app.setAttribute("aria-busy", "true");
      break;
    case "show":
      last = data.shown;
      app.setAttribute("aria-busy", "false");
      remember();
      keepingFocus(draw);
      break;
    case "options":
      found(data);
  }
});
// A change of the theme changes the classes of the body.
new MutationObserver(() => last !== undefined && draw()).observe(document.body, { attributes: true, attributeFilter: ["class"] });
new ResizeObserver(() => chart.dataset["drawn"] === "true" && void Plotly.Plots.resize(chart)).observe(body);
code.postMessage({ type: "ready", remembered: code.getState() ?? null });

function remember(): void {
  if (last !== undefined) {
    code.setState({ uri: last.uri, insight: last.insight, follow: last.follow, tab });
  }
}

function draw(): void {
  if (last === undefined) {
    return;
  }
  const actions = {
    choose: (input: { name: string }, selection: Selection) => code.postMessage({ type: "choose", choices: { [input.name]: selection } }),
    search: (input: { name: string }, search: string) => code.postMessage({ type: "search", input: input.name, search }),
  };
  const wrong = last.inputsError !== null && last.inputsError.message !== last.error?.message ? [element("p", { class: "error" }, last.inputsError.message)] : [];
  controls.replaceChildren(...wrong, ...last.inputs.map((input) => control(input, actions)));
  drawBar(last);
  drawBody(last);
}

function drawBar(shown: Shown): void {
  const follow = element("input", { type: "checkbox", checked: shown.follow, "data-key": "follow" });
  follow.addEventListener("change", () => {
    shown.follow = follow.checked;
    remember();
    code.postMessage({ type: "follow", follow: follow.checked });
  });
  const button = (name: string, message: FromPage): HTMLElement =>
    element("button", { type: "button", class: "small", "data-key": name, click: () => code.postMessage(message) }, name);
  const select = (index: number): void => {
    tab = TABS[index] ?? "chart";
    remember();
    keepingFocus(draw);
  };
  bar.replaceChildren(
    tabs("What to show", NAMES, TABS.indexOf(tab), select, "show", "body"),
    element("h1", {}, shown.insight ?? "no insight at the cursor"),
    element("label", { class: "check" }, follow, "follow the cursor"),
    ...(shown.inputs.some((input) => input.pinned) ? [button("Forget what is pinned", { type: "unpin" })] : []),
    button("Go to the insight", { type: "reveal" }),
    button("SQL beside", { type: "openSql" }),
  );
}

function drawBody(shown: Shown): void {
  body.setAttribute("aria-label", `${NAMES[TABS.indexOf(tab)] ?? ""} of ${shown.insight ?? "the insight"}`);
  const { rows, error } = shown;
  document.body.dataset["state"] = error === null ? "rows" : "error";
  if (error !== null || rows === null) {
    forget();
    const sql = error?.sql ?? null;
    const message = error?.message ?? "nothing is known of this insight";
    const finding = error?.finding ?? null;
    const words = finding === null || finding === message ? [message] : [finding, element("br"), `DuckDB says: ${message}`];
    body.replaceChildren(
      element("p", { class: "error", role: "alert" }, ...words),
      ...(sql === null ? [] : [element("details", { open: tab === "sql" }, element("summary", {}, "The SQL that was asked"), element("pre", {}, sql))]),
    );
    status.textContent = "";
    return;
  }
  const ran = rows.dynamic ? "" : " (run once, when the project is built)";
  const cut = rows.truncated ? ", cut off here" : "";
  const asked = `${count(rows.rowCount, "row")}${cut} in ${Math.round(rows.milliseconds * 10) / 10} ms${ran}`;
  status.textContent = rows.sql === "" ? "constants: there is no query" : asked;
  if (tab === "chart") {
    drawChart(rows, shown.insight);
    return;
  }
  forget();
  body.replaceChildren(tab === "sql" ? element("pre", {}, rows.sql) : table(rows));
}

function forget(): void {
  if (chart.dataset["drawn"] === "true") {
    Plotly.purge(chart);
    delete chart.dataset["drawn"];
  }
}

function drawChart(rows: Rows, insight: string | null): void {
  if (chart.parentElement !== body) {
    body.replaceChildren(chart);
  }
  chart.setAttribute("aria-label", described(rows, insight));
  const { data, layout } = figure(rows);
  const style = getComputedStyle(document.body);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const line = colour("--vscode-editorWidget-border") || "#8884";
  const themed = {
    ...layout,
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: colour("--vscode-font-family"), color: colour("--vscode-editor-foreground"), ...(layout["font"] as object | undefined) },
    template: {
      layout: {
        colorway: ["blue", "green", "orange", "purple", "red", "yellow"].map((name) => colour(`--vscode-charts-${name}`)).filter((found) => found !== ""),
        xaxis: { gridcolor: line, zerolinecolor: line, automargin: true },
        yaxis: { gridcolor: line, zerolinecolor: line, automargin: true },
      },
    },
  };
  Plotly.react(chart, data, themed, { responsive: true, displaylogo: false, topojsonURL: "" }).then(
    () => {
      chart.dataset["drawn"] = "true";
      chart.dataset["points"] = String(rows.rowCount);
    },
    (error: unknown) => body.replaceChildren(element("p", { class: "error", role: "alert" }, `the chart can't be drawn: ${String(error)}`)),
  );
}

function table(rows: Rows): HTMLElement {
  const names = rows.columns.map((column, index) => {
    const uses = Object.entries(rows.props).filter(([, at]) => at === index).map(([path]) => path);
    return [...(rows.split === index ? ["split"] : []), ...uses].join(", ") || column.name;
  });
  const head = element("tr", {}, ...names.map((name, index) => element("th", { scope: "col", title: rows.columns[index]?.type ?? "" }, name)));
  const lines = Array.from({ length: Math.min(rows.rowCount, MOST_ROWS) }, (_, row) =>
    element("tr", {}, ...rows.columns.map((column) => cell(column.values[row]))));
  const caption = rows.rowCount > MOST_ROWS ? `the first ${MOST_ROWS} of ${count(rows.rowCount, "row")}` : count(rows.rowCount, "row");
  return element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...lines));
}

function cell(value: unknown): HTMLElement {
  if (value === null || value === undefined) {
    return element("td", { class: "null" }, "null");
  }
  return element("td", typeof value === "number" ? { class: "number" } : {}, typeof value === "object" ? JSON.stringify(value) : String(value));
}

/** Options that the server found for what is being typed. */
function found({ input, options, search }: Extract<ToPage, { type: "options" }>): void {
  const known = document.getElementById(`options-${input}`);
  const field = document.querySelector<HTMLInputElement>(`[data-key="${CSS.escape(`${input}-field`)}"]`);
  const shown = last?.inputs.find(({ name }) => name === input);
  if (known === null || shown === undefined || field?.value !== search) {
    return;
  }
  shown.options = options;
  known.replaceChildren(...options.map((option) => element("option", { value: option === null ? "null" : String(option) })));
}
