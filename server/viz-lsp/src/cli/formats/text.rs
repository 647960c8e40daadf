//! `--format text`, for people: the habits of rustc and ruff.

use crate::cli::formats::breaks::{Break, breaks};
use crate::host::lock::LockUse;
use crate::host::outcome::{Checked, Outcome};
use crate::host::place::{Place, in_order};
use crate::host::words::{count, duration, thousands};
use annotate_snippets::renderer::{AnsiColor, Renderer, Style};
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Snippet, normalize_untrusted_str};
use rayon::prelude::*;
use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;
use viz_check::{Finding, InsightReport, Severity, Status};
use viz_lock::LOCK_FILE;
use viz_project::{Code, Rule, Target};
use viz_text::shown::{block, first_in_line, one_line};
use viz_text::{Encoding, Lines, Position, TextRange};

/// Number of findings to render at a time, so that the output starts early and memory stays small.
const PART: usize = 2048;

/// At most this many insights that lack something are listed per project.
const LISTED: usize = 10;

/// Places of one finding that are more lines apart are shown each by itself: between them there may be the whole file.
const FAR: u32 = 100;

/// Of longer pieces (bytes), such as a file in one line, only the place is told.
const MOST_SHOWN: usize = 4 << 10;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::BrightRed.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
const BOLD: Style = Style::new().bold();

/// The findings and, unless `quiet`, what was not checked and a summary. Notes are wrapped at `width` columns, if that is given. Styled:
/// strip it where colours are not wanted.
pub fn render(outcome: &Outcome, quiet: bool, width: Option<usize>) -> String {
    let mut text = String::new();
    for checked in &outcome.projects {
        // On all cores, a part at a time, so that the pieces of a hundred thousand findings are not all held twice.
        for part in in_order(&checked.project, &checked.report).chunks(PART) {
            let shown: Vec<String> =
                part.par_iter().map(|(finding, place)| snippet(checked, finding, *place, width) + "\n\n").collect();
            text.extend(shown);
        }
    }
    if !quiet {
        for checked in &outcome.projects {
            lacking(&mut text, checked);
        }
        for checked in &outcome.projects {
            by_lock(&mut text, checked);
        }
        if let Some(version) = outcome.asked {
            outcome.projects.iter().for_each(|checked| moving(&mut text, checked, version));
        }
        for checked in &outcome.projects {
            project(&mut text, checked);
        }
        summary(&mut text, outcome);
    }
    text
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    }
}

/// One finding as rustc would print it.
fn snippet(checked: &Checked, finding: &Finding, place: Place<'_>, width: Option<usize>) -> String {
    let of = |loc| Place::of(&checked.project, loc);
    let line = |place: &Place<'_>| place.file.lines().position(place.range.start(), Encoding::Utf8).line;
    let near =
        |other: &Place<'_>| other.file.relative == place.file.relative && line(other).abs_diff(line(&place)) <= FAR;
    let (mut here, mut elsewhere) = (vec![(AnnotationKind::Primary, place.range, None)], Vec::new());
    for (related, other) in finding.related.iter().filter_map(|related| Some((related, of(related.loc)?))) {
        let mark = (AnnotationKind::Context, other.range, Some(one_line(&related.message)));
        if near(&other) { here.push(mark) } else { elsewhere.push((other, mark)) }
    }
    let mut group = level(finding.severity)
        .primary_title(shown(&finding.message))
        .id(finding.code.name())
        .element(cause(checked, place, &here));
    for (other, mark) in elsewhere {
        group = group.element(cause(checked, other, &[mark]));
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(wrapped(note, width)));
    }
    let mut groups = vec![group];
    match (finding.fix.as_ref().and_then(|fix| patch(checked, fix)), &finding.help) {
        (Some((title, patch)), help) => {
            let title = wrapped(help.as_deref().unwrap_or(title), width);
            groups.push(Group::with_title(Level::HELP.secondary_title(title)).element(patch));
        }
        (None, Some(help)) => {
            let last = groups.remove(0);
            groups.push(last.element(Level::HELP.message(wrapped(help, width))));
        }
        (None, None) => {}
    }
    Renderer::styled().render(&groups)
}

/// A message: what is behind its first line stands behind a mark, and nothing in it is a style.
fn shown(text: &str) -> String {
    normalize_untrusted_str(&block(text))
}

/// What stands before each line of a note: ` = note: ` behind the numbers of lines.
const BEFORE_NOTES: usize = 14;

/// A note as [`shown`], in lines that fit into a terminal of this width.
fn wrapped(text: &str, width: Option<usize>) -> String {
    let text = shown(text);
    match width.and_then(|width| width.checked_sub(BEFORE_NOTES)).filter(|width| *width >= 30) {
        Some(width) => textwrap::fill(&text, textwrap::Options::new(width).break_words(false)),
        None => text,
    }
}

type Mark<'a> = (AnnotationKind, TextRange, Option<Cow<'a, str>>);

/// The lines of a file that hold these marks.
fn cause<'a>(checked: &Checked, place: Place<'_>, marks: &[Mark<'a>]) -> Element<'a> {
    let path = one_line(&checked.shown_file(&place.file.relative)).into_owned();
    let window = Window::around(place.file.lines(), marks.iter().map(|(_, range, _)| *range));
    let Some(window) = window.filter(|_| !place.file.is_profile()) else {
        let at = place.file.lines().position(place.range.start(), Encoding::Utf32);
        let origin = Origin::path(path).line(at.line as usize + 1).char_column(at.column as usize + 1);
        return origin.into();
    };
    let annotations = marks
        .iter()
        .map(|(kind, range, label)| kind.span(window.span(*range)).label(label.clone()))
        .collect::<Vec<_>>();
    Snippet::source(window.text).line_start(window.first as usize + 1).path(path).annotations(annotations).into()
}

/// A fix as a patch, if all of it is in one file and short enough to be shown.
fn patch<'a>(checked: &Checked, fix: &'a viz_project::Fix) -> Option<(&'a str, Snippet<'a, Patch<'a>>)> {
    let edits: Vec<_> =
        fix.edits.iter().map(|(loc, text)| Some((Place::of(&checked.project, *loc)?, text))).collect::<Option<_>>()?;
    let file = edits.first()?.0.file;
    if edits.iter().any(|(place, _)| place.file.relative != file.relative) {
        return None;
    }
    let window = Window::around(file.lines(), edits.iter().map(|(place, _)| place.range))?;
    let patches: Vec<_> =
        edits.iter().map(|(place, text)| Patch::new(window.span(place.range), text.as_str())).collect();
    Some((&fix.title, Snippet::source(window.text).line_start(window.first as usize + 1).patches(patches)))
}

/// The lines between the first and the last of some ranges, so that a big file isn't read again for each finding.
struct Window<'a> {
    lines: &'a Lines,
    first: u32,
    /// Where each line starts in `text`.
    starts: Vec<usize>,
    text: String,
}

impl<'a> Window<'a> {
    /// `None` if they are longer than [`MOST_SHOWN`].
    fn around(lines: &'a Lines, ranges: impl Iterator<Item = TextRange>) -> Option<Self> {
        let line = |offset| lines.position(offset, Encoding::Utf8).line;
        let (first, last) = ranges
            .fold((u32::MAX, 0), |(first, last), range| (first.min(line(range.start())), last.max(line(range.end()))));
        let start = |line| usize::from(lines.offset(Position { line, column: 0 }, Encoding::Utf8));
        if start(last + 1) - start(first) > MOST_SHOWN {
            return None;
        }
        let (mut starts, mut text) = (Vec::new(), String::new());
        for number in first..=last {
            starts.push(text.len());
            text.push_str(lines.line(number));
            text.push('\n');
        }
        Some(Self { lines, first, starts, text })
    }

    fn span(&self, range: TextRange) -> Range<usize> {
        let offset = |offset| {
            let at = self.lines.position(offset, Encoding::Utf8);
            self.starts[(at.line - self.first) as usize] + at.column as usize
        };
        offset(range.start())..offset(range.end())
    }
}

/// The insights that were not checked as asked, and why.
fn lacking(text: &mut String, checked: &Checked) {
    let lacking: Vec<&InsightReport> = checked
        .report
        .insights
        .iter()
        .filter(|insight| matches!(insight.status, Status::Partial | Status::Unchecked))
        .collect();
    let called_off = checked.report.counters.called_off;
    if lacking.is_empty() && called_off == 0 {
        return;
    }
    let _ = writeln!(text, "{DOUBTFUL}not fully checked{DOUBTFUL:#} in {}:", one_line(&checked.shown));
    for insight in lacking.iter().take(LISTED) {
        let how_far = match (insight.status, insight.judge) {
            (Status::Unchecked, _) | (_, None) => "unchecked",
            (_, Some(viz_check::Judge::Parse)) => "parsed only",
            (_, Some(viz_check::Judge::Bind)) => "bound only",
            (_, Some(_)) => "partly",
        };
        let why = insight.why.as_ref().map_or("no reason is known", |why| why.message.as_str());
        let _ = writeln!(
            text,
            "  {BOLD}{}{BOLD:#} ({how_far}): {}",
            first_in_line(normalize_untrusted_str(&one_line(&insight.name)).as_ref()),
            shown(why)
        );
    }
    if lacking.len() > LISTED {
        let _ = writeln!(text, "  … and {} more", thousands(lacking.len() - LISTED));
    }
    if called_off > 0 {
        let queries = if called_off == 1 { "query was" } else { "queries were" };
        let _ = writeln!(
            text,
            "  {} {queries} not run or not judged in time (`--deadline`) or memory",
            thousands(called_off)
        );
    }
    text.push('\n');
}

/// What breaks in the version that was asked for, by rule.
fn moving(text: &mut String, checked: &Checked, version: Target) {
    let breaks = breaks(checked);
    if breaks.is_empty() {
        return;
    }
    let place = if checked.shown == "." { String::new() } else { format!(" in {}", one_line(&checked.shown)) };
    let _ = writeln!(text, "{BOLD}what {version} does differently{BOLD:#}{place}:");
    for Break { rule, count: found, mended, first } in breaks {
        let at = first.file.lines().position(first.range.start(), Encoding::Utf32);
        let place =
            format!("{}:{}:{}", one_line(&checked.shown_file(&first.file.relative)), at.line + 1, at.column + 1);
        let how = match mended {
            0 => String::new(),
            mended if mended == found => ", which `--fix` mends".to_owned(),
            mended => format!(", {} of which `--fix` mends", thousands(mended)),
        };
        let first = if found == 1 { "at" } else { "first at" };
        let _ = writeln!(text, "  {}: {}{how}, {first} {place}", broken(rule), count(found, "place"));
    }
    text.push('\n');
}

/// What a rule says, and which it is.
fn broken(rule: Rule) -> String {
    let since = rule.versions().words().map(|words| format!(", {words}")).unwrap_or_default();
    format!("{} ({}{since})", rule.what(), rule.numbers())
}

/// One line for a project without errors and warnings.
fn project(text: &mut String, checked: &Checked) {
    let counts = crate::host::outcome::Counts::of(&checked.report.findings);
    if counts.errors + counts.warnings > 0 {
        return;
    }
    let coverage = crate::host::outcome::Coverage::of([&checked.report]);
    let name = if checked.shown == "." {
        checked.project.root.file_name().map_or(".".into(), |name| name.to_string_lossy())
    } else {
        (&*checked.shown).into()
    };
    let what = [
        count(coverage.insights, "insight"),
        count(checked.report.inputs.len(), "input"),
        count(coverage.total, "combination"),
    ]
    .join(", ");
    let not_run = checked.report.findings.iter().any(|finding| finding.code == Code::QueryNotRun);
    let verdict = match coverage {
        _ if not_run || !checked.project.names_complete() || checked.report.counters.called_off > 0 => {
            format!("{DOUBTFUL}no fault in what could be checked{DOUBTFUL:#}")
        }
        _ if coverage.insights == 0 => format!("{GOOD}nothing to check but names and keys{GOOD:#}"),
        _ if coverage.lacking == 0 && coverage.covered >= coverage.total => format!("{GOOD}everything works{GOOD:#}"),
        _ if coverage.lacking == 0 => {
            format!("{GOOD}no fault in the {} that are covered{GOOD:#}", thousands(coverage.covered))
        }
        _ => format!("{DOUBTFUL}no fault in what could be checked{DOUBTFUL:#}"),
    };
    let _ = writeln!(text, "{BOLD}{}{BOLD:#}: {what}: {verdict}", first_in_line(&one_line(&name)));
}

/// That no source was opened, and of what the lock does not tell.
fn by_lock(text: &mut String, checked: &Checked) {
    let Some(LockUse { found, missing, outdated }) = &checked.lock else { return };
    let root = one_line(&checked.shown);
    if !found {
        let _ = writeln!(
            text,
            "{DOUBTFUL}no {LOCK_FILE}{DOUBTFUL:#} in {root}: write one with `viz-lsp lock` where the sources are"
        );
        return;
    }
    let _ = writeln!(text, "{root}: no source was opened; what is known of the data is what {LOCK_FILE} tells");
    for (names, what) in [(outdated, "what other queries gave for"), (missing, "nothing of")] {
        if !names.is_empty() {
            let more = names.len().saturating_sub(LISTED);
            let more = if more > 0 { format!(" and {} more", thousands(more)) } else { String::new() };
            let listed = shown(&names[..names.len().min(LISTED)].join(", "));
            let _ =
                writeln!(text, "  {DOUBTFUL}it tells {what}{DOUBTFUL:#} {listed}{more}: `viz-lsp lock` writes it anew");
        }
    }
}

/// `checked 6 insights: 6 of 6 covered, 1,240 combinations; 1 error, 0 warnings (41 ms)`
fn summary(text: &mut String, outcome: &Outcome) {
    let (counts, coverage) = (outcome.counts(), outcome.coverage());
    let style = |number: usize, style: Style| if number > 0 { style } else { Style::new() };
    let (bad, doubtful) = (style(counts.errors, BAD), style(counts.warnings, DOUBTFUL));
    let _ = write!(
        text,
        "checked {}: {} of {} covered, {}; {bad}{}{bad:#}, {doubtful}{}{doubtful:#}",
        count(coverage.insights, "insight"),
        thousands(coverage.whole),
        thousands(coverage.insights),
        count(coverage.total, "combination"),
        count(counts.errors, "error"),
        count(counts.warnings, "warning"),
    );
    for (number, what) in [(counts.information, "note"), (counts.hints, "hint")] {
        if number > 0 {
            let _ = write!(text, ", {}", count(number, what));
        }
    }
    let fixed: usize = outcome.projects.iter().map(|checked| checked.fixed).sum();
    if fixed > 0 {
        let _ = write!(text, ", {GOOD}{} fixed{GOOD:#}", thousands(fixed));
    }
    let recorded: usize = outcome.projects.iter().map(|checked| checked.recorded.len()).sum();
    if recorded > 0 {
        let _ = write!(text, ", {} in the baseline", thousands(recorded));
    }
    let _ = writeln!(text, " ({})", duration(outcome.elapsed));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;
    use viz_check::Findings;

    fn plain(outcome: &Outcome, quiet: bool) -> String {
        anstream::adapter::strip_str(&render(outcome, quiet, None)).to_string()
    }

    #[test]
    fn findings_look_like_those_of_rustc() {
        insta::assert_snapshot!(plain(&fixture::outcome(), false));
    }

    #[test]
    fn quiet_prints_findings_only() {
        let text = plain(&fixture::outcome(), true);
        assert!(text.contains("error[combination-syntax]") && !text.contains("checked 1 insight"), "{text}");
    }

    #[test]
    fn a_clean_run_is_short_and_pleasant() {
        let mut outcome = fixture::outcome();
        outcome.projects[0].report.findings = Findings::default();
        outcome.projects[0].report.insights[0].status = Status::Checked;
        let expected = "shop: 1 insight, 1 input, 1,240 combinations: everything works\n\
                        checked 1 insight: 1 of 1 covered, 1,240 combinations; 0 errors, 0 warnings (41 ms)\n";
        assert_eq!(plain(&outcome, false), expected);
    }

    #[test]
    fn the_last_line_counts_by_what_is_said_above() {
        let mut outcome = fixture::outcome();
        let findings = &mut outcome.projects[0].report.findings;
        let first = findings.iter().next().expect("there are some").clone();
        let of = |severity| Finding { severity, ..first.clone() };
        *findings = [Severity::Information, Severity::Hint, Severity::Hint].map(of).to_vec().into();
        assert!(
            plain(&outcome, false).contains("; 0 errors, 0 warnings, 1 note, 2 hints ("),
            "{}",
            plain(&outcome, false)
        );
    }

    #[test]
    fn long_lists_are_cut() {
        let mut outcome = fixture::outcome();
        let insights = &mut outcome.projects[0].report.insights;
        *insights = vec![insights[0].clone(); 12].into_iter().collect();
        assert!(plain(&outcome, false).contains("  … and 2 more\n"));
    }
}
