// Runs every combination of selections in the browser's own engine, DuckDB-Wasm, for tests/tests/browser.rs. Queries are
// prepared as section 5.5 of the format reference says: as template literals, by JavaScript itself.
//
// stdin:  { jobs: [{ tables: [{ name, columns: [[name, type]], csv }], stored, inputs: [{ name, multi, states: [[value]] }],
//           combinations: [[state]], rendered: [sql] }] }
// stdout: { version, results: [{ failed, example: { combination, sql, error }, differs: [{ ours, theirs }] }] }

import { readFileSync } from 'node:fs';
import { open } from './engine.mjs';
import { accessors, prepare } from './selection.mjs';
import { makeTable } from './tables.mjs';

const input = JSON.parse(readFileSync(0, 'utf8'));
const db = await open();
const results = input.jobs.map((job) => {
    const connection = db.connect();
    const result = { failed: 0, example: null, differs: [] };
    job.tables.forEach((table) => makeTable(db, connection, table));
    let render = null;
    let unprepared = null;
    try {
        render = prepare(job.stored, job.inputs);
    } catch (error) {
        unprepared = String(error.message ?? error);
    }
    const known = new Map();
    job.combinations.forEach((combination, at) => {
        let sql = null;
        let error = unprepared;
        if (render) {
            const values = {};
            job.inputs.forEach((one, index) => {
                values[one.name] = accessors(one, one.states[combination[index]]);
            });
            sql = render(values);
            if (sql !== job.rendered[at] && result.differs.length < 3) {
                result.differs.push({ ours: job.rendered[at], theirs: sql });
            }
            if (!known.has(sql)) {
                try {
                    connection.query(sql);
                    known.set(sql, null);
                } catch (caught) {
                    known.set(sql, String(caught.message ?? caught));
                }
            }
            error = known.get(sql);
        }
        if (error !== null) {
            result.failed += 1;
            result.example ??= { combination, sql, error };
        }
    });
    connection.close();
    return result;
});
process.stdout.write(JSON.stringify({ version: db.getVersion(), results }), () => process.exit(0));
