// Runs every combination of selections in the browser's own engine, DuckDB-Wasm, for tests/tests/browser.rs. Queries are
// prepared as section 5.5 of the format reference says: as template literals, by JavaScript itself.
//
// stdin:  { jobs: [{ tables: [{ name, columns: [[name, type]], csv }], stored, inputs: [{ name, multi, states: [[value]] }],
//           combinations: [[state]], rendered: [sql] }] }
// stdout: { version, results: [{ failed, example: { combination, sql, error }, differs: [{ ours, theirs }] }] }

import { readFileSync } from 'node:fs';
import { open } from './engine.mjs';

// What the placeholders of an input stand for (5.4).
function accessors({ multi }, values) {
    if (!multi) {
        return { value: values.length ? values[0] : null };
    }
    if (values.length === 0) {
        return { values: null, min: null, max: null, first: null, last: null };
    }
    const quote = (value) => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`);
    const numeric = (value) => typeof value !== 'string' || (value.trim() !== '' && Number.isFinite(Number(value)));
    const isDate = (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value);
    let [min, max] = [null, null];
    if (values.every(numeric)) {
        [min, max] = [Math.min(...values.map(Number)), Math.max(...values.map(Number))];
    } else if (values.every(isDate)) {
        const sorted = values.toSorted();
        [min, max] = [sorted[0], sorted.at(-1)];
    }
    return { values: values.map(quote).join(','), min, max, first: values[0], last: values.at(-1) };
}

// A function from the accessors of all inputs to the text of the query.
function prepare(stored, inputs) {
    const used = inputs.filter(({ name }) => stored.includes('${' + name));
    let body = stored;
    const names = used.map(({ name }, index) => {
        if (/^[A-Za-z_$][\w$]*$/.test(name)) {
            return name;
        }
        const alias = `__input_${index}`;
        body = body.replaceAll('${' + name, '${' + alias);
        return alias;
    });
    const fill = new Function(...names, 'return `' + body + '`;');
    return (values) => fill(...used.map(({ name }) => values[name])).replace(/\bnull\b/g, 'NULL');
}

const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';

function makeTable(db, connection, { name, columns, csv }) {
    if (columns.length === 0) {
        connection.query(`create or replace table ${quoted(name)} (nothing integer)`);
        return;
    }
    db.registerFileText('rows.csv', csv);
    const names = [...columns, 'last'].map((_, index) => `c${index}: 'VARCHAR'`).join(', ');
    const casts = columns.map(([column, type], index) => `cast(c${index} as ${type}) as ${quoted(column)}`);
    connection.query(
        `create or replace table ${quoted(name)} as select ${casts.join(', ')} from read_csv('rows.csv', header = false,
         auto_detect = false, columns = {${names}}, delim = ',', quote = '"', escape = '"', nullstr = '',
         allow_quoted_nulls = false, parallel = false)`,
    );
    db.dropFile('rows.csv');
}

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
