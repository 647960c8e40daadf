// The few things that the page needs to build elements.

type Attributes = Record<string, string | number | boolean | ((event: Event) => void)>;

/** An element with attributes; functions are listeners, `true` is an attribute without a value, `false` is none. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(key, value);
    } else if (value !== false) {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  made.append(...children);
  return made;
}

/** A list of tabs: one is selected, the arrow keys go round. */
export function tabs(label: string, names: string[], selected: number, select: (index: number) => void, id: string, panel?: string): HTMLElement {
  const list = element("div", { role: "tablist", "aria-label": label, class: "tabs" });
  names.forEach((name, index) => {
    const chosen = index === selected;
    const button = element(
      "button",
      { type: "button", role: "tab", "aria-selected": String(chosen), tabindex: chosen ? 0 : -1, "data-key": `${id}-${index}`, click: () => select(index) },
      name,
    );
    if (panel !== undefined) {
      button.setAttribute("aria-controls", panel);
    }
    list.append(button);
  });
  list.addEventListener("keydown", (event) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const step = steps[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? names.length - 1 : step === undefined ? undefined : (selected + step + names.length) % names.length;
    if (to !== undefined) {
      event.preventDefault();
      focusKey(`${id}-${to}`);
      select(to);
    }
  });
  return list;
}

/** The page is built anew when its content changes; the focus stays where it was. */
export function keepingFocus(build: () => void): void {
  const active = document.activeElement;
  const key = active instanceof HTMLElement ? active.dataset["key"] : undefined;
  const range = active instanceof HTMLInputElement && active.type === "text" ? [active.selectionStart, active.selectionEnd, active.value] as const : undefined;
  build();
  if (key !== undefined) {
    const again = focusKey(key);
    if (again instanceof HTMLInputElement && range !== undefined) {
      again.value = range[2];
      again.setSelectionRange(range[0], range[1]);
    }
  }
}

function focusKey(key: string): HTMLElement | null {
  const found = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  found?.focus();
  return found;
}
