//! Metrics and dimensions on their own: names of siblings (D-070), aggregates (`R-SEM-07`).

use crate::models::check_model::{AllColumns, Columns};
use crate::report::Finding;
use viz_project::{Body, Code, Fix, Kind, ObjectId, Project, Related, Resolution, Rule, Severity};
use viz_sql::{own_alias, shape_of, tokenize};
use viz_syntax::{Reference, references};
use viz_text::{Loc, MappedText, TextRange, TextSize, filled};

/// What is wrong with a metric or a dimension on its own.
#[derive(Default)]
pub(crate) struct ExpressionVerdict {
    pub(crate) findings: Vec<Finding>,
    /// Places of names that are those of siblings.
    pub(crate) siblings: Vec<Loc>,
}

/// Looks at a metric or a dimension.
pub(crate) fn check_expression(project: &Project, columns: &AllColumns, id: ObjectId) -> ExpressionVerdict {
    let mut verdict = ExpressionVerdict::default();
    let Body::Expression(body) = &project.object(id).body else { return verdict };
    let Some(text) = body.expression.as_ref() else { return verdict };
    if text.text().contains("${") {
        if let Some(plain) = of_columns(project, text.text()) {
            aggregates(project, id, text, &plain, &mut verdict.findings);
        }
        return verdict;
    }
    if let Some(finding) = alias(project, text) {
        verdict.findings.push(finding);
        return verdict;
    }
    if let Some(model) = project.parent(id).filter(|_| body.scoped) {
        verdict.findings = siblings(project, columns.get(&model), model, id, text);
        verdict.siblings = verdict.findings.iter().map(|finding| finding.loc).collect();
    }
    if verdict.findings.is_empty() {
        aggregates(project, id, text, text.text(), &mut verdict.findings);
    }
    if let Some(model) = project.parent(id).filter(|_| body.scoped) {
        verdict.findings.extend(hidden_column(project, columns.get(&model), model, id, text));
    }
    verdict
}

/// R-22-13: an expression that names itself. Before 2.2 it compiles, and breaks the queries that it gets into.
fn alias(project: &Project, text: &MappedText) -> Option<Finding> {
    let range = own_alias(text.text())?;
    let loc = text.locate(range)?;
    let blank = TextSize::new(text.text()[..usize::from(range.start())].trim_end().len() as u32);
    let with_blank = text.locate(TextRange::new(blank, range.end())).unwrap_or(loc);
    let refused = project.target().has(Rule::OwnAliases);
    let message = match refused {
        true => "an expression can't give itself a name: the project does not compile (R-22-13)",
        false => {
            "an expression can't give itself a name: queries in which it is part of something else break (R-22-13)"
        }
    };
    let mut finding = Finding::new(Code::InvalidValue, loc, message);
    if refused {
        finding.rule = Some(Rule::OwnAliases);
    } else {
        finding.severity = Severity::Warning;
    }
    finding.fix = Some(Fix::replace("remove the alias", with_blank, "").safe());
    finding.help = Some("remove the alias: its name is `name`".into());
    Some(finding)
}

/// `R-SEM-01`: a bare sibling is taken for a column.
fn siblings(
    project: &Project,
    columns: Option<&Columns>,
    model: ObjectId,
    id: ObjectId,
    text: &MappedText,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (Some(Columns::Known(columns)), Ok(tokens)) = (columns, tokenize(text.text())) else {
        return findings;
    };
    let tokens: Vec<_> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    for (at, token) in tokens.iter().enumerate() {
        let word = text.slice(token.range).trim_matches('"');
        let beside = |offset: isize, signs: [&str; 3]| {
            let other = at.checked_add_signed(offset).and_then(|at| tokens.get(at));
            other.is_some_and(|other| signs.contains(&text.slice(other.range)))
        };
        if beside(-1, [".", "::", "as"]) || beside(1, [".", "(", "'"]) {
            continue;
        }
        let Some(sibling) = project.scoped_field(model, word).filter(|sibling| *sibling != id) else { continue };
        if columns.iter().any(|column| column.name.eq_ignore_ascii_case(word)) {
            continue;
        }
        let (object, of) = (project.object(sibling), project.object(model).name_text());
        let message = format!(
            "`{word}` is no column of `{of}` but {} beside this one: expressions inside a model see columns only (R-SEM-01)",
            object.kind.with_article()
        );
        let Some(loc) = text.locate(token.range) else { continue };
        let mut finding = Finding::new(Code::UnknownColumn, loc, message);
        finding.local = true;
        finding.help = Some(format!(
            "write its expression out, or move this one to the project and write `${{ref({of}).{word}}}`"
        ));
        finding.related.push(Related { loc: object.name_loc(), message: format!("`{word}` is defined here") });
        findings.push(finding);
    }
    findings
}

/// A column that has the name of a metric or dimension of its model can't be referred to any more (6.2).
fn hidden_column(
    project: &Project,
    columns: Option<&Columns>,
    model: ObjectId,
    id: ObjectId,
    text: &MappedText,
) -> Option<Finding> {
    let Some(Columns::Known(columns)) = columns else { return None };
    let (object, of) = (project.object(id), project.object(model).name_text());
    let name = object.name.as_ref()?;
    let same = |column: &&viz_facts::Column| column.name == name.text;
    let column = columns.iter().find(same).filter(|column| text.text().trim().trim_matches('"') != column.name)?;
    let kind = object.kind.name();
    let message = format!("`${{ref({of}).{}}}` is this {kind}: it hides the column `{}`", name.text, column.name);
    let mut finding = Finding::new(Code::ShadowedName, name.loc, message);
    finding.help = Some(format!("give the {kind} another name if the column is to be referred to"));
    Some(finding)
}

/// An expression with words for its references, if each of these is a column of a model: metrics may aggregate themselves.
fn of_columns(project: &Project, text: &str) -> Option<String> {
    let found = references(text);
    let is_column = |reference: &Reference| {
        let Resolution::Object(id) = project.names().resolve(&reference.name) else { return false };
        let column = reference.path.as_ref().filter(|path| project.scoped_field(id, path).is_none());
        project.object(id).kind == Kind::Model && column.is_some()
    };
    let holes: Vec<TextRange> = found.iter().map(|reference| reference.range).collect();
    found.iter().all(is_column).then(|| filled(text, &holes, 'v')).filter(|plain| !plain.contains("${"))
}

/// That a metric aggregates and a dimension does not is checked by nobody: it changes what is grouped (`R-SEM-07`). `plain` is its
/// text as SQL.
fn aggregates(project: &Project, id: ObjectId, text: &MappedText, plain: &str, findings: &mut Vec<Finding>) {
    let shape = shape_of(plain);
    let kind = project.object(id).kind;
    let message = match kind {
        // A function that is not known may aggregate.
        Kind::Metric if shape.parsed && !shape.aggregate && shape.outer_column && !plain.contains('(') => {
            "a metric sums up many rows, and this is a value of each row: queries are grouped by it (R-SEM-07)"
        }
        Kind::Dimension if shape.parsed && shape.aggregate && !shape.window => {
            "a dimension is a value of each row, and this sums up many: queries can't be grouped by it (R-SEM-07)"
        }
        _ => return,
    };
    let Some(loc) = text.locate(TextRange::up_to(text.len())) else { return };
    let mut finding = Finding::new(Code::AggregateMisplaced, loc, message);
    finding.help = Some(match kind {
        // Of a computation, nobody knows what is to be summed up.
        Kind::Metric if plain.trim().chars().all(|c| c.is_alphanumeric() || c == '_') => {
            format!("write `sum({})` or another aggregate, or make it a dimension", text.text().trim())
        }
        Kind::Metric => "write an aggregate around it, such as `sum(…)`, or make it a dimension".into(),
        _ => "make it a metric".into(),
    });
    findings.push(finding);
}
