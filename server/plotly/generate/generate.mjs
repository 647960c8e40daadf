// Writes ../schema/plotly.json: the facts of plotly's own schema that viz-lsp needs, each different piece once.
//
//     node server/plotly/generate/generate.mjs            writes it
//     node server/plotly/generate/generate.mjs --check    fails if it is not what this script would write
//
// The schema comes out of the npm package `plotly.js` (MIT); its version and checksum are pinned below.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '3.7.0';
const INTEGRITY = 'sha512-r17/w3Ob/E+A1vqN382PV/6Dz+IAxAsxNCpWcnGfGFLqE0M6vPUa+ve7HPhivrl9LMicZg2Fy0U5GbpauHo32A==';

// Traces of plotly that the project format does not take (section 9 of the format reference).
const NOT_TAKEN = ['table'];

// Descriptions are cut behind the last sentence that ends within so many characters.
const LONGEST_TEXT = 200;

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'schema');
const target = join(folder, 'plotly.json');

function download() {
    const work = mkdtempSync(join(tmpdir(), 'plotly-'));
    try {
        const options = { cwd: work, maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] };
        const [packed] = JSON.parse(execFileSync('npm', ['pack', `plotly.js@${VERSION}`, '--json'], options));
        if (packed.integrity !== INTEGRITY) {
            throw new Error(`plotly.js ${VERSION} has the checksum ${packed.integrity}, not the pinned one`);
        }
        const files = ['package/dist/plot-schema.json', 'package/LICENSE'];
        execFileSync('tar', ['xzf', packed.filename, ...files], options);
        const [schema, licence] = files.map((file) => readFileSync(join(work, file), 'utf8'));
        return { schema: JSON.parse(schema), licence };
    } finally {
        rmSync(work, { recursive: true });
    }
}

class Table {
    rows = [];
    places = new Map();

    add(row) {
        const text = JSON.stringify(row);
        if (!this.places.has(text)) {
            this.places.set(text, this.rows.length);
            this.rows.push(text);
        }
        return this.places.get(text);
    }
}

const texts = new Table();
const nodes = new Table();

// The first sentences of a description, with plotly's *stars* as quotes; `undefined` if there are none.
function text(description) {
    if (typeof description !== 'string') return undefined;
    const whole = description.replace(/\s+/g, ' ').replace(/\*([^* ][^*]*)\*/g, '"$1"').trim();
    let end = 0;
    for (const stop of whole.matchAll(/[.?!](?= |$)/g)) {
        if (end > 0 && stop.index + 1 > LONGEST_TEXT) break;
        if (/\b(e\.g|i\.e|etc)\.$/.test(whole.slice(0, stop.index + 1))) continue;
        end = stop.index + 1;
    }
    const cut = whole.slice(0, end || LONGEST_TEXT);
    return cut === '' ? undefined : texts.add(cut);
}

const META = new Set(['description', 'role', 'editType', 'impliedEdits', '_isSubplotObj', '_arrayAttrRegexps', '_deprecated']);

function attribute(of) {
    return typeof of.valType === 'string' ? leaf(of) : of.items && of.role === 'object' ? list(of) : object(of);
}

function leaf(of) {
    const dimensions = of.dimensions === '1-2' ? 2 : of.dimensions;
    return nodes.add({
        type: of.valType,
        list: of.arrayOk === true ? true : undefined,
        default: of.dflt === null ? undefined : of.dflt,
        min: of.min,
        max: of.max,
        values: of.values,
        flags: of.flags,
        extras: of.extras,
        pattern: of.regex,
        items: of.items === undefined ? undefined : Array.isArray(of.items) ? of.items.map(attribute) : attribute(of.items),
        free: of.freeLength === true ? true : undefined,
        dimensions,
        text: text(of.description),
    });
}

function list(of) {
    const [item] = Object.values(of.items);
    return nodes.add({ type: 'list', items: attribute(item), text: text(of.description) });
}

function object(of, more = {}) {
    const keys = Object.fromEntries(
        Object.entries({ ...of, ...more })
            .filter(([key, value]) => !META.has(key) && typeof value === 'object' && value !== null)
            .map(([key, value]) => [key, attribute(value)])
            .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    return nodes.add({
        type: 'object',
        numbered: '_isSubplotObj' in of ? true : undefined,
        keys,
        text: text(of.description),
    });
}

function compact({ traces, layout }) {
    const taken = Object.entries(traces).filter(([name]) => !NOT_TAKEN.includes(name));
    const places = {};
    const about = {};
    for (const [name, trace] of taken) {
        // `type` is checked before anything else: it decides which schema holds.
        const { type, ...attributes } = trace.attributes;
        places[name] = object(attributes);
        about[name] = text(trace.meta?.description);
    }
    const ofTraces = Object.assign({}, ...taken.map(([, trace]) => trace.layoutAttributes ?? {}));
    const layoutPlace = object(layout.layoutAttributes, ofTraces);
    const rows = (table) => `[\n${table.rows.join(',\n')}\n]`;
    return (
        `{"version":"${VERSION}",\n"traces":${JSON.stringify(places)},\n"about":${JSON.stringify(about)},\n` +
        `"layout":${layoutPlace},\n"texts":${rows(texts)},\n"nodes":${rows(nodes)}}\n`
    );
}

const { schema, licence } = download();
const made = compact(schema);
if (process.argv.includes('--check')) {
    const same = readFileSync(target, 'utf8') === made && readFileSync(join(folder, 'LICENSE'), 'utf8') === licence;
    console.log(same ? '# pass 1' : '# fail 1: server/plotly/schema is not what generate.mjs writes: run it');
    process.exitCode = same ? 0 : 1;
} else {
    writeFileSync(target, made);
    writeFileSync(join(folder, 'LICENSE'), licence);
}
