//! The rule of the format that a finding stands on. It is written at the end of a message, `(R-NAME-04)`, and shown to those who ask: in
//! JSON and with `explain`, not to whoever reads the message.

/// Takes the rule off the end of a text; of several the first.
pub(crate) fn take(text: &mut String) -> Option<String> {
    let before = text.strip_suffix(')')?;
    let open = before.rfind(" (")?;
    let rules = before[open..].strip_prefix(" (").filter(|rules| rules.split(", ").all(is_rule))?;
    let rule = rules.split(", ").next()?.to_owned();
    text.truncate(open);
    Some(rule)
}

/// Whether a text is the name of a rule (`R-NAME-04`, `R-IN-30a`) or of a surprise (`S-18a`).
pub fn is_rule(text: &str) -> bool {
    let Some(name) = text.strip_prefix("R-").or_else(|| text.strip_prefix("S-")) else { return false };
    let number = name.rsplit('-').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_lowercase());
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_at_the_end() {
        for (text, shown, rule) in [
            ("it fails (R-NAME-04)", "it fails", Some("R-NAME-04")),
            ("it fails (S-18a)", "it fails", Some("S-18a")),
            ("it fails (R-22-60)", "it fails", Some("R-22-60")),
            ("it is NULL (R-IN-34, S-41)", "it is NULL", Some("R-IN-34")),
            ("`x (S-01)`", "`x (S-01)`", None),
            ("it fails (1 of 3 options)", "it fails (1 of 3 options)", None),
            ("(S-Bahn)", "(S-Bahn)", None),
        ] {
            let mut text = text.to_owned();
            assert_eq!((take(&mut text).as_deref(), text.as_str()), (rule, shown));
        }
    }
}
