import assert from "node:assert/strict";
import { test } from "node:test";
import { initializationOptions, type Section } from "../src/settings";
import manifest from "../package.json";

function section(values: Record<string, unknown>): Section {
  return { get: (key) => values[key] };
}

test("what is not set is left out", () => {
  assert.deepEqual(initializationOptions(section({}), true), { trusted: true });
  assert.deepEqual(initializationOptions(section({ "check.level": null, "check.maxCombinations": null }), true), { trusted: true });
});

test("valid settings pass", () => {
  const options = initializationOptions(section({ "check.level": "parse", "check.maxCombinations": 500, "check.hostileOptions": true, "check.typingPause": 0 }), true);
  assert.deepEqual(options, { trusted: true, level: "parse", maxCombinations: 500, hostileOptions: true, typingPause: 0 });
});

test("the cache can be turned off", () => {
  assert.deepEqual(initializationOptions(section({ "check.cache": false }), true), { trusted: true, cache: false });
  assert.deepEqual(initializationOptions(section({ "check.cache": true }), true), { trusted: true });
});

test("texts are formatted for who asks for it", () => {
  assert.deepEqual(initializationOptions(section({ "format.enable": true }), true), { trusted: true, format: { enable: true } });
  assert.deepEqual(initializationOptions(section({ "format.enable": "yes" }), true), { trusted: true });
});

test("invalid settings are left out", () => {
  for (const most of [0, -1, 1.5, Number.NaN, "96", true]) {
    assert.deepEqual(initializationOptions(section({ "check.level": "deep", "check.maxCombinations": most }), true), { trusted: true }, String(most));
  }
});

test("no setting grants trust", () => {
  assert.equal(initializationOptions(section({ trusted: true, "check.level": "bind" }), false).trusted, false);
});

test("folders of data are allowed by the person, in no workspace", () => {
  assert.deepEqual(initializationOptions(section({ "check.allowRead": ["/mnt/data"] }), true), { trusted: true, allowRead: ["/mnt/data"] });
  assert.deepEqual(initializationOptions(section({ "check.allowRead": "/mnt/data" }), true), { trusted: true });
  // What is of the machine a container sets, and with it the project.
  for (const name of ["viz.check.allowRead", "viz.check.allowOutside"] as const) {
    assert.equal(manifest.contributes.configuration.properties[name].scope, "application");
  }
});

test("the manifest declares what is read, and its defaults mean `not set`", () => {
  const declared: Record<string, { default: unknown; enum?: unknown[] }> = manifest.contributes.configuration.properties;
  const defaults = section(Object.fromEntries(Object.entries(declared).map(([key, value]) => [key.replace(/^viz\./, ""), value.default])));
  assert.deepEqual(initializationOptions(defaults, true), { trusted: true });
  for (const level of declared["viz.check.level"]?.enum ?? []) {
    const read = initializationOptions(section({ "check.level": level }), true);
    assert.deepEqual(read, level === null ? { trusted: true } : { trusted: true, level });
  }
});

test("a workspace can't name the program that runs without being trusted", () => {
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ["viz.server.path"]);
});
