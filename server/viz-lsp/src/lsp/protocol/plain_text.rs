//! Markdown for clients that show none.

/// The words of our own Markdown, without its marks.
pub fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut fence = None;
    for line in markdown.lines() {
        let run = line.bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            None if run >= 3 => {
                fence = Some(run);
                continue;
            }
            Some(open) if run == line.len() && run >= open => {
                fence = None;
                continue;
            }
            _ => {}
        }
        if fence.is_some() {
            out.push_str(line);
        } else if let Some(cells) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) {
            if cells.chars().all(|c| "-| ".contains(c)) {
                continue;
            }
            let cells: Vec<String> = cells.split('|').map(|cell| words(cell.trim())).collect();
            out.push_str(cells.join("  ").trim_end());
        } else {
            out.push_str(&words(line));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// A line without emphasis and backticks; of links, the words and the address.
fn words(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let link = rest[open..].split_once("](").and_then(|(words, rest)| Some((words, rest.split_once(')')?)));
        let Some((label, (address, behind))) = link else { break };
        out.push_str(&rest[..open]);
        out.push_str(&format!("{}: {address}", &label[1..]));
        rest = behind;
    }
    out.push_str(rest);
    let out = out.replace("**", "").replace('`', "");
    // What was escaped is meant as it is.
    let mut plain = String::with_capacity(out.len());
    let mut chars = out.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(next)) if next.is_ascii_punctuation() => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_is_code_stays_code() {
        assert_eq!(plain("`````sql\na\n```\nb\n`````\n\na\\*b"), "a\n```\nb\n\na*b");
    }

    #[test]
    fn marks_are_left_out_and_code_is_kept() {
        let markdown = "**input** `city`\n\n```sql\nselect `a`\n```\n\n| option | default |\n|---|---|\n| Rome | ✓ |\n| Oslo |  |\n\n[plotly](https://plotly.com)";
        assert_eq!(
            plain(markdown),
            "input city\n\nselect `a`\n\noption  default\nRome  ✓\nOslo\n\nplotly: https://plotly.com"
        );
    }
}
