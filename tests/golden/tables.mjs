// Tables in the browser's engine: { name, columns: [[name, type]], csv }.

const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';

export function makeTable(db, connection, { name, columns, csv }) {
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
