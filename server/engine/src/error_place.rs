//! Where in the user's text an error of DuckDB is. Its places may be in other texts: of a view, or of a function that is written in
//! SQL, as `if` and `list_sum` are.

/// Bytes in the user's text: an offset, and a length if it is known.
pub(crate) type Place = (u32, Option<u32>);

/// DuckDB's own functions that are written in SQL, sorted.
const WRITTEN_IN_SQL: [&str; 73] = [
    "ago",
    "array_append",
    "array_pop_back",
    "array_pop_front",
    "array_prepend",
    "array_push_back",
    "array_push_front",
    "array_reverse",
    "array_to_string",
    "array_to_string_comma_default",
    "assert_true",
    "current_catalog",
    "current_role",
    "current_user",
    "date_add",
    "days_in_month",
    "fdiv",
    "fmod",
    "generate_subscripts",
    "geomean",
    "geometric_mean",
    "get_block_size",
    "if",
    "json",
    "json_copy_strftime_if_date",
    "json_copy_strftime_if_timestamp",
    "json_group_array",
    "json_group_object",
    "json_group_structure",
    "list_any_value",
    "list_append",
    "list_approx_count_distinct",
    "list_avg",
    "list_bit_and",
    "list_bit_or",
    "list_bit_xor",
    "list_bool_and",
    "list_bool_or",
    "list_count",
    "list_entropy",
    "list_first",
    "list_histogram",
    "list_kurtosis",
    "list_kurtosis_pop",
    "list_last",
    "list_mad",
    "list_max",
    "list_median",
    "list_min",
    "list_mode",
    "list_prepend",
    "list_product",
    "list_reverse",
    "list_sem",
    "list_skewness",
    "list_stddev_pop",
    "list_stddev_samp",
    "list_string_agg",
    "list_sum",
    "list_var_pop",
    "list_var_samp",
    "map_contains_entry",
    "map_contains_value",
    "md5_number_lower",
    "md5_number_upper",
    "nullif",
    "regexp_split_to_table",
    "session_user",
    "split_part",
    "user",
    "variant_group_array",
    "wavg",
    "weighted_avg",
];

/// Functions that DuckDB's parser calls for what is written otherwise, and what is written there.
const WRITTEN_OTHERWISE: [(&str, &[&str]); 19] = [
    ("!~~", &["like"]),
    ("!~~*", &["like"]),
    ("array_extract", &["["]),
    ("array_slice", &["["]),
    ("date_part", &["extract"]),
    ("factorial", &["!"]),
    ("ilike_escape", &["like"]),
    ("like_escape", &["like"]),
    ("ltrim", &["trim"]),
    ("not_ilike_escape", &["like"]),
    ("not_like_escape", &["like"]),
    ("regexp_full_match", &["similar"]),
    ("regexp_matches", &["~"]),
    ("rtrim", &["trim"]),
    ("struct_extract", &["[", "."]),
    ("timezone", &["zone"]),
    ("~~", &["like"]),
    ("~~*", &["like"]),
    ("~~~", &["glob"]),
];

/// The place that DuckDB tells, which was sent `prefix` bytes before the text, if it is one in this text; else the call of a function
/// that is written in SQL, if there is only one, or the same again, as in GROUP BY. `name` is what is missing.
pub(crate) fn in_text(
    place: (usize, usize),
    prefix: usize,
    text: &str,
    message: &str,
    name: Option<&str>,
) -> Option<Place> {
    let calls = written_in_sql(text);
    let range = (place.0.checked_sub(prefix)?, place.1);
    let shown = shown(range, text, name).filter(|_| calls.is_empty() || is_of_this_text(range, text, message));
    let alike = || calls.iter().all(|call| whole(text, *call) == whole(text, calls[0]));
    shown.or_else(|| calls.first().copied().filter(|_| alike()))
}

/// An error inside a view has a place in the view's text: it does not show the name that the error is about, or does not fit at all.
fn shown((offset, length): (usize, usize), text: &str, name: Option<&str>) -> Option<Place> {
    let piece = text.get(offset..offset.checked_add(length)?)?;
    let last = name.filter(|_| length > 0).and_then(|name| name.rsplit('.').next());
    if last.is_some_and(|last| !shows(piece, &plain(last))) {
        return None;
    }
    Some((u32::try_from(offset).ok()?, u32::try_from(length).ok().filter(|length| *length > 0)))
}

/// Whether a place can't be one in a function's own text: it cuts no word, and shows what the message is about.
fn is_of_this_text((offset, length): (usize, usize), text: &str, message: &str) -> bool {
    let (before, rest) = text.split_at(offset);
    let (piece, behind) = rest.split_at(length);
    let cuts = |a: &str, b: &str| a.ends_with(is_word) && b.starts_with(is_word);
    let function = message
        .split_once("given name and argument types '")
        .or_else(|| message.split_once("candidate function for the function call \""))
        .and_then(|(_, behind)| behind.split('(').next())
        .filter(|name| name.starts_with(is_word));
    let case = message.contains("in CASE expression").then_some("case");
    !cuts(before, rest)
        && !cuts(piece, behind)
        && function.is_none_or(|name| shows(piece, name))
        && case.is_none_or(|case| plain(piece).starts_with(case))
}

/// Whether a piece calls a function, by its name or by what DuckDB's parser makes a call of it.
fn shows(piece: &str, name: &str) -> bool {
    let piece = plain(piece);
    let forms = WRITTEN_OTHERWISE.iter().find(|(function, _)| *function == name).map_or(&[][..], |(_, forms)| forms);
    piece.contains(name) || forms.iter().any(|form| piece.contains(form))
}

fn plain(text: &str) -> String {
    text.replace('"', "").to_lowercase()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the function is called of which DuckDB says without a place that only an extension has it.
pub(crate) fn call_of(name: &str, text: &str) -> Option<Place> {
    calls(text).find(|(_, called)| called.eq_ignore_ascii_case(name)).and_then(as_place)
}

/// Where the function is called that a message without a place names: first of all, before `()`, or as that of an argument. The same
/// call twice is taken for one; of different calls none is told.
pub(crate) fn named_call(message: &str, text: &str) -> Option<Place> {
    let word = |text: &'_ str| text.split(|c| !is_word(c)).next().unwrap_or_default().to_lowercase();
    let first = message.split([' ', '(', ':']).next().map(word);
    let before_brackets =
        message.split_once("()").map(|(before, _)| word(&before[before.trim_end_matches(is_word).len()..]));
    let of_argument = message.split_once("argument to ").map(|(_, behind)| word(behind));
    let names = [first, before_brackets, of_argument].into_iter().flatten().filter(|name| !name.is_empty());
    let mut places = names.map(|name| {
        let mut calls = calls(text).filter(|(_, called)| called.eq_ignore_ascii_case(&name)).filter_map(as_place);
        let one = calls.next()?;
        calls.all(|call| whole(text, call).eq_ignore_ascii_case(whole(text, one))).then_some(one)
    });
    places.find_map(|place| place)
}

fn written_in_sql(text: &str) -> Vec<Place> {
    let is_one = |(_, name): &(usize, &str)| WRITTEN_IN_SQL.binary_search(&&*name.to_lowercase()).is_ok();
    calls(text).filter(is_one).filter_map(as_place).collect()
}

/// A call with its arguments.
fn whole(text: &str, (at, _): Place) -> &str {
    let call = &text[at as usize..];
    let mut depth = 0_usize;
    let close = |c: char| {
        depth = if c == '(' { depth + 1 } else { depth - usize::from(c == ')' && depth > 0) };
        c == ')' && depth == 0
    };
    &call[..call.find(close).unwrap_or(call.len())]
}

fn as_place((at, name): (usize, &str)) -> Option<Place> {
    Some((u32::try_from(at).ok()?, u32::try_from(name.len()).ok()))
}

/// The words before an opening parenthesis, and where they begin. What is behind a dot or a quotation mark is none.
fn calls(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('(').filter_map(|(at, _)| {
        let before = text[..at].trim_end();
        let start = before.trim_end_matches(is_word).len();
        let name = &before[start..];
        (!name.is_empty() && !text[..start].ends_with(['.', '\'', '"'])).then_some((start, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_functions_written_in_sql_are_known() {
        let conn = duckdb::Connection::open_in_memory().unwrap();
        let sql = "select distinct function_name from duckdb_functions()
            where internal and macro_definition is not null and schema_name = 'main' and function_type = 'macro' order by 1";
        let mut statement = conn.prepare(sql).unwrap();
        let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(names, WRITTEN_IN_SQL);
    }

    /// What DuckDB itself says, whatever stands before the call and however it is spelled.
    #[test]
    fn an_error_inside_one_is_at_its_call() {
        let conn = duckdb::Connection::open_in_memory().unwrap();
        conn.execute_batch("set errors_as_json = true").unwrap();
        let calls = [
            ("IF", "(true, interval 1 day, 1)"),
            ("list_sum", "(1)"),
            ("split_part", "(1, 2, 3)"),
            ("fdiv", "('a', true)"),
            ("array_push_back", "(1, 2)"),
            ("days_in_month", " (true)"),
            ("geomean", "(true)"),
        ];
        for (name, arguments) in calls {
            for width in 0..180 {
                let text =
                    format!("select 1 as {}, {name}{arguments} group by {name}{arguments}", "a".repeat(width + 1));
                let error = conn.prepare(&text).map(drop).unwrap_err();
                let crate::errors::Failure::Sql(error) = crate::errors::failure(error, &text, 0) else {
                    panic!("{text}")
                };
                let at = error.offset.zip(error.length).map(|(at, length)| &text[at as usize..(at + length) as usize]);
                assert!(at.is_some_and(|at| at.starts_with(name)), "{text}: {at:?} {}", error.message);
            }
        }
    }

    /// What DuckDB says without a place, of its own functions.
    #[test]
    fn an_error_without_a_place_is_at_the_call_that_it_names() {
        let conn = duckdb::Connection::open_in_memory().unwrap();
        conn.execute_batch("set errors_as_json = true").unwrap();
        for (text, place) in [
            ("select 1, row_to_json(2)", Some("row_to_json")),
            ("select first(1), ROW_TO_JSON(2) group by row_to_json(2)", Some("ROW_TO_JSON")),
            ("select row_to_json(1), row_to_json(2)", None),
            ("select first(1), struct_insert(row(1), a := 2)", Some("struct_insert")),
            ("select struct_update(row(1), a := 2)", Some("struct_update")),
        ] {
            let error = conn.prepare(text).map(drop).unwrap_err();
            let crate::errors::Failure::Sql(error) = crate::errors::failure(error, text, 0) else { panic!("{text}") };
            let at = error.offset.zip(error.length).map(|(at, length)| &text[at as usize..(at + length) as usize]);
            assert_eq!(at, place, "{text}: {}", error.message);
        }
    }

    /// What DuckDB's parser makes calls of: the error is where that is written, not at a call of `if` beside it.
    #[test]
    fn an_error_of_syntax_that_calls_is_at_its_place() {
        let conn = duckdb::Connection::open_in_memory().unwrap();
        conn.execute_batch("set errors_as_json = true").unwrap();
        let syntaxes = [
            "extract(year from 1)",
            "extract(epoch from true)",
            "position('a' in 1)",
            "substring(true from 1 for 2)",
            "trim(leading true from 2)",
            "trim(trailing true from 2)",
            "overlay(1 placing 2 from 3)",
            "true at time zone 'UTC'",
            "true[1]",
            "(date '2024-01-01')[1]",
            "1 similar to 2",
            "1 not similar to 2",
            "date '2024-01-01' ~ 2",
            "1 like true escape 2",
            "1 not like true escape 2",
            "1 ilike true escape 2",
            "1 not ilike true escape 2",
            "1 glob 2",
            "1 like true",
            "1 not ilike true",
            "true!",
            "true.upper()",
            "- true",
            "true ** date '2024-01-01'",
            "[1] @> 2",
            "interval '1' day * true",
        ];
        for syntax in syntaxes {
            for text in
                [format!("select {syntax}, if(true, 1, 2)"), format!("select if(true, 1, 2) as \"a b\", {syntax}")]
            {
                let error = conn.prepare(&text).map(drop).unwrap_err();
                let crate::errors::Failure::Sql(error) = crate::errors::failure(error, &text, 0) else {
                    panic!("{text}")
                };
                let begins = text.find(syntax).unwrap();
                let inside = |at: u32| (begins..begins + syntax.len()).contains(&(at as usize));
                assert!(error.offset.is_some_and(inside), "{text}: {:?} {}", error.offset, error.message);
            }
        }
    }
}
