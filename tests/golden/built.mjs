// Reads what `viz-lsp --build` wrote, as the viewer does, and runs the insights' queries in the browser's own engine,
// DuckDB-Wasm, for tests/tests/build.rs. It knows the output folder only.
//
// The engine of npm has no parquet reader in it and gets one from the network, so the rows of the parquet files are given.
//
// stdin:  { out, tables: { path: { columns: [[name, type]], csv } },
//           jobs: [{ insight, selection: { input: chosen } | null }] }; null: what the page opens with
// stdout: { version, results: [{ columns: [name], rows: [[value]], sql } | { error }] }: the split, then the properties
//
// A chosen value is a text or number, a list of them, or { start, end } of a range.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from './engine.mjs';
import { rows } from './rows.mjs';
import { accessors, prepare } from './selection.mjs';
import { makeTable } from './tables.mjs';

const input = JSON.parse(readFileSync(0, 'utf8'));
const db = await open();
const read = (...path) => JSON.parse(readFileSync(join(input.out, ...path), 'utf8'));

const table = (connection, { name_hash: name, signed_data_file_url: url }) =>
    makeTable(db, connection, { ...input.tables[url], name });

function options(connection, meta) {
    const { static_props: props, files } = meta;
    if (props === null) {
        const file = files.find(({ key }) => key === 'options');
        table(connection, file);
        return rows(connection.query(`select "option" from "${file.name_hash}"`)).map(([value]) => value);
    }
    if (props.options) {
        return props.options;
    }
    const { start, end, step } = props.range;
    const [days] = /^(\d+) days?$/.exec(step)?.slice(1) ?? [];
    const out = [];
    if (days) {
        for (let at = Date.parse(start); at <= Date.parse(end); at += Number(days) * 86_400_000) {
            out.push(new Date(at).toISOString().slice(0, 10));
        }
        return out;
    }
    for (let at = Number(start); at <= Number(end); at += Number(step)) {
        out.push(at);
    }
    return out;
}

// What the page opens with (5.5).
function opening(meta, all) {
    const chosen = meta.display.default;
    if (meta.type === 'single-select') {
        return [chosen.value];
    }
    if (meta.structure === 'options') {
        return Array.isArray(chosen.values) ? chosen.values : [chosen.values ?? 'all'];
    }
    const [start, end] = [String(chosen.start), String(chosen.end)];
    const inside = all.filter((option) => start <= String(option) && String(option) <= end);
    return chosen.start === null || inside.length === 0 ? all : inside;
}

function selected(connection, name, chosen) {
    const meta = read('main', 'inputs', `${name}.json`);
    const all = options(connection, meta);
    const at = (value) => {
        const place = all.findIndex((option) => String(option) === String(value));
        if (place < 0) {
            throw new Error(`${value} is no option of ${name}`);
        }
        return place;
    };
    let values = opening(meta, all);
    if (Array.isArray(chosen)) {
        values = chosen.map((value) => all[at(value)]);
    } else if (chosen !== null && typeof chosen === 'object') {
        values = all.slice(at(chosen.start), at(chosen.end) + 1);
    } else if (chosen !== undefined) {
        values = [all[at(chosen)]];
    }
    return { name, multi: meta.type === 'multi-select', values };
}

const results = input.jobs.map(({ insight, selection }) => {
    const connection = db.connect();
    try {
        const meta = read('main', 'insights', `${insight}.json`);
        meta.files.forEach((file) => table(connection, file));
        const names = new Set([...meta.query.matchAll(/\$\{(\w+)\./g)].map(([, name]) => name));
        const inputs = [...names].map((name) => selected(connection, name, selection?.[name]));
        const values = Object.fromEntries(inputs.map((one) => [one.name, accessors(one, one.values)]));
        const sql = prepare(meta.query, inputs)(values);
        const result = connection.query(sql);
        const keys = [...(meta.split_key ? [['split', meta.split_key]] : []), ...Object.entries(meta.props_mapping)];
        const order = result.schema.fields.map(({ name }) => name);
        const all = rows(result);
        const picked = all.map((row) => keys.map(([, alias]) => row[order.indexOf(alias)]));
        return { columns: keys.map(([key]) => key), rows: picked, sql };
    } catch (error) {
        return { error: String(error.message ?? error) };
    } finally {
        connection.close();
    }
});
process.stdout.write(JSON.stringify({ version: db.getVersion(), results }), () => process.exit(0));
