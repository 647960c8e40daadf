// The rows of a result as plain values: numbers of all types as JSON numbers, dates `2026-06-30`, timestamps
// `2026-06-30 12:00:00`.

import { createRequire } from 'node:module';

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

export function rows(table) {
    const columns = table.schema.fields.map((field, index) => [table.getChildAt(index), field.type]);
    return Array.from({ length: table.numRows }, (_, row) => columns.map(([column, type]) => plain(column.get(row), type)));
}
