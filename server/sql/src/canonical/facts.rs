//! SQLGlot's facts, written by `server/sql/generate/facts.py`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What is printed for a function with one number of arguments.
#[derive(Debug)]
pub(super) enum Row {
    /// The parser refuses so many arguments.
    Refused,
    /// No rule is known.
    Unknown,
    /// A text with `{0}` … for the arguments and `@` for the function's name.
    Template {
        text: &'static str,
        /// What it is as an argument of another function.
        shape: char,
        /// By argument: shapes that get parentheses.
        wrapped: Vec<(usize, &'static str)>,
        /// By argument: shapes of which we don't know what becomes of them.
        unknown: Vec<(usize, &'static str)>,
        /// The first argument is one of these literals, printed in upper case or as it is.
        units: Option<(bool, Vec<&'static str>)>,
    },
}

pub(super) struct Facts {
    /// Words, by their text in upper case.
    pub words: HashMap<&'static str, &'static str>,
    /// Keywords of several words or with signs in them, in order.
    pub phrases: Vec<&'static str>,
    /// Signs of one character.
    pub signs: HashMap<char, &'static str>,
    sets: HashMap<&'static str, HashSet<&'static str>>,
    /// The token of each type's word, and how the type is printed with no, one and two numbers behind it.
    pub types: HashMap<&'static str, [&'static str; 4]>,
    /// Parts of dates in EXTRACT.
    pub parts: HashMap<&'static str, &'static str>,
    /// Long names of units of intervals.
    pub units: HashMap<&'static str, &'static str>,
    /// Functions without parentheses, by their token.
    pub no_paren: HashMap<&'static str, &'static str>,
    functions: HashMap<&'static str, HashMap<&'static str, usize>>,
    rows: Vec<Row>,
}

/// The tables.
pub(super) static FACTS: LazyLock<Facts> = LazyLock::new(read);

impl Facts {
    /// Whether a set of the parser holds a token or word.
    pub fn has(&self, set: &str, member: &str) -> bool {
        self.sets.get(set).is_some_and(|set| set.contains(member))
    }

    /// Whether the parser has a function of this name, in upper case.
    pub fn knows(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// The row of a function that the parser has. With `units`, the one for a literal as first argument.
    pub fn row(&self, name: &str, arguments: usize, units: bool) -> Option<&Row> {
        let rows = self.functions.get(name)?;
        let key = format!("{arguments}{}", if units { "u" } else { "" });
        match rows.get(key.as_str()) {
            Some(index) => self.rows.get(*index),
            None if units => None,
            // `*`: not tried at all, `+`: not tried with so many arguments.
            None if rows.contains_key("*") || rows.contains_key("+") => Some(&Row::Unknown),
            None => Some(&Row::Refused),
        }
    }
}

fn read() -> Facts {
    let (mut words, mut phrases, mut signs) = (HashMap::new(), Vec::new(), HashMap::new());
    for line in include_str!("facts/tokens.tsv").lines() {
        let mut fields = line.split('\t');
        let (Some(word), Some(token)) = (fields.next(), fields.next()) else { continue };
        if fields.next().is_some() {
            signs.extend(word.chars().next().map(|sign| (sign, token)));
        } else {
            words.insert(word, token);
            phrases.push(word);
        }
    }
    phrases.retain(|word| word.contains(|c| c == ' ' || signs.contains_key(&c)));
    let (mut sets, mut parts, mut no_paren, mut units) =
        (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
    for line in include_str!("facts/sets.tsv").lines() {
        let Some((name, members)) = line.split_once('\t') else { continue };
        let pairs = members.split(' ').filter_map(|pair| pair.split_once('='));
        match name {
            "part" => parts.extend(pairs),
            "unit" => units.extend(pairs),
            "no_paren_text" => no_paren.extend(pairs.filter_map(|(word, text)| Some((*words.get(word)?, text)))),
            _ => {
                sets.insert(name, members.split(' ').collect());
            }
        }
    }
    let mut types = HashMap::new();
    for line in include_str!("facts/types.tsv").lines() {
        if let [word, token, none, one, two] = line.split('\t').collect::<Vec<_>>()[..] {
            types.insert(word, [token, none, one, two]);
        }
    }
    let (rows, functions) = functions(include_str!("facts/functions.tsv"));
    Facts { words, phrases, signs, sets, types, parts, units, no_paren, functions, rows }
}

type Functions = HashMap<&'static str, HashMap<&'static str, usize>>;

fn functions(text: &'static str) -> (Vec<Row>, Functions) {
    let (rows, names) = text.split_once("\n\n").unwrap_or((text, ""));
    let rows = rows.lines().filter_map(|line| Some(row(line.split_once('\t')?.1))).collect();
    let entry = |entry: &'static str| {
        let (arguments, row) = entry.split_once(':').unwrap_or((entry, "0"));
        Some((arguments, row.parse().ok()?))
    };
    let names = names.lines().filter_map(|line| line.split_once('\t'));
    (rows, names.map(|(name, entries)| (name, entries.split(' ').filter_map(entry).collect())).collect())
}

fn row(text: &'static str) -> Row {
    let fields: Vec<&'static str> = text.split('\t').collect();
    match fields[..] {
        ["!", ..] => Row::Refused,
        [template, shape, wrapped, unknown, ref units @ ..] => Row::Template {
            text: template,
            shape: shape.chars().next().unwrap_or('?'),
            wrapped: by_argument(wrapped),
            unknown: by_argument(unknown),
            units: units.first().map(|units| (units.starts_with('^'), units[1..].split(' ').collect())),
        },
        _ => Row::Unknown,
    }
}

/// `0ab,2c`: the shapes of each argument.
fn by_argument(text: &'static str) -> Vec<(usize, &'static str)> {
    let one = |part: &'static str| Some((part.get(..1)?.parse().ok()?, &part[1..]));
    text.split(',').filter_map(one).collect()
}

/// Aggregate functions in lower case, with the types of the sources in whose dialects they are such; `None` for all.
pub(super) static AGGREGATES: LazyLock<HashMap<&'static str, Option<&'static str>>> = LazyLock::new(|| {
    let line = |line: &'static str| match line.split_once('\t') {
        Some((name, sources)) => (name, Some(sources)),
        None => (line, None),
    };
    include_str!("facts/aggregates.tsv").lines().map(line).collect()
});
