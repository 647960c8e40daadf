//! Keys that exclude or need each other, which no list of fields can say (3.11, 3.13, 5.1).

use super::Lowering;
use super::keys::is_misspelt;
use super::scalars::describe;
use crate::codes::Code;
use crate::problem::{Fix, Problem};
use crate::schema::{Kind, Rule, shape};
use viz_syntax::{Entry, Node, NodeKind};

impl Lowering {
    pub(super) fn exclusive(&mut self, kind: Kind, node: Node<'_>) {
        match kind {
            Kind::Table => self.table(node),
            Kind::Item => self.item(node),
            Kind::Input => self.input(node),
            Kind::Dashboard => self.address(node),
            Kind::Source => self.workbook(node),
            _ => {}
        }
    }

    fn conflict(&mut self, first: &Entry<'_>, second: &Entry<'_>, why: &str) {
        let (a, b) = (first.name(), second.name());
        let problem =
            Problem::new(Code::ConflictingKeys, second.key.loc(), format!("`{b}` can't stand beside `{a}`: {why}"))
                .related(first.key.loc(), format!("`{a}` is here"))
                .help("remove one of them");
        self.problem(problem);
    }

    fn needs(&mut self, present: &Entry<'_>, missing: &str, why: &str) {
        let message = format!("`{}` needs `{missing}`: {why}", present.name());
        self.problem(Problem::new(Code::MissingField, present.key.loc(), message).help(format!("add `{missing}: …`")));
    }

    /// `data`, or `columns`, with `rows` and `values` for a pivot (D-090). An empty list counts as absent since 2.1.
    fn table(&mut self, node: Node<'_>) {
        let empty = |value: Node<'_>| value.kind() == NodeKind::Sequence && value.items().next().is_none();
        let absent = self.has(Rule::EmptyListsAbsent);
        let present = |key: &str| {
            let given = |entry: &Entry<'_>| !(absent && empty(entry.value));
            entry(node, key).filter(given)
        };
        let lists: Vec<Entry<'_>> = ["columns", "rows", "values"].iter().filter_map(|key| present(key)).collect();
        if let (Some(data), Some(list)) = (present("data"), lists.first()) {
            return self.conflict(&data, list, "a table shows all of `data`, or the columns that it lists");
        }
        match (present("columns"), present("rows"), present("values")) {
            (_, Some(rows), None) => self.needs(&rows, "values", "a pivot has both"),
            (_, None, Some(values)) => self.needs(&values, "rows", "a pivot has both"),
            (None, Some(rows), Some(_)) => self.needs(&rows, "columns", "a pivot spreads its values over columns"),
            _ => {}
        }
    }

    /// An item shows one thing (D-092).
    fn item(&mut self, node: Node<'_>) {
        let contents = ["chart", "table", "markdown", "input", "rows"];
        let mut found = node
            .entries()
            .filter(|entry| !entry.duplicate && !entry.value.is_null() && contents.contains(&entry.name()));
        if let (Some(first), Some(second)) = (found.next(), found.next()) {
            self.conflict(&first, &second, "an item shows one thing");
        }
    }

    /// `options` or `range` (`R-IN-03`), and the default that goes with it (`R-IN-07`).
    fn input(&mut self, node: Node<'_>) {
        if node.get("type").and_then(|ty| ty.str()) != Some("multi-select") {
            return; // a single-select knows none of these keys
        }
        let (options, range) = (entry(node, "options"), entry(node, "range"));
        let own = shape(Kind::Input, |key| node.get(key).is_some());
        let misspelt = |key: &str| is_misspelt(own, &own.fields_for(Some("multi-select")), key, node);
        if let (Some(options), Some(range)) = (&options, &range) {
            self.conflict(options, range, "a multi-select has one or the other (R-IN-03)");
        } else if options.is_none()
            && range.is_none()
            && node.get("<<").is_none()
            && !misspelt("options")
            && !misspelt("range")
        {
            let named = node.get("name").filter(|name| !name.is_null());
            let loc =
                named.or_else(|| node.entries().next().map(|entry| entry.key)).map_or(node.loc(), |node| node.loc());
            let message = "a multi-select needs either `options` or `range` (R-IN-03)";
            self.problem(Problem::new(Code::MissingField, loc, message));
        }
        let Some(default) = node.get("display").and_then(|display| display.get("default")) else { return };
        let (values, start, end) = (entry(default, "values"), entry(default, "start"), entry(default, "end"));
        let bound = start.as_ref().or(end.as_ref());
        if let (Some(values), Some(bound)) = (&values, bound) {
            return self.conflict(values, bound, "a default is a list or a range (R-IN-07)");
        }
        match (&start, &end) {
            (Some(start), None) => return self.needs(start, "end", "a default range has both (R-IN-07)"),
            (None, Some(end)) => return self.needs(end, "start", "a default range has both (R-IN-07)"),
            _ => {}
        }
        let misfit = match (&options, &range, &values, bound) {
            (None, Some(_), Some(values), _) => {
                Some((values, "a range takes `start` and `end` as its default, not `values` (R-IN-07)"))
            }
            (Some(_), None, None, Some(bound)) => {
                Some((bound, "a list of options takes `values` as its default, not `start` and `end` (R-IN-07)"))
            }
            _ => None,
        };
        if let Some((key, message)) = misfit {
            self.problem(Problem::new(Code::InvalidValue, key.key.loc(), message));
        }
    }

    /// The address of an external dashboard is absolute (D-092).
    fn address(&mut self, node: Node<'_>) {
        let Some(href) = node.get("href") else { return };
        let Some(text) = href.str().filter(|text| !absolute(text)) else { return };
        let mut problem = Problem::new(
            Code::InvalidValue,
            href.loc(),
            format!("`href` must be an absolute address, not {}", describe(href)),
        );
        let host = text.split('/').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        problem = if host.contains('.') && !host.starts_with('.') && text.chars().all(plain) {
            let fixed = format!("https://{text}");
            problem.fix(Fix::replace(format!("write `{fixed}`"), href.loc(), fixed))
        } else {
            problem.help("begin it with `https://`")
        };
        self.problem(problem);
    }

    /// An `xls` source is read with the CSV reader (`R-SRC-02`, S-32).
    fn workbook(&mut self, node: Node<'_>) {
        let is = |key: &str, fits: fn(&str) -> bool| node.get(key).filter(|value| value.str().is_some_and(fits));
        let workbook =
            |file: &str| [".xls", ".xlsx", ".xlsm"].iter().any(|end| file.to_ascii_lowercase().ends_with(end));
        if let (Some(_), Some(file)) = (is("type", |ty| ty == "xls"), is("file", workbook)) {
            let message = "this workbook is read as if it were CSV: the run fails on real workbooks (S-32)";
            self.problem(
                Problem::new(Code::WorkbookAsCsv, file.loc(), message).help("save it as CSV, with `type: csv`"),
            );
        }
    }
}

/// An entry that has a value.
fn entry<'a>(node: Node<'a>, key: &str) -> Option<Entry<'a>> {
    node.entry(key).filter(|entry| !entry.value.is_null())
}

/// `scheme://rest`.
fn absolute(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(fits) && !rest.is_empty()
    })
}
