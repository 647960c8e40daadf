// The browser's own engine in Node.js.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const duckdb = require('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs');

export async function open() {
    const folder = dirname(require.resolve('@duckdb/duckdb-wasm'));
    const bundle = (name) => ({ mainModule: join(folder, `duckdb-${name}.wasm`), mainWorker: '' });
    const bundles = { mvp: bundle('mvp'), eh: bundle('eh') };
    const db = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
    await db.instantiate(() => {});
    db.open({ path: ':memory:', query: { castBigIntToDouble: true, castDecimalToDouble: true } });
    return db;
}
