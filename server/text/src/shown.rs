//! Text of others as people see it: in terminals, in logs that a machine reads for commands, in editors.
//!
//! What a project or its data hold is shown, and does nothing: no character of it controls a terminal, no line of what is
//! printed begins with it, and none of it is a command to GitHub Actions (`::error::`, `##[error]`) or Azure Pipelines
//! (`##vso[…]`).

use std::borrow::Cow;

/// What stands before each line of a text but the first.
pub const BEHIND: &str = "| ";

/// Whether a character does something instead of being seen: controls (C0, DEL, C1) but tab and line end, the marks and
/// overrides of writing direction, separators of lines and paragraphs.
pub fn is_control(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text without characters that control something; line ends and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            c if is_control(c) => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The same of a text with styles (`ESC [ … m`), which stay: they colour what follows and do nothing else.
pub fn visible_but_styles(text: &str) -> Cow<'_, str> {
    let mut pieces = text.split('\u{1b}');
    let mut out = visible(pieces.next().unwrap_or_default());
    for piece in pieces {
        let style = piece.find('m').filter(|end| {
            piece.starts_with('[') && piece[1..*end].bytes().all(|byte| byte.is_ascii_digit() || byte == b';')
        });
        let out = out.to_mut();
        out.push(if style.is_some() { '\u{1b}' } else { char::REPLACEMENT_CHARACTER });
        out.push_str(&visible(piece));
    }
    out
}

/// A text on one line: `⏎` stands for line ends.
pub fn one_line(text: &str) -> Cow<'_, str> {
    match visible(text) {
        text if text.contains(['\n', '\t']) => Cow::Owned(text.replace('\n', "⏎").replace('\t', " ")),
        text => text,
    }
}

/// A text of several lines for the middle of a line: the lines behind the first begin with [`BEHIND`], never with what is
/// in them.
pub fn block(text: &str) -> Cow<'_, str> {
    match visible(text) {
        text if text.contains('\n') => Cow::Owned(text.trim_end().replace('\n', &format!("\n{BEHIND}"))),
        text => text,
    }
}

/// What is printed, line by line, so that no machine that reads it finds a command there. The last guard: whatever printed
/// it should have used [`one_line`] or [`block`].
pub fn without_commands(text: &str) -> Cow<'_, str> {
    // `::: file.yml:3:1` leads to another file; a command's name has no colon.
    let is_command = |line: &str| line.starts_with("::") && (!line.starts_with("::: ") || line[4..].contains("::"));
    let begins = |line: &str| is_command(line.trim_start());
    if !text.contains("##") && !text.contains("::") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive(['\n', '\r']) {
        if begins(line) {
            out.push_str(BEHIND);
        }
        let mut rest = line;
        while let Some(at) = rest.find("##") {
            let behind = &rest[at + 2..];
            let lower = behind.get(..4).map(str::to_ascii_lowercase);
            let is_command = behind.starts_with('[') || lower.as_deref() == Some("vso[");
            out.push_str(&rest[..=at]);
            out.push_str(if is_command { "# " } else { "" });
            // Of three signs the last two may be the command's.
            rest = &rest[at + if is_command { 2 } else { 1 }..];
        }
        out.push_str(rest);
    }
    Cow::Owned(out)
}

/// JSON text, in which the same is done with escapes: it means what it meant before.
pub fn json_without_commands(json: &str) -> Cow<'_, str> {
    if !json.contains(is_control) && !json.contains("##") {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    let mut last = ' ';
    for c in json.chars() {
        if is_control(c) || c == '#' && last == '#' {
            // All of them are of one UTF-16 code unit. Outside of strings JSON has none of them.
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
        last = c;
    }
    Cow::Owned(out)
}

/// A name with which a line begins, perhaps behind blanks. One that doesn't begin as names do could be a command to what shows the line.
pub fn first_in_line(name: &str) -> Cow<'_, str> {
    match name.chars().next() {
        Some(first) if first.is_alphanumeric() || "._/".contains(first) => name.into(),
        _ => format!("`{name}`").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_are_seen_and_lines_stay() {
        assert_eq!(visible("a\r\nb\rc\u{1b}[1m\u{202e}\u{9b}\u{85}d\te"), "a\nb\nc�[1m��\nd\te");
        assert_eq!(one_line("a\r\n::error::b\tc"), "a⏎::error::b c");
        assert_eq!(block("select 1\n::error::x\n"), "select 1\n| ::error::x");
        assert!(matches!(visible("é ⏎"), Cow::Borrowed(_)));
        let styled = "\u{1b}[1;31mred\u{1b}[0m \u{9b}2J\u{1b}]52;c\u{7}\u{1b}[2Jm\u{2028}::x";
        assert_eq!(visible_but_styles(styled), "\u{1b}[1;31mred\u{1b}[0m �2J�]52;c��[2Jm\n::x");
    }

    #[test]
    fn commands_of_machines_are_broken() {
        let text = "  ::error::x\n##[error]y ##vso[task.z]\na :: b ## c\n";
        assert_eq!(without_commands(text), "|   ::error::x\n## [error]y ## vso[task.z]\na :: b ## c\n");
        assert_eq!(without_commands(" ::: a.yml:3:1\n"), " ::: a.yml:3:1\n");
        assert_eq!(without_commands(" ::: a::b\n:::error::c"), "|  ::: a::b\n| :::error::c");
        assert_eq!(json_without_commands("{\"a\": \"##[x]\u{7f}\"}"), "{\"a\": \"#\\u0023[x]\\u007f\"}");
    }

    /// As GitHub's runner and Azure's agent read a line.
    fn is_command(line: &str) -> bool {
        let begins = line.trim_start();
        let leads_elsewhere = begins.strip_prefix("::: ").is_some_and(|rest| !rest.contains("::"));
        begins.starts_with("::") && !leads_elsewhere || line.contains("##[") || line.to_lowercase().contains("##vso[")
    }

    proptest! {
        #[test]
        fn no_line_is_a_command(text in "[ \t\r\n:#\\[vsoVSO\u{85}\u{2028}x]{0,40}") {
            let shown = visible(&text);
            let out = without_commands(&shown);
            prop_assert!(!out.split(['\n', '\r']).any(is_command), "{out:?}");
            let json = json_without_commands(&shown);
            prop_assert!(!json.contains("##"), "{json:?}");
            let title = format!("error: {}", block(&text));
            prop_assert!(!title.split(['\n', '\r']).any(|line| line.trim_start().starts_with("::")), "{title:?}");
        }
    }
}
