//! What newcomers write in a query instead of a reference: `ref(orders).city`, `orders.city`, a metric by its bare name; and `"Rome"`
//! instead of `'Rome'`. Where the query fails for it, the finding says what to write.

use crate::models::check_model::{AllColumns, Columns};
use crate::report::Finding;
use viz_project::{Code, Fix, Insight, Kind, ObjectId, Project, Resolution};
use viz_sql::{Token, tokenize};
use viz_syntax::{Reference, references};
use viz_text::{TextRange, filled};

/// Adds the references that were meant to the findings about such names.
pub(super) fn mend(project: &Project, id: ObjectId, insight: &Insight, columns: &AllColumns, findings: &mut [Finding]) {
    let codes = [Code::CombinationBind, Code::SqlBind, Code::SqlSyntax, Code::UnknownColumn];
    if !findings.iter().any(|finding| codes.contains(&finding.code)) {
        return;
    }
    let names = Names { project, models: viz_sql::dependent_models(project, id), columns };
    for statement in &insight.statements {
        let query = &statement.query;
        // Where YAML's own quotes are single ones, those of SQL are doubled.
        let doubled = project.text_at(query.loc).is_none_or(|text| text.starts_with('\''));
        for (range, meant) in names.written_bare(query.body()) {
            if doubled && meant.starts_with('\'') {
                continue;
            }
            let Some(loc) = query.text.locate(range + query.body_range().start()) else { continue };
            let its = |finding: &&mut Finding| codes.contains(&finding.code) && loc.contains(finding.loc);
            for finding in findings.iter_mut().filter(its) {
                let title = format!("write `{meant}`");
                finding.help = Some(match meant.starts_with('$') {
                    true => format!("{title}: names of the project stand in `${{ref(…)}}`"),
                    false => format!("{title}: a text stands in single quotes, a name in double ones"),
                });
                finding.fix = Some(Fix::replace(title, loc, meant.clone()));
            }
        }
    }
}

struct Names<'a> {
    project: &'a Project,
    /// The models that the insight reads.
    models: Vec<ObjectId>,
    columns: &'a AllColumns,
}

impl Names<'_> {
    /// The names outside of references that mean something of the project, and the references that say so.
    fn written_bare(&self, sql: &str) -> Vec<(TextRange, String)> {
        let holes: Vec<TextRange> = references(sql).into_iter().map(|found| found.range).collect();
        let plain = filled(sql, &holes, '0');
        let tokens: Vec<Token> =
            tokenize(&plain).unwrap_or_default().into_iter().filter(|token| !token.is_space()).collect();
        let text = |at: usize| tokens.get(at).map_or("", |token| &plain[token.range]);
        let mut out = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let found = match (text(at), text(at + 1), text(at + 2), text(at + 3), text(at + 4), text(at + 5)) {
                ("ref", "(", name, ")", ".", field) => Some((6, self.of_model(name, field))),
                ("ref", "(", name, ")", ..) => Some((4, self.alone(name))),
                (name, ".", field, ..) if text(at + 3) != "(" => Some((3, self.of_model(name, field))),
                (text, next, ..) if text.starts_with('"') && next != "." => {
                    Some((1, self.text(&sql[tokens[at].range])))
                }
                (name, next, ..) if next != "(" => Some((1, self.alone(name))),
                _ => None,
            };
            let (length, meant) = found.unwrap_or((1, None));
            // Part of a longer name.
            let behind_a_dot = at > 0 && text(at - 1) == ".";
            if let Some(meant) = meant.filter(|_| !behind_a_dot) {
                // `{ref(orders).city}` lacks only its `$`.
                let is_braced = at > 0 && text(at - 1) == "{" && text(at + length) == "}";
                let (from, to) = if is_braced { (at - 1, at + length) } else { (at, at + length - 1) };
                out.push((tokens[from].range.cover(tokens[to].range), meant));
                at += length;
            } else {
                at += 1;
            }
        }
        out
    }

    /// The text that was meant by a name in quotes that no model has.
    fn text(&self, quoted: &str) -> Option<String> {
        let name = quoted.strip_prefix('"')?.strip_suffix('"')?;
        // One value stands in single quotes; a list and a column stand in none.
        let is_value = |reference: Reference| {
            let Resolution::Object(id) = self.project.names().resolve(&reference.name) else { return false };
            self.project.object(id).kind == Kind::Input && reference.path.as_deref() != Some("values")
        };
        if !references(name).into_iter().all(is_value) {
            return None;
        }
        let has = |model: &ObjectId| match self.columns.get(model) {
            Some(Columns::Known(columns)) => columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)),
            _ => true,
        };
        (!self.models.iter().any(has)).then(|| format!("'{}'", name.replace('\'', "''")))
    }

    /// A field of a model of this name.
    fn of_model(&self, name: &str, field: &str) -> Option<String> {
        let Resolution::Object(id) = self.project.names().resolve(name) else { return None };
        let is_word = field.starts_with(|c: char| c.is_alphabetic() || c == '_');
        (self.project.object(id).kind == Kind::Model && is_word).then(|| format!("${{ref({name}).{field}}}"))
    }

    /// A metric or dimension, else a column of the only model that has one of this name.
    fn alone(&self, name: &str) -> Option<String> {
        let is_expression = |id: ObjectId| matches!(self.project.object(id).kind, Kind::Metric | Kind::Dimension);
        let of = |model: ObjectId| format!("${{ref({}).{name}}}", self.project.object(model).name_text());
        if let Resolution::Object(id) = self.project.names().resolve(name)
            && is_expression(id)
        {
            return Some(self.project.parent(id).map_or_else(|| format!("${{ref({name})}}"), of));
        }
        let has = |model: &&ObjectId| match self.columns.get(*model) {
            Some(Columns::Known(columns)) => columns.iter().any(|column| column.name == name),
            _ => false,
        };
        let mut having = self.models.iter().filter(has);
        having.next().filter(|_| having.next().is_none()).map(|model| of(*model))
    }
}
