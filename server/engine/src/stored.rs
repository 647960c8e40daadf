//! Views and macros that are stored in a user's database: a query that uses one does what that says.

use crate::file_names::{Judge, Names};
use crate::gate;
use duckdb::Connection;
use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};
use std::cell::OnceCell;
use viz_facts::Unknown;

/// All views and macros of a database.
#[derive(Default)]
pub(crate) struct Definitions {
    all: Vec<Definition>,
}

/// A view or a macro.
pub(crate) struct Definition {
    /// In lower case.
    name: String,
    /// As a query.
    sql: String,
    /// What it names.
    names: OnceCell<Result<Names, Unknown>>,
}

impl Definition {
    fn new(name: &str, sql: String) -> Self {
        Self { name: name.to_lowercase(), sql, names: OnceCell::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.sql
    }
}

impl Definitions {
    /// Those of an attached database. If they can't be told, one that nobody can follow, of a name that every text contains.
    pub(crate) fn of(conn: &Connection, database: &str) -> Self {
        // By DuckDB's own functions: a macro in the database may have their names.
        let sql =
            "select view_name, 'view', sql from system.main.duckdb_views() where not internal and database_name = $1
                   union all select function_name, function_type, macro_definition from system.main.duckdb_functions()
                   where not internal and database_name = $1 and macro_definition is not null";
        let read = || -> duckdb::Result<Vec<Definition>> {
            let mut statement = conn.prepare(sql)?;
            let definition = |row: &duckdb::Row<'_>| {
                let (name, kind, text): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let sql = match kind.as_str() {
                    "view" => body(&text).unwrap_or_default(),
                    "macro" => format!("SELECT ({text}\n)"),
                    _ => text,
                };
                Ok(Definition::new(&name, sql))
            };
            statement.query_map([database], definition)?.collect()
        };
        let unclear = || vec![Definition::new("", "select * from read_text(unknown)".to_owned())];
        Self { all: read().unwrap_or_else(|_| unclear()) }
    }

    /// Whether one has this name.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.all.iter().any(|definition| definition.name == name)
    }

    /// Those whose names occur in a text or in one another's.
    pub(crate) fn used(&self, text: &str) -> impl Iterator<Item = &Definition> {
        let mut left: Vec<&Definition> = self.all.iter().collect();
        let mut used: Vec<&Definition> = Vec::new();
        let mut texts = vec![text.to_lowercase()];
        while let Some(text) = texts.pop() {
            let (named, others): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|definition| text.contains(definition.name.as_str()));
            texts.extend(named.iter().map(|definition| definition.sql.to_lowercase()));
            used.extend(named);
            left = others;
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
