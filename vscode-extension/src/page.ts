// The HTML of a panel's page.

import * as crypto from "node:crypto";
import * as vscode from "vscode";

export interface Page {
  title: string;
  /** Below `out`: the only folder that the page may load from. */
  folder: string;
  style: string;
  scripts: string[];
  /** Whether scripts write style elements and attributes, as plotly does. */
  inlineStyles: boolean;
}

export function options(context: vscode.ExtensionContext, { folder }: Page): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, "out", folder)] };
}

/** Puts a page into a panel, and says what it says and when it is closed. */
export function fill<FromPage>(context: vscode.ExtensionContext, panel: vscode.WebviewPanel, page: Page, heard: (message: FromPage) => void, closed: () => void): void {
  panel.webview.options = options(context, page);
  panel.webview.onDidReceiveMessage(heard);
  panel.onDidDispose(closed);
  panel.webview.html = html(context, panel.webview, page);
}

/** Nothing but the page's own files may be loaded, and nothing at all from a network. */
function html(context: vscode.ExtensionContext, webview: vscode.Webview, { title, folder, style, scripts, inlineStyles }: Page): string {
  const nonce = crypto.randomBytes(16).toString("base64");
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(context.extensionUri, "out", folder, name)).toString();
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}${inlineStyles ? " 'unsafe-inline'" : ""}`,
    `script-src 'nonce-${nonce}'`,
    ...(inlineStyles ? [`img-src ${webview.cspSource} data: blob:`, `font-src ${webview.cspSource}`] : []),
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="${file(style)}">
</head>
<body>
<main id="app"></main>
${scripts.map((script) => `<script nonce="${nonce}" src="${file(script)}"></script>`).join("\n")}
</body>
</html>`;
}
