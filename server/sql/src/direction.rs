//! Where a sort's expression ends and its direction begins.

/// A sort without `ASC`, `DESC`, `NULLS FIRST`, `NULLS LAST` and a placeholder at its end (`R-SQL-08`, `R-SQL-09`).
pub fn without_direction(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let lower = rest.to_ascii_lowercase();
        let cut = [" asc", " desc", " nulls first", " nulls last"].iter().find(|word| lower.ends_with(*word));
        match (cut, rest.rfind(" ${")) {
            (Some(word), _) => rest = rest[..rest.len() - word.len()].trim_end(),
            (None, Some(at)) if rest.ends_with('}') && !rest[at + 1..].contains(' ') && is_operand(&rest[..at]) => {
                rest = rest[..at].trim_end();
            }
            _ => return rest,
        }
    }
}

/// Whether a text ends in a whole operand: what follows it is no operand of its own (F4).
fn is_operand(text: &str) -> bool {
    const OPERATORS: &[&str] = &[
        "and", "or", "not", "like", "ilike", "glob", "in", "is", "between", "div", "collate", "when", "then", "else",
        "case", "from", "to", "escape", "interval", "zone", "by",
    ];
    let text = text.trim_end();
    let word = text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    text.ends_with([')', ']', '"', '\'', '}']) || !word.is_empty() && !OPERATORS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_behind_an_operator_is_no_direction() {
        for (text, expression) in [
            ("a desc", "a"),
            ("a DESC nulls last", "a"),
            ("a ${dir.value}", "a"),
            ("f(a) ${dir.value} nulls first", "f(a)"),
            ("a * ${n.value}", "a * ${n.value}"),
            ("a = ${n.value}", "a = ${n.value}"),
            ("a and ${n.value}", "a and ${n.value}"),
            ("a || ${n.value} desc", "a || ${n.value}"),
        ] {
            assert_eq!(without_direction(text), expression, "{text}");
        }
    }
}
