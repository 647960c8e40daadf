//! The words of SQL that are no names.

/// Words that stand between expressions, in lower case and in alphabetical order.
pub(crate) const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "anti",
    "any",
    "as",
    "asc",
    "asof",
    "between",
    "by",
    "case",
    "cast",
    "collate",
    "cross",
    "current",
    "desc",
    "distinct",
    "else",
    "end",
    "escape",
    "except",
    "exclude",
    "exists",
    "false",
    "filter",
    "first",
    "following",
    "from",
    "full",
    "glob",
    "group",
    "having",
    "ilike",
    "in",
    "inner",
    "intersect",
    "interval",
    "is",
    "join",
    "last",
    "lateral",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "nulls",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "pivot",
    "positional",
    "preceding",
    "qualify",
    "range",
    "recursive",
    "replace",
    "right",
    "row",
    "rows",
    "sample",
    "select",
    "semi",
    "similar",
    "then",
    "to",
    "true",
    "try_cast",
    "unbounded",
    "union",
    "unpivot",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// Whether a word is one of them, in any case.
pub(crate) fn is_keyword(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    KEYWORDS.binary_search(&lower.as_str()).is_ok()
}

/// Words that DuckDB or SQLite don't take as the name of a column that has no quotes.
const RESERVED: &str = "
    add all alter analyse analyze and anti any array as asc asof asymmetric authorization
    autoincrement between binary both case cast check collate collation column commit concurrently
    constraint create cross default deferrable delete desc describe distinct do drop else end escape
    except exists false fetch for foreign freeze from full generated glob group having ilike in
    index initially inner insert intersect into is isnull join lambda lateral leading left like
    limit natural not nothing notnull null offset on only or order outer overlaps pivot pivot_longer
    pivot_wider placing positional primary qualify references returning right select semi set show
    similar some summarize symmetric table tablesample then to trailing transaction true try_cast
    union unique unpivot update using values variadic verbose when where window with
";

/// Whether a word, in small letters, needs quotes to be the name of a column.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.split_ascii_whitespace().any(|reserved| reserved == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_sorted() {
        assert!(KEYWORDS.is_sorted());
        assert!(is_keyword("Select") && !is_keyword("region"));
    }
}
