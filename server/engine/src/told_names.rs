//! Whether a query asks what databases are called. That is nobody's business where a name is made of a variable.

use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

/// What tells the names of databases.
const TELLING: [&str; 5] =
    ["current_database", "current_catalog", "information_schema", "in_search_path", "current_schemas"];

/// Beginnings of names of functions and views that do.
const BEGINNINGS: [&str; 3] = ["duckdb_", "pragma_", "pg_"];

/// What may follow `SHOW` there.
const SHOWN: [&str; 4] = ["all", "databases", "schemas", "tables"];

/// Whether a text may ask for the name of a database, as far as can be seen in it.
pub fn asks_for_database_names(sql: &str) -> bool {
    let Ok(tokens) = Tokenizer::new(&DuckDbDialect {}, sql).tokenize() else { return true };
    let words = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).map(|token| match token {
        Token::Word(word) => word.value.to_ascii_lowercase(),
        // DuckDB takes texts for names of tables.
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => text.to_ascii_lowercase(),
        _ => String::new(),
    });
    let mut before = String::new();
    for word in words {
        let last = word.rsplit('.').next().unwrap_or_default();
        if TELLING.contains(&last)
            || TELLING.iter().any(|name| word.starts_with(&format!("{name}.")))
            || BEGINNINGS.iter().any(|name| last.starts_with(name))
            || before == "show" && SHOWN.contains(&last)
        {
            return true;
        }
        before = word;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::asks_for_database_names;

    #[test]
    fn names_are_asked_for_in_many_ways() {
        for sql in [
            "select current_database()",
            "select \"Current_Database\"()",
            "select main.current_catalog()",
            "select table_catalog from information_schema.tables",
            "from 'information_schema.tables'",
            "select database_name from duckdb_tables()",
            "from pg_catalog.pg_tables",
            "from (show/**/all tables)",
            "select '",
        ] {
            assert!(asks_for_database_names(sql), "{sql}");
        }
        for sql in ["select city, show from orders where city = 'current_databases'", "select 1 as duck"] {
            assert!(!asks_for_database_names(sql), "{sql}");
        }
    }
}
