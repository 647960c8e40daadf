// The server inside redhat.vscode-yaml beside ours: it must have nothing to say about files of projects, neither on its own
// nor with the schema from grammars/ in its settings. What is wrong in them is for viz-lsp to tell, once.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { repository } from "./tools.mjs";

const program = path.join(import.meta.dirname, "node_modules/yaml-language-server/out/server/src/server.js");

/** What the YAML server says of the files under these settings: "file: message". */
async function findings(files, settings) {
  const server = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const told = new Map();
  let finished;
  const done = new Promise((resolve) => (finished = resolve));
  let buffer = Buffer.alloc(0);
  server.stdout.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = buffer.indexOf("\r\n\r\n");
      const length = head < 0 ? Number.NaN : Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, head))?.[1]);
      if (!(buffer.length >= head + 4 + length)) {
        return;
      }
      const message = JSON.parse(buffer.subarray(head + 4, head + 4 + length));
      buffer = buffer.subarray(head + 4 + length);
      if (message.method === "workspace/configuration") {
        send({ id: message.id, result: message.params.items.map(({ section }) => (section === "yaml" ? settings : null)) });
      } else if (message.method === "textDocument/publishDiagnostics") {
        told.set(message.params.uri, message.params.diagnostics);
        if (told.size === files.length) {
          finished();
        }
      } else if (message.id === 1) {
        send({ method: "initialized", params: {} });
        send({ method: "workspace/didChangeConfiguration", params: { settings: { yaml: settings } } });
        for (const file of files) {
          const textDocument = { uri: pathToFileURL(file).href, languageId: "yaml", version: 1, text: readFileSync(file, "utf8") };
          send({ method: "textDocument/didOpen", params: { textDocument } });
        }
      } else if (message.id !== undefined && message.method !== undefined) {
        send({ id: message.id, result: null });
      }
    }
  });
  send({ id: 1, method: "initialize", params: { processId: process.pid, rootUri: pathToFileURL(repository).href, capabilities: { workspace: { configuration: true } } } });
  await done;
  server.kill();
  return [...told].flatMap(([uri, all]) => all.map(({ message }) => `${path.basename(uri)}: ${message}`)).sort();
}

function yaml(folder) {
  const all = readdirSync(path.join(repository, folder), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile() && entry.name.endsWith(".yml")).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

const alone = { validate: true, schemaStore: { enable: false } };
const schema = pathToFileURL(path.join(repository, "grammars/project.schema.json")).href;

test("on its own it finds nothing, in the sample with two faults neither", async () => {
  const files = [...yaml("vscode-extension/sample"), ...yaml("tests/projects/ecommerce"), ...yaml("tests/projects/support-tickets")];
  assert.ok(files.length > 8);
  assert.deepEqual(await findings(files, alone), []);
});

test("with our schema it finds nothing in projects without faults", async () => {
  const files = [...yaml("tests/projects/ecommerce"), ...yaml("tests/projects/support-tickets"), ...yaml("tests/projects/iot-sensors")];
  assert.deepEqual(await findings(files, { ...alone, schemas: { [schema]: ["*.yml"] } }), []);
});

test("the schema is really used: a key that doesn't exist is found", async () => {
  const strict = await findings([path.join(import.meta.dirname, "unknown-key.yml")], { ...alone, schemas: { [schema]: ["*.yml"] } });
  assert.match(strict.join("\n"), /modles/);
});
