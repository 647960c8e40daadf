// Runs queries in the browser's own engine, DuckDB-Wasm, for tests/tests/golden.rs.
//
// stdin:  { folder, files: [relative path], jobs: [{ setup: [sql], query: sql }] }
// stdout: { version, results: [{ rows: [[value]] } | { error }] }: one result for each job
//
// `files` of `folder` can be read by their relative paths. Numbers of all types become JSON numbers, dates
// `2026-06-30`, timestamps `2026-06-30 12:00:00`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from './engine.mjs';
import { rows } from './rows.mjs';

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
