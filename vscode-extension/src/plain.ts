// Texts of projects and of data, where VS Code would make more of them than text. Knows nothing of VS Code.

/**
 * A text for a notification: VS Code makes a link of `[label](command:…)`, which runs the command with its arguments on one click.
 */
export function unlinked(text: string): string {
  return text.replaceAll("](", "] (");
}

/** Words in Markdown: no mark of Markdown or HTML in them means anything, and no address becomes a link. */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\\`*_{}[\]<>()#+\-.!|~&@:/]/g, "\\$&");
}
