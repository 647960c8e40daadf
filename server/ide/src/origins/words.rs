//! What there is to say of where something comes from, in one line.

use super::{Feeds, TableColumn};
use viz_project::Project;
use viz_sql::Way;
use viz_text::markdown::code;
use viz_text::shorten::shorten;

/// Columns that are named at most.
const SHOWN: usize = 6;

/// Characters of a call at most.
const MOST_CHARACTERS: usize = 60;

/// `computed from …`, in Markdown.
pub(crate) fn told(project: &Project, feeds: &Feeds) -> String {
    if feeds.columns.is_empty() {
        let text = if feeds.unknown {
            "the SQL alone doesn't tell where it comes from"
        } else {
            "made in the query, from no column of a table"
        };
        return text.to_owned();
    }
    let mut groups: Vec<(&TableColumn, Vec<String>)> = Vec::new();
    for column in feeds.columns.iter().take(SHOWN) {
        let same =
            |group: &&mut (&TableColumn, _)| (group.0.source, &group.0.relation) == (column.source, &column.relation);
        match groups.iter_mut().find(same) {
            Some((_, names)) => names.push(code(&column.column)),
            None => groups.push((column, vec![code(&column.column)])),
        }
    }
    let of = |(column, names): (&TableColumn, Vec<String>)| format!("{} of {}", listed(&names), place(project, column));
    let parts: Vec<String> = groups.into_iter().map(of).collect();
    let lead = if feeds.way == Way::Computed { "computed from" } else { "from" };
    let mut text = format!("{lead} {}", listed(&parts));
    let more = feeds.columns.len().saturating_sub(SHOWN);
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    if feeds.way == Way::Converted {
        text.push_str(", with another type");
    }
    if feeds.unknown {
        text.push_str(", and more that the SQL alone doesn't tell");
    }
    text
}

/// A table with its source, or a file.
fn place(project: &Project, column: &TableColumn) -> String {
    let shown = code(&relation_name(&column.relation));
    let is_file = column.relation.contains(['\'', '(']);
    let source = column.source.map(|id| project.object(id).name_text()).filter(|name| !is_file && !name.is_empty());
    match source {
        Some(source) if !source.eq_ignore_ascii_case(&relation_name(&column.relation)) => {
            format!("{shown} (source {})", code(source))
        }
        _ => shown,
    }
}

/// A table without its quotes, the file of a call that reads one, else as written.
pub(crate) fn relation_name(written: &str) -> String {
    let file = written.split_once('\'').and_then(|(before, rest)| {
        let reads = before.is_empty() || before.to_ascii_lowercase().starts_with("read_");
        let (file, _) = rest.split_once('\'')?;
        (reads && !file.is_empty()).then(|| file.to_owned())
    });
    let name = file.unwrap_or_else(|| {
        let one_line = written.split_whitespace().collect::<Vec<_>>().join(" ");
        if written.contains('(') { one_line } else { one_line.replace('"', "") }
    });
    shorten(&name, MOST_CHARACTERS).into_owned()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => parts.concat(),
    }
}
