// Which texts of one line the browser's own engine, DuckDB-Wasm, reads, for tests/tests/engines.rs.
//
// stdin:  [sql]
// stdout: [whether it reads it]
//
// Binding a text may load an extension over the network. So behind each stands what no engine reads: where the error is
// tells whether the parser came that far.

import { readFileSync } from 'node:fs';
import { open } from './engine.mjs';

const db = await open();
const connection = db.connect();
const read = JSON.parse(readFileSync(0, 'utf8')).map((sql) => {
    try {
        connection.query(`${sql} ;\nselect 1 1 1`);
    } catch (caught) {
        return String(caught.message ?? caught).includes('LINE 2:');
    }
    throw new Error(`no error: ${sql}`);
});
process.stdout.write(JSON.stringify(read), () => process.exit(0));
