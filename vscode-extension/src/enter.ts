// What Enter does in YAML beyond what VS Code knows: behind `- name: sales` the next key belongs below `name`, not below the dash.
// Knows nothing of VS Code, so that its test needs none.

/** A line that begins a list item with a key and its value, and that the value ends: no block, no open bracket or quote. */
export const ITEM_WITH_KEY = /^\s*- [\w-]+:\s+(?:"[^"]*"|'[^']*'|[^\s|>&!{["'#][^#]*?)\s*$/;

/** Nothing behind the cursor. */
export const LINE_END = /^\s*$/;

/** How much further in than the dash a key of its item stands. */
export const BEHIND_DASH = "  ";
