//! The table of `.viz-lsp.yml` (docs/settings.md): completion, hover and the JSON schema read it. What a value must be is said by
//! `config.rs`.

use super::types::{Field, Shape, Type, field};
use crate::codes::Code;
use crate::config::{LONGEST_TYPING_PAUSE, MOST_COMBINATIONS, MOST_MEMORY, MOST_VALUES};

/// Shape of the settings.
pub static SETTINGS: Shape = Shape::plain(
    "settings",
    &[
        field(
            "target",
            Type::Choice(&["2.0", "2.1", "2.2"]),
            "Format version that the project is written for; without it the one that `cli_version` names, else 2.2.",
        ),
        field("browser_engine", Type::Choice(&["1.4", "2.0"]), "The DuckDB in the viewers' browsers.").default("1.4"),
        field(
            "level",
            Type::Choice(&["parse", "bind", "execute"]),
            "How deep a check goes. `parse`: texts only, no source is opened. `bind`: also option queries, columns, types and values. `execute`: also runs the queries.",
        )
        .default("bind"),
        field(
            "max_combinations",
            Type::IntegerBetween(1, MOST_COMBINATIONS as i64),
            "Combinations of choices that are looked at one by one for each insight. Above that number a sample is taken, and options that are alike stand for each other.",
        )
        .default("96"),
        field("seed", Type::Integer, "Another seed takes another sample.").default("0"),
        field(
            "hostile_options",
            Type::Boolean,
            "Also tests options that nobody has today, such as `O'Brien`, an empty text, NULL.",
        )
        .default("false"),
        field(
            "typing_pause",
            Type::IntegerBetween(0, LONGEST_TYPING_PAUSE as i64),
            "Milliseconds of quiet after which a new finding at the line being typed is shown; 0 shows it at once.",
        )
        .default("350"),
        field("timeout", Type::Plain, "Seconds for one query of the engine: more than 0, at most 600.").default("10"),
        field(
            "memory",
            Type::IntegerBetween(1, MOST_MEMORY as i64),
            "Megabytes of main memory for one query of the engine.",
        )
        .default("1000"),
        field(
            "max_values",
            Type::IntegerBetween(1, MOST_VALUES as i64),
            "Megabytes that the options of one input may take.",
        )
        .default("20"),
        field(
            "budget",
            Type::Mapping(&BUDGET),
            "What an insight may cost, whatever is chosen: more is the warning `over-budget`. Only the level `execute` measures it.",
        ),
        field("lock", Type::Mapping(&LOCK), "What `viz.lock` may tell of the data: `viz-lsp lock` writes it."),
        field(
            "severity",
            Type::Mapping(&SEVERITY),
            "How bad findings are, by their codes: `viz-lsp explain` lists them. `off` leaves a code out.",
        ),
        field(
            "read",
            Type::List(&Type::Text),
            "Folders outside of the project that its data are in, relative to it. It asks only: who checks the project allows them with `--allow-read` or `viz.check.allowRead`.",
        ),
        field(
            "baseline",
            Type::Text,
            "A file of the project with findings to leave out, as `--write-baseline` makes it.",
        ),
    ],
);

/// Shape of `budget`.
static BUDGET: Shape = Shape::plain(
    "budget",
    &[
        field("milliseconds", Type::IntegerBetween(1, i64::MAX), "How long its query may take."),
        field("rows", Type::IntegerBetween(1, i64::MAX), "How many rows it may have."),
        field("bytes", Type::IntegerBetween(1, i64::MAX), "How many bytes its rows may take as text."),
    ],
);

/// What may be told of options.
const KEEP: Type = Type::Choice(&["values", "shapes", "hash", "none"]);

/// Shape of `lock`.
static LOCK: Shape = Shape::plain(
    "lock",
    &[
        field(
            "default",
            KEEP,
            "Of all inputs. `values`: their options, and how queries fare on the data. `shapes`: made-up options that look alike. `hash`: how many there are. `none`: nothing. Without it: `values` for listed options, `shapes` for those of queries.",
        ),
        field(
            "inputs",
            Type::Mapping(&KEPT_INPUTS),
            "Of single inputs, by their names: `values`, `shapes`, `hash` or `none`.",
        ),
    ],
);

/// Shape of `inputs` of `lock`: a word for each name.
static KEPT_INPUTS: Shape = Shape { name: "lock-inputs", fields: &[], variants: None, open: true };

/// Shape of `severity`: a word for each code.
static SEVERITY: Shape = Shape::plain("severity", &CODES);

const CODES: [Field; Code::ALL.len()] = {
    let words: &[&str] = &["error", "warning", "information", "hint", "off"];
    let mut fields = [field("", Type::Choice(words), ""); Code::ALL.len()];
    let mut at = 0;
    while at < fields.len() {
        fields[at].name = Code::ALL[at].name();
        fields[at].doc = Code::ALL[at].title();
        at += 1;
    }
    fields
};
