//! Views, macros and generated columns that are stored in a user's database: a query that uses one does what that says.

use crate::file_names::{Judge, Names};
use crate::gate;
use crate::viewers_macros;
use duckdb::Connection;
use duckdb::types::Value;
use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use viz_facts::Unknown;

/// All views, macros and generated columns of a database, and the names of its types.
#[derive(Default)]
pub(crate) struct Definitions {
    all: Vec<Definition>,
    /// In lower case.
    types: Vec<String>,
}

/// What is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    View,
    Macro,
    /// A generated column, which has no name of its own here.
    Column,
}

/// A view, a macro, or a generated column.
pub(crate) struct Definition {
    /// In lower case. A generated column has its table's name: `*` reads it, too.
    name: String,
    kind: Kind,
    /// Whether a text can use it without its name: DuckDB calls functions for pieces of syntax (`[x]` is `list_value(x)`, `like` is
    /// `~~`), and a quoted name may be spelled in other ways than it is called.
    unnamed: bool,
    /// As a query.
    sql: String,
    /// What it names.
    names: OnceCell<Result<Names, Unknown>>,
}

/// How the names of table functions begin that DuckDB calls where no text names them: for files in FROM (`from 'a.csv'`), and for
/// `describe` and `show`. The others, such as `query`, are called by their names only.
const TABLES_BY_SYNTAX: [&str; 5] = ["read_", "parquet_", "duckdb_", "pragma_", "show_"];

/// Functions that DuckDB calls for words of SQL, whether this build has them or an extension: `localtime` is `current_localtime()`.
const VALUES_BY_SYNTAX: [&str; 6] = [
    "current_date",
    "current_localtime",
    "current_localtimestamp",
    "get_current_time",
    "get_current_timestamp",
    "timezone",
];

/// What nobody can follow.
const UNCLEAR: &str = "select * from read_text(unknown)";

/// Macros with parameters that are looked at for defaults.
const MOST_PROBED: usize = 1_000;

/// Types that extensions bring, which this build need not have.
const TYPES_OF_EXTENSIONS: [&str; 5] = ["json", "inet", "geometry", "variant", "timestamptz"];

impl Definition {
    fn new(name: &str, by_syntax: bool, sql: String) -> Self {
        let plain = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let unnamed = by_syntax || name.is_empty() || !name.chars().all(plain);
        Self { name: name.to_lowercase(), kind: Kind::Macro, unnamed, sql, names: OnceCell::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.sql
    }
}

impl Definitions {
    /// Those of an attached database. If they can't be told, one that nobody can follow, of a name that every text contains.
    pub(crate) fn of(conn: &Connection, database: &str) -> Self {
        // No function is called but DuckDB's own catalogue: a macro in the database may have its name.
        let sql = "select view_name, 'view', sql, schema_name, null from system.main.duckdb_views()
                       where not internal and database_name = $1
                   union all select function_name, function_type, macro_definition, schema_name, parameters from system.main.duckdb_functions()
                       where not internal and database_name = $1 and macro_definition is not null
                   union all select table_name, 'column', generation_expression, schema_name, null from system.main.duckdb_columns()
                       where not internal and database_name = $1 and generation_expression is not null";
        let lower = |row: &duckdb::Row<'_>| Ok(row.get::<_, String>(0)?.to_lowercase());
        // What DuckDB has itself calls the rest of it by names: `show tables` reads `duckdb_tables`, `histogram` calls `histogram_values`.
        let built_in = || -> duckdb::Result<HashSet<String>> {
            let sql = "select distinct function_name from system.main.duckdb_functions() where internal
                       union select distinct view_name from system.main.duckdb_views() where internal";
            conn.prepare(sql)?.query_map([], lower)?.collect()
        };
        let read = || -> duckdb::Result<Vec<Definition>> {
            let row = |row: &duckdb::Row<'_>| {
                let takes = matches!(row.get(4)?, Value::List(parameters) if !parameters.is_empty());
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, takes.then(|| row.get(3)).transpose()?))
            };
            let rows: Vec<(String, String, String, Option<String>)> =
                conn.prepare(sql)?.query_map([database], row)?.collect::<duckdb::Result<_>>()?;
            let mut probes = MOST_PROBED;
            // Most databases store neither, and need not be compared with all that there is.
            let stores = rows.iter().any(|(_, kind, ..)| kind != "column");
            let built_in = if stores { built_in()? } else { HashSet::new() };
            let definition = |(name, kind, text, takes): (String, String, String, Option<String>)| {
                let text = match takes {
                    Some(schema) if probes == 0 || has_defaults(conn, [database, &schema, &name], &kind) => {
                        UNCLEAR.to_owned()
                    }
                    Some(_) => {
                        probes -= 1;
                        text
                    }
                    None => text,
                };
                let name = name.to_lowercase();
                let own = built_in.contains(&name) || VALUES_BY_SYNTAX.contains(&name.as_str());
                let (kind, sql) = match kind.as_str() {
                    "view" => (Kind::View, body(&text).unwrap_or_default()),
                    "column" => (Kind::Column, format!("SELECT ({text}\n)")),
                    "macro" if text != UNCLEAR => (Kind::Macro, format!("SELECT ({text}\n)")),
                    _ => (Kind::Macro, text),
                };
                let by_syntax = kind != Kind::Column
                    && (own || TABLES_BY_SYNTAX.iter().any(|beginning| name.starts_with(beginning)));
                Definition { kind, ..Definition::new(&name, by_syntax, sql) }
            };
            Ok(rows.into_iter().map(definition).collect())
        };
        let types = || -> duckdb::Result<Vec<String>> {
            let sql = "select type_name from system.main.duckdb_types() where not internal and database_name = $1";
            conn.prepare(sql)?.query_map([database], lower)?.collect()
        };
        let types_of_duckdb = || -> duckdb::Result<HashSet<String>> {
            let sql = "select distinct type_name from system.main.duckdb_types() where internal";
            conn.prepare(sql)?.query_map([], lower)?.collect()
        };
        let unclear = || vec![Definition::new("", true, UNCLEAR.to_owned())];
        // The names of files are computed where there is none of these, so that they could come out otherwise.
        let is_taken = |types: &[String]| -> duckdb::Result<bool> {
            let own = if types.is_empty() { HashSet::new() } else { types_of_duckdb()? };
            Ok(types.iter().any(|name| own.contains(name) || TYPES_OF_EXTENSIONS.contains(&name.as_str())))
        };
        match read().and_then(|all| Ok((all, types()?))) {
            Ok((all, types)) if matches!(is_taken(&types), Ok(false)) => Self { all, types },
            _ => Self { all: unclear(), types: Vec::new() },
        }
    }

    /// Whether one has this name.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.all.iter().any(|definition| definition.kind != Kind::Column && definition.name == name)
    }

    /// Whether a text that means DuckDB's own functions and types could be taken to mean some of these. In doubt it is.
    pub(crate) fn may_stand_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let mut macros = self.all.iter().filter(|definition| definition.kind == Kind::Macro).peekable();
        // The viewers' macros call functions that the text does not name.
        let any = macros.peek().is_some() && text.contains(viewers_macros::BEGINNING);
        let words: HashSet<&str> = words(&text).collect();
        any || macros.any(|definition| definition.unnamed || words.contains(definition.name.as_str()))
            || self.types.iter().any(|name| text.contains(name.as_str()))
    }

    /// Those whose names occur in a text or in one another's, and those that are used without their names.
    pub(crate) fn used(&self, text: &str) -> impl Iterator<Item = &Definition> {
        let (mut used, named): (Vec<&Definition>, Vec<&Definition>) =
            self.all.iter().partition(|definition| definition.unnamed);
        let mut left: HashMap<&str, Vec<&Definition>> = HashMap::new();
        named.into_iter().for_each(|definition| left.entry(&definition.name).or_default().push(definition));
        let mut texts = vec![text.to_lowercase()];
        texts.extend(used.iter().map(|definition| definition.sql.to_lowercase()));
        while let Some(text) = texts.pop() {
            for named in words(&text).filter_map(|word| left.remove(word)) {
                texts.extend(named.iter().map(|definition| definition.sql.to_lowercase()));
                used.extend(named);
            }
        }
        used.into_iter()
    }

    /// What those name that a text uses.
    pub(crate) fn named(&self, text: &str, judge: &mut Judge) -> Result<Names, Unknown> {
        let own = |name: &str| self.names(name);
        let (mut found, mut text) = (Names::default(), text.to_owned());
        // A table whose name is computed in one of them is used, too.
        loop {
            let before = found.len();
            found = Names::default();
            for definition in self.used(&text) {
                let names = definition.names.get_or_init(|| {
                    let named = gate::stored(judge.conn(), &definition.sql)?;
                    judge.names(&named, &own)
                });
                found.extend(names.clone()?);
            }
            if found.len() == before {
                return Ok(found);
            }
            text = format!("{text} {}", found.tables.join(" "));
        }
    }
}

/// Whether a macro's parameter has a default, which DuckDB's catalogue does not tell: a file can hold any expression there. Who calls the macro wrongly
/// is told its parameters.
fn has_defaults(conn: &Connection, name: [&str; 3], kind: &str) -> bool {
    let name = name.map(|part| format!("\"{}\"", part.replace('"', "\"\""))).join(".");
    let from = if kind == "macro" { "" } else { "* from " };
    let told = conn.prepare(&format!("select {from}{name}(viz_no_such_parameter := 1)"));
    let message = told.err().map(|error| error.to_string()).unwrap_or_default();
    let candidates = message.split_once("Candidate macros:");
    // Behind them the query is quoted.
    candidates.is_none_or(|(_, rest)| rest.split("LINE 1:").next().is_none_or(|candidates| candidates.contains(":=")))
}

/// The words of a text: a name of ASCII letters, digits and `_` is used by no text that has not this word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty())
}

/// What follows `CREATE VIEW name (columns) AS`.
fn body(view: &str) -> Option<String> {
    let tokens = Tokenizer::new(&DuckDbDialect {}, view).with_unescape(false).tokenize().ok()?;
    let mut depth = 0_usize;
    let at = tokens.iter().position(|token| {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(word) => {
                return depth == 0 && word.quote_style.is_none() && word.value.eq_ignore_ascii_case("as");
            }
            _ => {}
        }
        false
    })?;
    Some(tokens[at + 1..].iter().map(Token::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_without_its_name() {
        let used = |name: &str, built_in: bool, text: &str| {
            Definitions { all: vec![Definition::new(name, built_in, String::new())], types: Vec::new() }
                .used(text)
                .count()
                == 1
        };
        for (name, text) in [("rd", "from rd('a')"), ("a\"c", "from \"a\"\"c\"()"), ("~~", "select a like b")] {
            assert!(used(name, false, text), "{name}: {text}");
        }
        assert!(used("list_value", true, "select [a]"));
        assert!(!used("rd", false, "select card, \"word\", rd_x from ordered"));
    }

    /// Whatever else the database stores: what is asked about it calls none of that.
    #[test]
    fn what_syntax_calls_is_seen_beside_macros_of_our_own_words() {
        let blind = ["lower(x) as uuid()::varchar", "regexp_matches(a, b) as false", "upper(x) as error('no')"];
        for (stored, text) in [
            ("list_value(x) as (select 1)", "select [1]"),
            ("LIST_VALUE(x) as (select 1)", "select [1]"),
            ("current_localtimestamp() as 1", "select localtimestamp"),
            ("current_localtime() as 1", "select localtime"),
            ("get_current_time() as 1", "select current_time"),
            ("get_current_timestamp() as 1", "select current_timestamp"),
            ("timezone(a, b) as 1", "select d at time zone 'UTC'"),
            ("read_csv_auto(x) as table select 1", "from 'x.csv'"),
            ("read_xlsx(x) as table select 1", "from 'x.xlsx'"),
        ] {
            let conn = duckdb::Connection::open_in_memory().unwrap();
            conn.execute_batch("attach ':memory:' as shop; use shop").unwrap();
            for one in blind.iter().chain([&stored]) {
                conn.execute_batch(&format!("create macro {one}")).unwrap();
            }
            let found = Definitions::of(&conn, "shop");
            let name = stored.split('(').next().unwrap().to_lowercase();
            assert!(found.used(text).any(|one| one.name == name), "{stored}: {text}");
        }
    }

    /// The names that DuckDB's own things call each other by, and defaults, which its catalogue does not show.
    #[test]
    fn what_stands_in_for_duckdbs_own_is_seen_and_what_is_hidden_is_unclear() {
        let of = |stored: &str| {
            let conn = duckdb::Connection::open_in_memory().unwrap();
            conn.execute_batch("attach ':memory:' as shop; use shop").unwrap();
            conn.execute_batch(stored).unwrap();
            Definitions::of(&conn, "shop")
        };
        for stored in [
            "create macro histogram_values(s, c, bin_count := 1, technique := 'x') as table select 1 as bin",
            "create view duckdb_tables as select 1 as name",
            "create view sqlite_master as select 1 as name",
            "create type json as integer",
        ] {
            assert_eq!(of(stored).used("select 1").count(), 1, "{stored}");
        }
        for (stored, unclear) in [
            ("create macro f(x, a := 'b') as a", true),
            ("create macro f(x, a := 1) as table select a as b", true),
            ("create macro f(x) as x", false),
            ("create macro f(x) as table select x as b", false),
            ("create macro f() as 1", false),
            ("create macro f(x) as x, (x, y := 2) as y", true),
            ("create macro \"f\"(\"a := b\") as 1", true),
        ] {
            let found = of(stored);
            assert_eq!(found.used("select f(1)").any(|one| one.sql == UNCLEAR), unclear, "{stored}");
        }
        assert_eq!(of("create type mood as enum ('a'); create view v as select 1 as a").used("select 1").count(), 0);
    }

    #[test]
    fn bodies_of_views() {
        for (view, expected) in [
            ("CREATE VIEW v AS SELECT 1;", "SELECT 1;"),
            (
                "CREATE VIEW \"a as b\".\"c\"\"d\" (\"as\", x) AS SELECT 'it''s', \"q\"\"r\";",
                "SELECT 'it''s', \"q\"\"r\";",
            ),
        ] {
            assert_eq!(body(view).unwrap().trim(), expected);
        }
        assert_eq!(body("CREATE VIEW v"), None);
    }
}
