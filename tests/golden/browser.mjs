// Runs queries in the browser's own engine, DuckDB-Wasm, for tests/tests/golden.rs.
//
// stdin:  { folder, files: [relative path], jobs: [{ setup: [sql], query: sql }] }
// stdout: { version, results: [{ rows: [[value]] } | { error }] }: one result for each job
//
// `files` of `folder` can be read by their relative paths. Numbers of all types become JSON numbers, dates
// `2026-06-30`, timestamps `2026-06-30 12:00:00`.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { open } from './engine.mjs';

const { DataType } = createRequire(import.meta.url)('apache-arrow');

function plain(value, type) {
    if (value === null) {
        return null;
    }
    if (DataType.isDate(type)) {
        return new Date(value).toISOString().slice(0, 10);
    }
    if (DataType.isTimestamp(type)) {
        return new Date(value).toISOString().slice(0, 19).replace('T', ' ');
    }
    return typeof value === 'bigint' ? Number(value) : value;
}

function rows(table) {
    const columns = table.schema.fields.map((field, index) => [table.getChildAt(index), field.type]);
    return Array.from({ length: table.numRows }, (_, row) => columns.map(([column, type]) => plain(column.get(row), type)));
}

const input = JSON.parse(readFileSync(0, 'utf8'));
const db = await open();
for (const file of input.files) {
    db.registerFileBuffer(file, readFileSync(join(input.folder, file)));
}
const results = input.jobs.map(({ setup, query }) => {
    const connection = db.connect();
    try {
        setup.forEach((sql) => connection.query(sql));
        return { rows: rows(connection.query(query)) };
    } catch (error) {
        return { error: String(error.message ?? error) };
    } finally {
        connection.close();
    }
});
process.stdout.write(JSON.stringify({ version: db.getVersion(), results }), () => process.exit(0));
