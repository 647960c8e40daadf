//! Names the kind of a statement for people.

use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

/// What a text is, roughly: enough to say "this is an INSERT", never used to let a text through.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// The keyword that says what the first statement does, in upper case.
    pub keyword: Option<String>,
    /// Number of statements, empty ones not counted.
    pub statements: usize,
    /// Whether the word PIVOT occurs outside quotes and comments.
    pub pivot: bool,
    /// The keyword of a statement in parentheses that writes, in upper case: `INSERT` for `with a as (insert into t …)`.
    pub writes: Option<String>,
}

/// Reads a text with sqlparser's tokenizer. `None` if that fails.
pub(crate) fn outline(sql: &str) -> Option<Outline> {
    let tokens = Tokenizer::new(&DuckDbDialect {}, sql).tokenize().ok()?;
    let mut outline = Outline { keyword: None, statements: 0, pivot: false, writes: None };
    let significant: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    outline.writes = significant.windows(3).find_map(written);
    let mut depth = 0_usize;
    let mut inside = false;
    for token in &tokens {
        match token {
            Token::Whitespace(_) => continue,
            Token::SemiColon => {
                inside = false;
                depth = 0;
                continue;
            }
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(word) if word.quote_style.is_none() => {
                let word = word.value.to_ascii_uppercase();
                outline.pivot |= word == "PIVOT" || word == "PIVOT_WIDER";
                let first = outline.statements == usize::from(inside);
                let decides = match outline.keyword.as_deref() {
                    None => true,
                    // WITH … INSERT: the verb follows at the same depth.
                    Some("WITH") => depth == 0 && VERBS.contains(&word.as_str()),
                    Some(_) => false,
                };
                if first && decides {
                    outline.keyword = Some(word);
                }
            }
            _ => {}
        }
        if !inside {
            inside = true;
            outline.statements += 1;
        }
    }
    Some(outline)
}

/// The verb of a statement that writes, behind its parenthesis. A column may be called so, but no word follows it then.
fn written(tokens: &[&Token]) -> Option<String> {
    let [Token::LParen, Token::Word(verb), Token::Word(_) | Token::LParen] = tokens else { return None };
    let verb = Some(verb).filter(|verb| verb.quote_style.is_none())?.value.to_ascii_uppercase();
    WRITES.contains(&verb.as_str()).then_some(verb)
}

const WRITES: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"];
const VERBS: [&str; 8] = ["SELECT", "FROM", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE"];

/// The verb behind the name of a writing query node of DuckDB: `COPY_QUERY_NODE` → `COPY`.
pub(crate) fn node_verb(node: &str) -> &str {
    node.split('_').next().unwrap_or(node)
}

/// "an INSERT", "a COPY".
pub(crate) fn with_article(keyword: &str) -> String {
    let vowel = keyword.starts_with(['A', 'E', 'I', 'O', 'U']) && !keyword.starts_with("US");
    format!("{} {keyword}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(sql: &str) -> String {
        outline(sql).unwrap().keyword.unwrap()
    }

    #[test]
    fn kinds_have_names() {
        assert_eq!(keyword("-- c\n insert into t values (1)"), "INSERT");
        assert_eq!(keyword("with a as (select 1) delete from t"), "DELETE");
        assert_eq!(keyword("with a as (delete from t returning *) select 1"), "SELECT");
        assert_eq!(keyword("(select 1)"), "SELECT");
        assert_eq!(keyword("explain select 1; drop table t"), "EXPLAIN");
        assert_eq!(outline("select 1; ; drop table t;").unwrap().statements, 2);
        assert_eq!(outline("/* ; */ ").unwrap().statements, 0);
        assert!(outline("from (pivot t on a using sum(b))").unwrap().pivot);
        assert!(!outline("select 'pivot'").unwrap().pivot);
    }

    #[test]
    fn articles() {
        assert_eq!(with_article("INSERT"), "an INSERT");
        assert_eq!(with_article("COPY"), "a COPY");
        assert_eq!(with_article("USE"), "a USE");
    }
}
