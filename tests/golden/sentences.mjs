// Which texts the browser's own engine, DuckDB-Wasm, reads, for tests/tests/engines.rs.
//
// stdin:  [sql]
// stdout: [error of the parser, or null]

import { readFileSync } from 'node:fs';
import { open } from './engine.mjs';

const db = await open();
const connection = db.connect();
const errors = JSON.parse(readFileSync(0, 'utf8')).map((sql) => {
    try {
        connection.prepare(sql).close();
        return null;
    } catch (caught) {
        const message = String(caught.message ?? caught);
        return message.includes('Parser Error') ? message : null;
    }
});
process.stdout.write(JSON.stringify(errors), () => process.exit(0));
