//! The query of an insight as it runs for one selection, with the tables that it reads: to show it or to run it elsewhere.

use crate::facts::Facts;
use crate::inputs::check_input::AllOptions;
use crate::inputs::options::{Failed, look_up};
use crate::inputs::states::states;
use crate::insight::as_printed::{Words, words};
use crate::insight::{FromFacts, as_built, in_1_4, not_composed};
use crate::models::check_model::{AllColumns, Columns, columns};
use crate::models::source::source_of_model;
use crate::selection::State;
use std::sync::Arc;
use viz_facts::{Column, FactStore, QueryTable, Reason, SourceSpec, Unknown, over_tables};
use viz_project::{Body, Kind, ObjectId, Project};
use viz_sql::{Clause, Composed, Hole, Selected, compose, model_query, name_hash, quote};
use viz_text::{Loc, TextRange, TextSize};

/// A query without placeholders, and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedQuery {
    /// The text as the engine gets it.
    pub sql: String,
    /// The text that gives the same rows in the DuckDB here, where the browser's engine compares what is grouped by otherwise.
    pub runs: String,
    /// The text as the project stores it, with placeholders: a template literal of JavaScript if the browser runs it.
    pub stored: String,
    /// The inputs that have a placeholder in it, in document order.
    pub inputs: Vec<ObjectId>,
    /// The tables that it reads.
    pub tables: Vec<RenderedTable>,
    /// Its columns in order.
    pub columns: Vec<RenderedColumn>,
    /// The columns by which it is ordered although no sort is written (`R-SQL-10`).
    pub default_order: Vec<String>,
    /// Whether the browser runs it; if not, the source does.
    pub dynamic: bool,
    /// Whether it groups rows.
    pub grouped: bool,
    /// The placeholders around which the build puts quotes (5.7).
    pub quoted: Vec<Loc>,
}

impl RenderedQuery {
    /// The text for people: tables have the names of their models, columns those of what they are for.
    pub fn readable(&self) -> String {
        let tables = self.tables.iter().map(|table| (&table.name, table.model.as_str()));
        let columns =
            self.columns.iter().map(|column| (&column.alias, column.key.strip_prefix("props.").unwrap_or(&column.key)));
        tables.chain(columns).fold(self.sql.clone(), |sql, (hash, name)| {
            let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let name = if is_plain { name.to_owned() } else { quote(name) };
            sql.replace(&format!("\"{hash}\""), &name)
        })
    }

    /// What the source is asked for its rows: the tables that the query reads, and the query. What SQLite runs itself is one text.
    pub fn asked(&self, source: &SourceSpec) -> (Vec<QueryTable>, String) {
        let tables = self.tables.iter().map(|table| QueryTable { name: table.name.clone(), sql: table.sql.clone() });
        let tables: Vec<QueryTable> = tables.collect();
        match self.dynamic || source.runs_in_duckdb() {
            true => (tables, self.runs.clone()),
            false => (Vec::new(), over_tables(&tables, &self.runs).0.into_owned()),
        }
    }
}

/// A table of a rendered query: the rows of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedTable {
    /// The model's name.
    pub model: String,
    /// The table's name in the query, unquoted.
    pub name: String,
    /// The query that makes its rows.
    pub sql: String,
    /// Where that query runs, or why that is not known.
    pub source: Result<SourceSpec, Unknown>,
    /// Its columns, with the types that the rendered query sees, or why they are not known.
    pub columns: Result<Vec<Column>, Unknown>,
}

/// A column of a rendered query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedColumn {
    /// What it is for: `split`, or a property such as `props.x`.
    pub key: String,
    /// Its name in the query, unquoted.
    pub alias: String,
}

/// The query of an insight for one selection, as far as these facts tell, without asking anything. An input that is not
/// in the selection has its initial state.
///
/// # Errors
/// The reason why there is no such query, or why it is not known.
pub fn rendered_query(
    project: &Project,
    facts: &FactStore,
    now: chrono::NaiveDateTime,
    insight: ObjectId,
    selection: &[(ObjectId, State)],
) -> Result<RenderedQuery, Unknown> {
    render(project, &Facts::new(facts, Ok(())), now, insight, selection)
}

fn render(
    project: &Project,
    facts: &Facts<'_>,
    now: chrono::NaiveDateTime,
    insight: ObjectId,
    selection: &[(ObjectId, State)],
) -> Result<RenderedQuery, Unknown> {
    let dependencies = project.dependencies(insight);
    let of_kind = |kind| dependencies.iter().copied().filter(move |id| project.object(*id).kind == kind);
    let columns: AllColumns = of_kind(Kind::Model).map(|model| (model, columns(project, facts, model))).collect();
    let inputs: AllOptions = of_kind(Kind::Input)
        .map(|input| {
            let options = look_up(project, facts, input, now).map_err(|failed| match failed {
                Failed::Sql(error) => Unknown::new(Reason::OptionsQuery, error.message),
                Failed::Unknown(why) => why,
            });
            (input, options.map(Arc::new))
        })
        .collect();
    let context = FromFacts { columns: &columns, inputs: &inputs, project };
    let composed =
        compose(project, insight, &context).ok_or_else(|| Unknown::new(Reason::NoQuery, "it has no query"))?;
    let (shorter, _) = as_built(facts, insight, &context, &composed);
    let composed = shorter.unwrap_or(composed);
    let composed = match words(facts, project, &columns, true, &composed) {
        Words::Printed(printed) => *printed,
        Words::Refused(refused) => *refused.composed,
        Words::Typed | Words::Unknown(_) => composed,
    };
    if composed.broken {
        return Err(not_composed(&composed));
    }
    if composed.uncertain {
        return Err(Unknown::new(Reason::TypesUnknown, "the types of some options are not known"));
    }
    let mut values = Vec::new();
    for hole in composed.template.holes() {
        let chosen = selection.iter().find(|(input, _)| *input == hole.input).map(|(_, state)| state.clone());
        let state = match chosen {
            Some(state) => state,
            None => initial_state(project, &inputs, hole.input)?,
        };
        values.push(state.render(hole.accessor));
    }
    let sql = composed.template.render(|index, _| values[index].clone()).into_text();
    let here = in_1_4(project, &composed).then(|| composed.grouped_as_viewers_see()).flatten();
    let runs = here.map(|here| {
        // The same holes, some more than once.
        let value = |hole: &Hole| {
            composed
                .template
                .holes()
                .iter()
                .position(|other| (other.input, other.accessor) == (hole.input, hole.accessor))
        };
        here.template.render(|_, hole| value(hole).map(|at| values[at].clone()).unwrap_or_default()).into_text()
    });
    Ok(RenderedQuery {
        runs: runs.unwrap_or_else(|| sql.clone()),
        sql,
        stored: composed.stored.clone(),
        inputs: composed
            .inputs
            .iter()
            .filter(|input| composed.template.holes().iter().any(|hole| hole.input == **input))
            .copied()
            .collect(),
        tables: tables(project, &columns, &composed)?,
        columns: selected(project, insight, &composed),
        default_order: composed.default_order.clone(),
        dynamic: composed.dynamic,
        grouped: composed.placed.iter().any(|placed| placed.clause == Clause::GroupBy),
        quoted: quoted(&composed),
    })
}

/// The placeholders behind a quote that stands for them, since nobody has written it.
fn quoted(composed: &Composed) -> Vec<Loc> {
    let text = composed.template.text();
    let is_quoted = |hole: &&Hole| {
        let Some(before) = hole.range.start().checked_sub(TextSize::new(1)) else { return false };
        let quote = TextRange::new(before, hole.range.start());
        text.slice(quote) == "'" && text.locate(quote) == Some(hole.loc)
    };
    composed.template.holes().iter().filter(is_quoted).map(|hole| hole.loc).collect()
}

fn initial_state(project: &Project, inputs: &AllOptions, id: ObjectId) -> Result<State, Unknown> {
    let options = inputs.get(&id).ok_or_else(Unknown::pending)?.as_ref().map_err(Unknown::clone)?;
    let Body::Input(input) = &project.object(id).body else { return Err(Unknown::pending()) };
    let name = project.object(id).name_text();
    states(input, options)
        .into_iter()
        .next()
        .ok_or_else(|| Unknown::new(Reason::NoOptions, format!("the input `{name}` has no options")))
}

fn tables(project: &Project, columns: &AllColumns, composed: &Composed) -> Result<Vec<RenderedTable>, Unknown> {
    let table = |model: &ObjectId| {
        let name = project.object(*model).name_text();
        let sql = model_query(project, *model)
            .ok_or_else(|| Unknown::new(Reason::NoSql, format!("the model `{name}` has no SQL")))?;
        Ok(RenderedTable {
            model: name.to_owned(),
            name: name_hash(name),
            sql: sql.text().to_owned(),
            source: source_of_model(project, *model),
            columns: match columns.get(model) {
                Some(Columns::Known(columns)) => Ok(seen_columns(columns, composed.dynamic)),
                Some(Columns::Unknown(why)) => Err(why.clone()),
                Some(Columns::Failed) => {
                    Err(Unknown::new(Reason::ModelFailed, format!("the query of the model `{name}` fails")))
                }
                None => Err(Unknown::pending()),
            },
        })
    };
    composed.models.iter().map(table).collect()
}

/// The columns of a model as its queries see them.
pub(crate) fn seen_columns(columns: &[Column], dynamic: bool) -> Vec<Column> {
    let seen = |column: &Column| Column {
        name: column.name.clone(),
        data_type: if dynamic { column.data_type.seen_by_browser() } else { column.data_type.clone() },
    };
    columns.iter().map(seen).collect()
}

fn selected(project: &Project, id: ObjectId, composed: &Composed) -> Vec<RenderedColumn> {
    let Body::Insight(insight) = &project.object(id).body else { return Vec::new() };
    let column = |selected: &Selected| {
        let key = insight.statements.get(selected.statement)?.key.clone();
        Some(RenderedColumn { key, alias: selected.alias.clone() })
    };
    composed.selected.iter().filter_map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::Value;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::SystemTime;
    use viz_facts::{Answer, Fact, KeyedQuestion, Question};
    use viz_project::{Environment, MemoryFiles, Resolution};

    const PROJECT: &str = r#"name: shop
defaults: { source_name: local }
sources:
  - { name: local, type: duckdb, database: ":memory:" }
models:
  - { name: orders, sql: "select * from t ;" }
inputs:
  - { name: region, type: single-select, options: [West, East], display: { type: radio, default: { value: East } } }
  - { name: days, type: multi-select, options: [Mo, Tu], display: { type: tags, default: { values: [Tu] } } }
insights:
  - name: sales
    props: { type: bar, x: "?{ ${ref(orders).day} }", y: "?{ sum(${ref(orders).amount}) }" }
    interactions:
      - split: ?{ ${ref(orders).region} }
      - filter: ?{ ${ref(orders).region} = '${ref(region).value}' and ${ref(orders).day} in (${ref(days).values}) }
  - name: amounts
    props: { type: box, y: "?{ ${ref(orders).amount} }" }
  - name: wrong
    props: { type: box, y: "?{ ${ref(oders).amount} }" }
"#;

    fn known(columns: &[(&str, &str)]) -> (Project, FactStore) {
        let files = MemoryFiles::new([("/p/project.visivo.yml", PROJECT)]);
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let columns = columns
            .iter()
            .map(|(name, data_type)| Column { name: (*name).into(), data_type: (*data_type).into() })
            .collect();
        let source = source_of_model(&project, named(&project, "orders")).unwrap();
        let question = Question::Describe { source, sql: "select * from t".into() };
        let mut facts = FactStore::new();
        let answer = Arc::new(Answer::Columns(Ok(columns)));
        facts.insert(KeyedQuestion::from(question).key(), Fact::Known { answer, at: SystemTime::UNIX_EPOCH });
        (project, facts)
    }

    fn named(project: &Project, name: &str) -> ObjectId {
        match project.names().resolve(name) {
            Resolution::Object(id) => id,
            other => panic!("{name}: {other:?}"),
        }
    }

    fn render(insight: &str, selection: &[(&str, State)]) -> Result<RenderedQuery, Unknown> {
        let (project, facts) =
            known(&[("day", "VARCHAR"), ("region", "ENUM('West', 'East')"), ("amount", "DECIMAL(9,2)")]);
        let selection: Vec<(ObjectId, State)> =
            selection.iter().map(|(input, state)| (named(&project, input), state.clone())).collect();
        rendered_query(&project, &facts, chrono::NaiveDateTime::default(), named(&project, insight), &selection)
    }

    #[test]
    fn a_selection_fills_the_query_and_other_inputs_have_their_initial_state() {
        let query = render("sales", &[("region", State::of([Value::Text("West".into())]))]).unwrap();
        assert!(query.sql.contains("= 'West'"), "{}", query.sql);
        assert!(query.sql.contains("in ('Tu')"), "{}", query.sql);
        let cleared = render("sales", &[("days", State::of([]))]).unwrap();
        assert!(cleared.sql.contains("= 'East'") && cleared.sql.contains("in (NULL)"), "{}", cleared.sql);
    }

    #[test]
    fn people_read_names_of_models_and_properties() {
        let query = render("sales", &[]).unwrap();
        let text = query.readable();
        assert!(text.contains("orders.\"day\" AS x") && text.contains("FROM orders"), "{text}");
        assert!(query.quoted.is_empty(), "its quotes are written");
    }

    #[test]
    fn columns_are_known_by_what_they_are_for() {
        let query = render("sales", &[]).unwrap();
        let keys: Vec<&str> = query.columns.iter().map(|column| column.key.as_str()).collect();
        let places: Vec<_> =
            query.columns.iter().map(|column| query.sql.find(&format!("AS \"{}\"", column.alias)).unwrap()).collect();
        assert_eq!(keys.len(), 3);
        assert!(["split", "props.x", "props.y"].iter().all(|key| keys.contains(key)), "{keys:?}");
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn tables_have_the_types_of_where_the_query_runs() {
        let types = |query: RenderedQuery| {
            let [table] = query.tables.as_slice() else { panic!("{query:?}") };
            assert_eq!((table.model.as_str(), table.sql.as_str()), ("orders", "select * from t"));
            assert!(query.sql.contains(&format!("FROM \"{}\"", table.name)), "{}", query.sql);
            let types = table.columns.as_ref().unwrap().iter().map(|column| column.data_type.clone());
            types.collect::<Vec<_>>()
        };
        let (dynamic, fixed) = (render("sales", &[]).unwrap(), render("amounts", &[]).unwrap());
        assert!(dynamic.dynamic && !fixed.dynamic);
        assert_eq!(types(dynamic), ["VARCHAR", "VARCHAR", "DOUBLE"]);
        assert_eq!(types(fixed), ["VARCHAR", "ENUM('West', 'East')", "DECIMAL(9,2)"]);
    }

    /// However many models and inputs the project has.
    #[test]
    fn only_what_the_insight_reads_is_looked_up() {
        for others in [0, 20] {
            let mut text = PROJECT.replace("inputs:\n", "OTHERS\ninputs:\n");
            let models: String = (0..others).map(|n| format!("  - {{ name: other_{n}, sql: select {n} }}\n")).collect();
            text = text.replace("OTHERS\n", &models);
            let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
            let project = Project::load(Path::new("/p"), &files, &Environment::empty());
            assert_eq!(project.of_kind(Kind::Model).count(), 1 + others);
            for (insight, expected) in [("sales", 3), ("amounts", 1)] {
                let store = FactStore::new();
                let facts = Facts::new(&store, Ok(()));
                let now = chrono::NaiveDateTime::default();
                let query = super::render(&project, &facts, now, named(&project, insight), &[]);
                assert!(query.is_ok(), "{query:?}");
                assert_eq!(facts.counted().looked_up, expected, "{insight}, {others} other models");
            }
        }
    }

    #[test]
    fn what_can_not_be_rendered_has_a_reason() {
        assert_eq!(render("wrong", &[]).unwrap_err().code, Reason::HasErrors);
        assert_eq!(render("orders", &[]).unwrap_err().code, Reason::NoQuery);
        let (project, _) = known(&[]);
        let query = rendered_query(
            &project,
            &FactStore::new(),
            chrono::NaiveDateTime::default(),
            named(&project, "amounts"),
            &[],
        );
        assert_eq!(query.unwrap().tables[0].columns.as_ref().unwrap_err().code, Reason::Pending);
    }
}
