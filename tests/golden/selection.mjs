// What a selection puts into a query, as section 5.5 of the format reference says: by JavaScript itself.

// What the placeholders of an input stand for (5.4).
export function accessors({ multi }, values) {
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
export function prepare(stored, inputs) {
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
