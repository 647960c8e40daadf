import assert from "node:assert/strict";
import { test } from "node:test";
import { columns } from "../src/lineage/columns";
import { ask, drawn } from "../src/lineage/graph";
import { HEIGHT, layout, path, type Layout, type Spot } from "../src/lineage/layout";
import { LISTED, origins, title } from "../src/lineage/origins";
import { described } from "../src/lineage/tell";
import { walk } from "../src/lineage/walk";
import type { Edge, Lineage, LineageParams, ModelColumn, Node, Refused } from "../src/protocol";

const WIDTH = 120;

function place(line: number): NonNullable<Node["location"]> {
  return { uri: "file:///p.yml", range: { start: { line, character: 0 }, end: { line, character: 1 } } };
}

/** `kind name` for each object, `user used` for each edge. */
function lineage(objects: string[], edges: string[], root: string | null = null): Lineage {
  const nodes = objects.map((words, id): Node => {
    const [kind = "", name = ""] = words.split(" ");
    return { id, kind, name, location: place(id), errors: 0, warnings: 0, status: null };
  });
  const id = (name: string | null): number => nodes.findIndex((node) => node.name === name);
  const ends = edges.map((words): Edge => {
    const [from = "", to = ""] = words.split(" ");
    return { from: id(from), to: id(to) };
  });
  return { nodes, edges: ends, total: nodes.length, root: root === null ? null : id(root) };
}

const SHOP = lineage(
  ["source files", "model orders", "model spare", "input city", "input size", "metric revenue", "insight sales", "insight sums", "chart months", "dashboard shop", "dashboard empty"],
  ["orders files", "spare files", "city orders", "revenue orders", "sales orders", "sales city", "sales size", "sales revenue", "sums orders", "months sales", "months sums", "shop months", "shop city"],
);

function spot({ spots }: Layout, name: string): Spot {
  const found = spots.find(({ node }) => node.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

test("kinds stand in columns: sources and models left, dashboards right, the rest by what it is made for", () => {
  const { of, back } = columns(SHOP.nodes, SHOP.edges);
  const by = Object.fromEntries(SHOP.nodes.map(({ name }, id) => [name, of[id]]));
  assert.deepEqual(by, { files: 0, orders: 1, spare: 1, city: 2, size: 2, revenue: 2, sales: 3, sums: 3, months: 4, shop: 5, empty: 5 });
  assert.equal(back.size, 0);
});

test("every edge leads to the right, in circles all but one", () => {
  const circle = lineage(["model a", "model b", "model c", "insight i"], ["a b", "b c", "c a", "i a"]);
  const { of, back } = columns(circle.nodes, circle.edges);
  assert.equal(back.size, 1);
  for (const edge of circle.edges.filter((edge) => !back.has(edge))) {
    assert.ok((of[edge.to] ?? 0) < (of[edge.from] ?? 0));
  }
  const placed = layout(circle, WIDTH);
  assert.equal(placed.lines.length, 4);
  const backward = placed.lines.filter(({ used, user }) => used.x > user.x);
  assert.equal(backward.length, 1);
  for (const line of placed.lines) {
    assert.match(path(line, WIDTH), /^M[-\d.]+,[-\d.]+ [CL]/);
  }
});

test("a chain of thousands is no deep recursion", () => {
  const nodes = Array.from({ length: 5000 }, (_, id): Node => ({ id, kind: "model", name: `m${id}`, location: null, errors: 0, warnings: 0, status: null }));
  const { of } = columns(nodes, nodes.slice(1).map(({ id }) => ({ from: id - 1, to: id })));
  assert.equal(of[0], 4999);
});

test("objects don't cover each other, and edges cover none but their ends", () => {
  const placed = layout(SHOP, WIDTH);
  for (const column of placed.columns) {
    column.forEach((spot, row) => {
      const above = column[row - 1];
      assert.equal(spot.row, row);
      assert.ok(above === undefined || spot.y - above.y >= HEIGHT, spot.node.name ?? "");
    });
  }
  for (const { used, user, bends } of placed.lines) {
    assert.equal(bends.length, user.column - used.column - 1);
    bends.forEach(({ y }, index) => {
      for (const passed of placed.columns[used.column + 1 + index] ?? []) {
        assert.ok(Math.abs(passed.y - y) >= HEIGHT / 2, `${used.node.name} to ${user.node.name} covers ${passed.node.name}`);
      }
    });
  }
  const { width, height } = placed.size;
  assert.ok(placed.spots.every(({ x, y }) => x >= WIDTH / 2 && x <= width - WIDTH / 2 && y >= HEIGHT / 2 && y <= height - HEIGHT / 2));
});

test("no objects, or one, can be laid out", () => {
  assert.deepEqual(layout({ nodes: [], edges: [] }, WIDTH).columns, []);
  assert.equal(layout(lineage(["chart c"], []), WIDTH).spots.length, 1);
});

test("left and right follow edges, and lead back to where one came from", () => {
  const placed = layout(SHOP, WIDTH);
  const at = (name: string): Spot => spot(placed, name);
  assert.equal(walk(placed, at("spare"), "ArrowLeft"), at("files"));
  assert.equal(walk(placed, at("files"), "ArrowLeft"), undefined);
  assert.equal(walk(placed, at("shop"), "ArrowRight"), undefined);
  assert.equal(walk(placed, at("spare"), "ArrowRight"), undefined);
  assert.equal(walk(placed, at("months"), "ArrowRight"), at("shop"));
  for (const end of at("sales").uses) {
    assert.equal(walk(placed, at("sales"), "ArrowLeft", end), end);
  }
  assert.ok(at("sales").uses.includes(walk(placed, at("sales"), "ArrowLeft", at("months")) as Spot));
});

test("up and down go through a column and on to the next: every object is reached", () => {
  const placed = layout(SHOP, WIDTH);
  const seen: Spot[] = [];
  for (let at = placed.columns[0]?.[0]; at !== undefined; at = walk(placed, at, "ArrowDown")) {
    seen.push(at);
  }
  assert.deepEqual(seen, placed.columns.flat());
  assert.equal(walk(placed, seen[1] as Spot, "ArrowUp"), seen[0]);
  assert.equal(walk(placed, seen[0] as Spot, "ArrowUp"), undefined);
  assert.equal(walk(placed, seen[3] as Spot, "End"), seen.at(-1));
  assert.equal(walk(placed, seen[3] as Spot, "Home"), seen[0]);
  assert.equal(walk(placed, seen[3] as Spot, "q"), undefined);
});

test("n goes round what has findings", () => {
  const nodes = SHOP.nodes.map((node) => ({ ...node, errors: node.name === "city" ? 1 : 0, warnings: node.name === "shop" ? 2 : 0 }));
  const placed = layout({ ...SHOP, nodes }, WIDTH);
  assert.equal(walk(placed, spot(placed, "files"), "n"), spot(placed, "city"));
  assert.equal(walk(placed, spot(placed, "city"), "n"), spot(placed, "shop"));
  assert.equal(walk(placed, spot(placed, "shop"), "n"), spot(placed, "city"));
  assert.equal(walk(placed, spot(placed, "files"), "N"), spot(placed, "shop"));
  const clean = layout(SHOP, WIDTH);
  assert.equal(walk(clean, spot(clean, "files"), "n"), undefined);
});

test("an object in words", () => {
  const nodes = SHOP.nodes.map((node) => (node.name === "sales" ? { ...node, errors: 2, warnings: 1, status: "partial" as const } : node));
  const words = described(spot(layout({ ...SHOP, nodes }, WIDTH), "sales"), true);
  assert.match(words, /^insight sales, the subject, 2 errors, 1 warning, not fully checked; made from .*input city.*; used by chart months$/);
  const many = lineage(["source s", ..."abcdefg".split("").map((name) => `model ${name}`)], "abcdefg".split("").map((name) => `${name} s`));
  assert.match(described(spot(layout(many, WIDTH), "s"), false), /^source s; used by (model ., ){4}model . and 2 more$/);
});

test("of too many objects the nearest to the subject are drawn; without one, to findings", () => {
  const names = Array.from({ length: 40 }, (_, index) => `m${index}`);
  const chain = (root: string | null): Lineage => lineage(names.map((name) => `model ${name}`), names.slice(1).map((name, index) => `${name} m${index}`), root);
  const near = drawn(chain("m20"), 5);
  assert.deepEqual(near.nodes.map(({ name }) => name), ["m18", "m19", "m20", "m21", "m22"]);
  assert.deepEqual(near.nodes.map(({ id }) => id), [0, 1, 2, 3, 4]);
  assert.deepEqual([near.root, near.total, near.edges.length], [2, 40, 4]);
  const found = chain(null);
  Object.assign(found.nodes[30] ?? {}, { errors: 1 });
  assert.deepEqual(drawn(found, 3).nodes.map(({ name }) => name), ["m29", "m30", "m31"]);
  assert.equal(drawn(lineage(["chart a", "chart b", "chart c"], []), 2).nodes.length, 2);
  assert.equal(drawn(chain("m20")).nodes.length, 40);
});

test("what half of a large project uses is cut without a delay that grows with its square", () => {
  const nodes = Array.from({ length: 100_000 }, (_, id): Node => ({ id, kind: "insight", name: `n${id}`, location: null, errors: 0, warnings: 0, status: null }));
  const { nodes: kept, edges } = drawn({ nodes, edges: nodes.slice(1).map(({ id }) => ({ from: id, to: 0 })), total: nodes.length, root: 0 });
  assert.deepEqual([kept.length, edges.length], [500, 499]);
});

test("ids are told anew: the server's need not be in a row", () => {
  const { nodes, edges, root } = drawn({ nodes: SHOP.nodes.map((node) => ({ ...node, id: node.id * 7 + 3 })), edges: SHOP.edges.map(({ from, to }) => ({ from: from * 7 + 3, to: to * 7 + 3 })), total: SHOP.total, root: 3 });
  assert.deepEqual({ nodes, edges }, { nodes: SHOP.nodes, edges: SHOP.edges });
  assert.equal(root, 0);
});

test("the subject is found again where it was, elsewhere by its name, or under another name", async () => {
  // What a server would answer: at each line an object, and by name.
  const find = (objects: string[], depth: 1 | null = null): Promise<[Lineage | Refused | undefined, number]> => {
    let asked = 0;
    const request = (params: LineageParams): Promise<Lineage | Refused> => {
      asked++;
      assert.equal(params.depth, depth);
      const at = objects.findIndex((words, line) => (params.position === undefined ? words.endsWith(` ${params.insight}`) : line === params.position.line));
      return Promise.resolve(lineage(objects, [], objects[at]?.split(" ")[1] ?? null));
    };
    const known = { kind: "chart", name: "months", location: place(1) };
    return ask(request, { known }, depth).then((answer) => [answer, asked]);
  };
  const name = (answer: Lineage | Refused | undefined): string | null | undefined =>
    answer?.error === undefined ? answer?.nodes.find(({ id }) => id === answer.root)?.name : answer.error.code;
  const [there, once] = await find(["model a", "chart months"], 1);
  assert.deepEqual([name(there), once], ["months", 1]);
  assert.equal(name((await find(["chart months", "chart other"]))[0]), "months");
  assert.equal(name((await find(["model a", "chart renamed"]))[0]), "renamed");
  assert.equal((await find(["model a", "model b"]))[0], undefined);
  const refusal: Refused = { error: { code: "no-server", message: "the server is not running" } };
  assert.equal(await ask(() => Promise.resolve(refusal), { known: { kind: "chart", name: "c", location: place(0) } }, null), refusal);
});

test("the whole project is asked for without a depth", async () => {
  const asked: LineageParams[] = [];
  await ask((params) => Promise.resolve((asked.push(params), SHOP)), { project: "file:///p.yml" }, 1);
  assert.deepEqual(asked, [{ textDocument: { uri: "file:///p.yml" }, columns: true }]);
});

test("columns are told with where they come from, and what is not known is said", () => {
  const column = (name: string, from: string[], way: ModelColumn["way"] = "handed-on", complete = true): ModelColumn => ({
    name, way, complete, from: from.map((path) => ({ table: path.split(".")[0] ?? "", column: path.split(".")[1] ?? "" })),
  });
  const all = [column("id", ["orders.id"]), column("day", ["orders.at"], "converted"), column("net", ["orders.total", "orders.tax"], "computed"),
    column("one", []), column("any", [], "computed", false), column("some", ["t.a"], "computed", false), column("wide", ["t.a", "t.b", "t.c", "t.d", "t.e", "t.f", "t.g"])];
  assert.deepEqual(origins(all).map(({ name, from }) => `${name}: ${from}`), [
    "id: orders.id", "day: converted from orders.at", "net: computed from orders.total, orders.tax", "one: no column", "any: not known",
    "some: computed from t.a, others that are not known", "wide: t.a, t.b, t.c, t.d, t.e, 2 more",
  ]);
  const model: Node = { id: 0, kind: "model", name: "orders", location: null, errors: 0, warnings: 0, status: null };
  assert.equal(title(model), "");
  assert.equal(title({ ...model, columns: all.slice(0, 1) }), "1 column, and where they come from");
  const many = Array.from({ length: LISTED + 1 }, (_, at) => column(`c${at}`, []));
  assert.equal(title({ ...model, columns: many }), "201 columns, the first 200, and where they come from");
  assert.equal(origins(many).length, LISTED);
});
