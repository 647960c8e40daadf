// Which selections a viewer can reach with which control, and how a click changes one. Knows nothing of the page.

import type { Input, Selection, Value } from "../protocol";

/** The options that the control offers. */
export function offered(input: Input): Value[] {
  const numbers = (): number[] => input.options.flatMap((option) => (option !== null && option !== "" && Number.isFinite(Number(option)) ? [Number(option)] : []));
  switch (input.offers) {
    case "numbers":
      return numbers();
    case "ascending-numbers":
      return numbers().sort((a, b) => a - b);
    case "first-two":
      return input.options.slice(0, 2);
    case "ascending-texts":
      return [...input.options].sort((a, b) => (String(a) < String(b) ? -1 : 1));
    default:
      return input.options;
  }
}

/** The one option that is selected, if one is. */
export function one(input: Input): Value | undefined {
  return list(input)[0];
}

/** The selected options in click order; of a range, its run. */
export function list(input: Input): Value[] {
  const { selection } = input;
  if (selection === null) {
    return [];
  }
  if (Array.isArray(selection)) {
    return selection;
  }
  const options = offered(input);
  const [from, to] = [indexOf(options, selection.from), indexOf(options, selection.to)];
  return from < 0 || to < 0 ? [selection.from, selection.to] : options.slice(from, to + 1);
}

/** The ends of a selected run as indices of what is offered; the whole where nothing is known. */
export function ends(input: Input): [number, number] {
  const options = offered(input);
  const selected = list(input);
  const from = selected.length === 0 ? -1 : indexOf(options, selected[0] ?? null);
  const to = selected.length === 0 ? -1 : indexOf(options, selected[selected.length - 1] ?? null);
  return from < 0 || to < from ? [0, Math.max(options.length - 1, 0)] : [from, to];
}

/** A run from one index to another, in the form that the input's kind has. */
export function run(input: Input, from: number, to: number): Selection {
  const options = offered(input);
  const [low, high] = from <= to ? [from, to] : [to, from];
  const chosen = options.slice(low, high + 1);
  const [first, last] = [chosen[0], chosen[chosen.length - 1]];
  return input.range && first !== undefined && last !== undefined ? { from: first, to: last } : chosen;
}

/** The selection after a click on an option of a multi-select: added at the end, or taken out. */
export function clicked(input: Input, option: Value): Value[] {
  const selected = list(input);
  return selected.some((each) => same(each, option)) ? selected.filter((each) => !same(each, option)) : [...selected, option];
}

export function isSelected(input: Input, option: Value): boolean {
  return list(input).some((each) => same(each, option));
}

/** Options of sliders are numbers, and may be texts in the list. */
export function same(a: Value, b: Value): boolean {
  return a === b || (a !== null && b !== null && String(a) === String(b));
}

export function indexOf(options: Value[], value: Value): number {
  return options.findIndex((option) => same(option, value));
}
