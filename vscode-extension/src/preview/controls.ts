// The controls of the inputs, by their display, with the selections that a viewer of the dashboard can reach.

import type { Input, Selection, Value } from "../protocol";
import { selected as inWords, shown } from "../words";
import { element, tabs } from "../dom";
import { clicked, ends, indexOf, isSelected, list, offered, one, run } from "./reach";

export interface Actions {
  choose(input: Input, selection: Selection): void;
  search(input: Input, search: string): void;
}

/** One control with its label. */
export function control(input: Input, actions: Actions): HTMLElement {
  const name = input.label ?? input.name;
  const group = element("div", { class: `control ${input.display}`, role: "group", "aria-label": name, "data-input": input.name, "data-display": input.display });
  group.append(element("div", { class: "label", "aria-hidden": "true" }, name, ...(input.pinned ? [element("span", { class: "pinned" }, " pinned")] : [])));
  if (input.error !== null) {
    group.append(element("p", { class: "error", role: "note" }, input.error.message));
    return group;
  }
  const options = offered(input);
  if (options.length === 0) {
    group.append(element("p", { class: "error", role: "note" }, "this control has no option that a viewer can reach"));
    return group;
  }
  const choose = (selection: Selection): void => actions.choose(input, selection);
  group.append(...parts(input, options, name, choose, actions));
  if (input.truncated && input.display !== "autocomplete") {
    group.append(element("small", {}, `the first ${input.options.length} of ${input.total} options`));
  }
  if (input.stale) {
    group.append(element("small", {}, "from an earlier read of the source"));
  }
  return group;
}

function parts(input: Input, options: Value[], name: string, choose: (selection: Selection) => void, actions: Actions): Node[] {
  switch (input.display) {
    case "radio":
      return options.map((option, index) => check(input, option, index, "radio", () => choose([option])));
    case "tabs": {
      const at = indexOf(options, one(input) ?? null);
      return [tabs(name, options.map(shown), Math.max(at, 0), (index) => choose([options[index] ?? null]), `tab-${input.name}`)];
    }
    case "toggle": {
      const on = options.length > 1 && indexOf(options, one(input) ?? null) === 1;
      const flip = (): void => choose([options[on ? 0 : 1] ?? null]);
      return [element("button", { type: "button", role: "switch", "aria-checked": String(on), "aria-label": name, "data-key": `${input.name}-switch`, click: flip }, shown(options[on ? 1 : 0] ?? null))];
    }
    case "slider": {
      const at = Math.max(indexOf(options, one(input) ?? null), 0);
      return slider(input, name, options, at, "value", (index) => choose([options[index] ?? null]));
    }
    case "autocomplete":
      return autocomplete(input, name, choose, actions);
    case "chips":
      return [
        ...options.map((option, index) => {
          const pressed = String(isSelected(input, option));
          return element("button", { type: "button", class: "chip", "aria-pressed": pressed, "data-key": `${input.name}-${index}`, click: () => choose(clicked(input, option)) }, shown(option));
        }),
        ...allAndNone(input, options, choose),
      ];
    case "tags":
      return tags(input, name, options, choose);
    case "checkboxes":
      return [...options.map((option, index) => check(input, option, index, "checkbox", () => choose(clicked(input, option)))), ...allAndNone(input, options, choose)];
    case "range-slider": {
      const [from, to] = ends(input);
      return [
        ...slider(input, `${name}, from`, options, from, "from", (index) => choose(run(input, Math.min(index, to), to))),
        ...slider(input, `${name}, to`, options, to, "to", (index) => choose(run(input, from, Math.max(index, from)))),
      ];
    }
    case "date-range":
      return dates(input, name, options, choose);
    default:
      if (input.range) {
        const [from, to] = ends(input);
        return [
          dropdown(input, `${name}, from`, options, from, "from", (index) => choose(run(input, Math.min(index, to), to))),
          dropdown(input, `${name}, to`, options, to, "to", (index) => choose(run(input, from, Math.max(index, from)))),
        ];
      }
      return input.multi ? multiDropdown(input, options, choose) : [dropdown(input, name, options, indexOf(options, one(input) ?? null), "select", (index) => choose([options[index] ?? null]))];
  }
}

function dropdown(input: Input, name: string, options: Value[], at: number, key: string, choose: (index: number) => void): HTMLElement {
  const select = element("select", { "aria-label": name, "data-key": `${input.name}-${key}` });
  if (at < 0) {
    // What is selected first may be no option: the page shows it until the first click.
    select.append(element("option", { value: "", selected: true, disabled: true }, input.selection === null ? "not known" : inWords(input.selection)));
  }
  options.forEach((option, index) => select.append(element("option", { value: index, selected: index === at }, shown(option))));
  select.addEventListener("change", () => choose(Number(select.value)));
  return select;
}

function multiDropdown(input: Input, options: Value[], choose: (selection: Selection) => void): Node[] {
  const summary = element("summary", { "data-key": `${input.name}-summary` }, input.selection === null ? "not known" : inWords(list(input)));
  const details = element("details", { class: "multi" }, summary);
  details.open = open.has(input.name);
  details.addEventListener("toggle", () => (details.open ? open.add(input.name) : open.delete(input.name)));
  details.append(...options.map((option, index) => check(input, option, index, "checkbox", () => choose(clicked(input, option)))), ...allAndNone(input, options, choose));
  return [details];
}

/** Which drop-down lists are open: they stay so while the page is built anew. */
const open = new Set<string>();

function check(input: Input, option: Value, index: number, type: "radio" | "checkbox", change: () => void): HTMLElement {
  const box = element("input", { type, name: input.name, checked: isSelected(input, option), "data-key": `${input.name}-${index}`, change });
  return element("label", { class: "check" }, box, shown(option));
}

function allAndNone(input: Input, options: Value[], choose: (selection: Selection) => void): HTMLElement[] {
  const button = (name: string, selection: Value[]): HTMLElement =>
    element("button", { type: "button", class: "small", "data-key": `${input.name}-${name}`, click: () => choose(selection) }, name);
  return [button("All", options), ...(input.clearable ? [button("None", [])] : [])];
}

function slider(input: Input, name: string, options: Value[], at: number, key: string, choose: (index: number) => void): HTMLElement[] {
  const text = (index: number): string => shown(options[index] ?? null);
  const output = element("output", {}, text(at));
  const range = element("input", { type: "range", min: 0, max: options.length - 1, step: 1, value: at, "aria-label": name, "aria-valuetext": text(at), "data-key": `${input.name}-${key}` });
  range.addEventListener("input", () => {
    output.textContent = text(Number(range.value));
    range.setAttribute("aria-valuetext", text(Number(range.value)));
  });
  range.addEventListener("change", () => choose(Number(range.value)));
  return [range, output];
}

function autocomplete(input: Input, name: string, choose: (selection: Selection) => void, actions: Actions): HTMLElement[] {
  const id = `options-${input.name}`;
  const field = element("input", { type: "text", list: id, "aria-label": name, "data-key": `${input.name}-field`, autocomplete: "off", spellcheck: "false" });
  const value = one(input);
  field.value = value === undefined ? "" : shown(value);
  const known = element("datalist", { id }, ...input.options.map((option) => element("option", { value: shown(option) })));
  const take = (): boolean => {
    const found = input.options.find((option) => shown(option) === field.value);
    if (found !== undefined && (value === undefined || found !== value)) {
      choose([found]);
    }
    return found !== undefined;
  };
  field.addEventListener("input", () => take() || actions.search(input, field.value));
  field.addEventListener("change", take);
  const clear = element("button", { type: "button", class: "small", "data-key": `${input.name}-clear`, disabled: value === undefined, click: () => choose([]) }, "Clear");
  return [field, known, ...(input.clearable ? [clear] : [])];
}

function tags(input: Input, name: string, options: Value[], choose: (selection: Selection) => void): HTMLElement[] {
  const selected = list(input);
  const shownTags = selected.map((option, index) =>
    element("button", { type: "button", class: "chip", "aria-label": `remove ${shown(option)}`, "data-key": `${input.name}-tag-${index}`, click: () => choose(clicked(input, option)) }, `${shown(option)} ×`));
  const left = options.filter((option) => !isSelected(input, option));
  const add = element("select", { "aria-label": `add to ${name}`, "data-key": `${input.name}-add`, disabled: left.length === 0 }, element("option", { value: "" }, "add …"));
  left.forEach((option, index) => add.append(element("option", { value: index }, shown(option))));
  add.addEventListener("change", () => add.value !== "" && choose([...selected, left[Number(add.value)] ?? null]));
  return [...shownTags, add, ...allAndNone(input, options, choose)];
}

function dates(input: Input, name: string, options: Value[], choose: (selection: Selection) => void): HTMLElement[] {
  const [from, to] = ends(input);
  const empty = list(input).length === 0;
  const end = (key: string, at: number, take: (index: number) => void): HTMLElement => {
    const field = element("input", {
      type: "date",
      "aria-label": `${name}, ${key}`,
      min: String(options[0]),
      max: String(options[options.length - 1]),
      value: empty ? "" : String(options[at]),
      "data-key": `${input.name}-${key}`,
    });
    field.addEventListener("change", () => {
      // A date between two steps is no option: the next one is taken, as the calendar offers only those.
      const index = options.findIndex((option) => String(option) >= field.value);
      if (field.value !== "") {
        take(index < 0 ? options.length - 1 : index);
      }
    });
    return field;
  };
  const clear = element("button", { type: "button", class: "small", "data-key": `${input.name}-clear`, disabled: empty, click: () => choose([]) }, "Clear");
  return [
    end("from", from, (index) => choose(run(input, index, Math.max(index, empty ? index : to)))),
    end("to", to, (index) => choose(run(input, Math.min(index, empty ? index : from), index))),
    ...(input.clearable ? [clear] : []),
  ];
}
