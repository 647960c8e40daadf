//! What the queries of all insights come to together, once metrics, dimensions and conditions of relations are spelled out
//! in them: one long expression that thousands of insights use makes of a small project hours of work.
//!
//! It is counted, not made: the texts are written by whoever composes queries.

use crate::names::{Resolution, is_scoped};
use crate::object::{Body, Options, Selection, Use};
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What all queries of a project may come to in bytes, whatever its size.
const LEAST: usize = 1 << 20;

/// A larger project may have this many times the size of its files: ordinary metrics in every insight come to a tenth of it.
const TIMES: usize = 32;

/// Nothing counts for more: a query that large is not looked at anyway.
const ONE: usize = 512 << 10;

/// What reading one sign of punctuation costs, in bytes of ordinary text: each is a token, of which such text has one in six bytes.
const SIGN: usize = 6;

/// A reference of nine bytes to something no larger makes at most [`TIMES`] of its text.
const SHORT: usize = 9 * TIMES - 9 * SIGN;

/// What a column takes more in a query than its name: its table, which is a hash, and quotes.
const COLUMN: usize = 36;

/// Words of SQL that stand often where a name could.
const WORDS: [&str; 14] =
    ["and", "as", "between", "case", "else", "end", "in", "is", "like", "not", "null", "or", "then", "when"];

impl Project {
    /// The insights and inputs whose queries are beyond what is looked at in one project (`expression-too-large`): the queries
    /// before them, in document order, leave no room. Hardly ever any.
    pub fn beyond_what_is_spelled_out(&self) -> &FxHashSet<ObjectId> {
        &self.beyond.get_or_init(|| Arc::new(find_beyond(self))).queries
    }

    /// What was found here, if it is nothing and holds as well for a later snapshot, in which all objects of the kinds in
    /// [`OF`] are the same and none use each other in circles.
    pub(crate) fn nothing_beyond(&self, later: &Project) -> Option<Arc<Beyond>> {
        let found = self.beyond.get()?;
        let holds = found.queries.is_empty() && found.options.is_some_and(|options| options <= most(later));
        holds.then(|| Arc::clone(found))
    }
}

/// What makes queries long depends on these, as far as it is written elsewhere than in the query.
pub(crate) const OF: [Kind; 5] = [Kind::Metric, Kind::Dimension, Kind::Relation, Kind::Model, Kind::Input];

/// What is beyond what is looked at.
#[derive(Debug)]
pub(crate) struct Beyond {
    queries: FxHashSet<ObjectId>,
    /// Where nothing is long that insights use: what all option queries come to at most.
    options: Option<usize>,
}

/// What all queries of a project may come to, in bytes.
fn most(project: &Project) -> usize {
    let files: usize = project.files().iter().map(|file| file.document.text().len()).sum();
    LEAST.max(TIMES.saturating_mul(files))
}

fn find_beyond(project: &Project) -> Beyond {
    let most = most(project);
    let sizes = Sizes::new(project);
    let mut beyond = FxHashSet::default();
    let mut count = |ids: &mut dyn Iterator<Item = (ObjectId, usize)>| {
        let mut left = most;
        for (id, size) in ids {
            match left.checked_sub(size) {
                Some(less) => left = less,
                None => drop(beyond.insert(id)),
            }
        }
    };
    // What uses nothing long comes to some 30 times the files at most: nobody looks at it, because this is asked with each keystroke.
    let any_long = sizes.any_long();
    if any_long {
        let long = project.of_kind(Kind::Insight).filter(|id| sizes.uses_long(*id));
        count(&mut long.map(|id| (id, sizes.of_insight(id))));
    }
    // Nor are texts read that can't come to it even if they are nothing but punctuation.
    let options = project.of_kind(Kind::Input).map(|id| sizes.of_options(id, |text| SIGN * text.len())).sum();
    if options > most {
        count(&mut project.of_kind(Kind::Input).map(|id| (id, sizes.of_options(id, weight))));
    }
    Beyond { queries: beyond, options: (!any_long).then_some(options) }
}

/// What the texts of a project come to once they are spelled out.
struct Sizes<'a> {
    project: &'a Project,
    /// Of each metric and dimension, by object.
    expressions: Vec<u32>,
    /// The metrics and dimensions inside of models.
    fields: FxHashMap<(ObjectId, &'a str), ObjectId>,
    /// The longest condition between each two models.
    joins: FxHashMap<(ObjectId, ObjectId), usize>,
    /// Of the lists of options.
    lists: FxHashMap<ObjectId, usize>,
}

impl<'a> Sizes<'a> {
    fn new(project: &'a Project) -> Self {
        let (fields, joins) = (FxHashMap::default(), FxHashMap::default());
        let list = |id: ObjectId| {
            let Body::Input(input) = &project.object(id).body else { return None };
            let Options::List { items, .. } = &input.options else { return None };
            let size: usize = items.iter().map(|item| item.text.len() + ", ''".len()).sum();
            (input.selection == Some(Selection::Multi)).then_some((id, size))
        };
        let lists = project.of_kind(Kind::Input).filter_map(list).collect();
        let mut sizes = Self { project, expressions: vec![0; project.numbers()], fields, joins, lists };
        sizes.find_fields();
        sizes.find_expressions();
        sizes.find_joins();
        sizes
    }

    fn find_fields(&mut self) {
        let all = [Kind::Metric, Kind::Dimension].into_iter().flat_map(|kind| self.project.of_kind(kind));
        for id in all.filter(|id| is_scoped(self.project.object(*id))) {
            if let Some(model) = self.project.parent(id) {
                self.fields.entry((model, self.project.object(id).name_text())).or_insert(id);
            }
        }
    }

    fn find_expressions(&mut self) {
        let project = self.project;
        if [Kind::Metric, Kind::Dimension].iter().all(|kind| project.all_of_kind(*kind).is_empty()) {
            return;
        }
        // What an expression uses is in a group before its own.
        let mut all: Vec<ObjectId> =
            [Kind::Metric, Kind::Dimension].into_iter().flat_map(|kind| project.of_kind(kind)).collect();
        all.sort_by_key(|id| project.groups().number(*id));
        for id in all {
            let Body::Expression(body) = &project.object(id).body else { continue };
            let Some(text) = &body.expression else { continue };
            let size = match (project.is_in_circle(id), body.scoped) {
                (true, _) => ONE,
                (false, true) => weight(text.text()) + COLUMN * names_in(text.text()),
                (false, false) => weight(text.text()) + self.of_references(id),
            };
            self.expressions[id.index()] = u32::try_from(size.min(ONE)).unwrap_or(u32::MAX);
        }
    }

    fn find_joins(&mut self) {
        for &(id, models) in self.project.joins() {
            let Body::Relation(relation) = &self.project.object(id).body else { continue };
            let Some(condition) = &relation.condition else { continue };
            let size = weight(condition.text()) + COLUMN * self.project.object(id).uses.len();
            let known = self.joins.entry(models).or_default();
            *known = size.max(*known);
        }
    }

    /// Whether anything is long that insights use.
    fn any_long(&self) -> bool {
        self.expressions.iter().any(|size| *size as usize > SHORT)
            || self.lists.values().chain(self.joins.values()).any(|size| *size > SHORT)
    }

    /// Whether an insight does.
    fn uses_long(&self, id: ObjectId) -> bool {
        let long = |used: &ObjectId| {
            self.expressions[used.index()] as usize > SHORT || self.lists.get(used).is_some_and(|size| *size > SHORT)
        };
        self.joins.values().any(|size| *size > SHORT) || self.project.uses_of(id).iter().any(long)
    }

    /// What the query of an insight comes to.
    fn of_insight(&self, id: ObjectId) -> usize {
        let Body::Insight(insight) = &self.project.object(id).body else { return 0 };
        let own: usize = insight.statements.iter().map(|statement| weight(statement.query.text.text())).sum();
        (own + self.of_references(id)).saturating_add(self.of_joins(id)).min(ONE)
    }

    /// What an option query comes to, if texts come to this: the model's is written into it.
    fn of_options(&self, id: ObjectId, weight: impl Fn(&str) -> usize) -> usize {
        let Body::Input(input) = &self.project.object(id).body else { return 0 };
        let Options::Query(query) = &input.options else { return 0 };
        let model = |used: &ObjectId| match &self.project.object(*used).body {
            Body::Model(model) => model.sql.as_ref().map_or(0, |sql| weight(sql.text())),
            _ => 0,
        };
        weight(query.text.text()) + self.project.uses_of(id).iter().map(model).sum::<usize>()
    }

    /// What the references in an object come to.
    fn of_references(&self, id: ObjectId) -> usize {
        let project = self.project;
        // Most insights use neither metrics nor dimensions, which is known at once.
        if project.uses_of(id).iter().all(|used| self.expressions[used.index()] == 0 && !self.lists.contains_key(used))
        {
            return COLUMN * project.object(id).uses.len();
        }
        let of = |(reference, meaning): (&Use, &Resolution)| {
            let Resolution::Object(target) = *meaning else { return 0 };
            if let Some(list) = self.lists.get(&target) {
                return *list;
            }
            let field = match &reference.path {
                Some(path) => self.fields.get(&(target, path.text.as_str())).copied(),
                None => Some(target),
            };
            field.map_or(COLUMN, |field| self.expressions[field.index()] as usize)
        };
        project.references_of(id).map(of).fold(0, usize::saturating_add)
    }

    /// What joining the models of an insight comes to.
    fn of_joins(&self, id: ObjectId) -> usize {
        if self.joins.is_empty() {
            return 0;
        }
        let project = self.project;
        let (mut models, mut seen) = (FxHashSet::default(), FxHashSet::default());
        let mut stack = project.uses_of(id).to_vec();
        while let Some(used) = stack.pop() {
            match project.object(used).kind {
                _ if !seen.insert(used) => {}
                Kind::Model => drop(models.insert(used)),
                Kind::Metric | Kind::Dimension => stack.extend(project.uses_of(used)),
                _ => {}
            }
        }
        if models.len() * models.len() <= self.joins.len() {
            let pairs = models.iter().flat_map(|a| models.iter().map(|b| (*a, *b)));
            return pairs.filter_map(|pair| self.joins.get(&pair)).sum();
        }
        self.joins.iter().filter(|((a, b), _)| models.contains(a) && models.contains(b)).map(|(_, size)| size).sum()
    }
}

/// What a text costs: its bytes, or its punctuation where there is much of it.
fn weight(text: &str) -> usize {
    let signs = text.bytes().filter(|byte| byte.is_ascii_punctuation() && *byte != b'_').count();
    text.len().max(SIGN * signs)
}

/// How many words of an expression may be columns: no functions, no words of SQL, nothing in quotes.
fn names_in(text: &str) -> usize {
    let mut names = 0;
    for (at, piece) in text.split('\'').enumerate() {
        if at % 2 == 1 {
            continue;
        }
        let mut rest = piece;
        while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
            let word = &rest[start..];
            let end = word.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            let is_name = !word.starts_with(|c: char| c.is_ascii_digit()) && !after.starts_with('(');
            names += usize::from(is_name && !WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)));
            rest = after;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, MemoryFiles};
    use std::path::Path;

    const HEAD: &str = "
sources: [{ name: s, type: duckdb, database: ':memory:' }]
models:
- { name: m, source: ref(s), sql: select 1 as x, dimensions: [{ name: d, expression: 'DIMENSION' }] }
- { name: q, source: ref(s), sql: select 1 as x }
relations: [{ name: r, condition: '${ref(m).x} = ${ref(q).x} and RELATION' }]
metrics:
- { name: k, expression: 'sum(METRIC)' }
- { name: c, expression: '${ref(c)} + 1' }
";

    /// How many of these insights are beyond.
    fn beyond(long: (&str, usize), count: usize, x: &str) -> usize {
        let list = format!("greatest(1{})", ",1".repeat(long.1));
        let mut text = HEAD.replace(long.0, &list);
        for left in ["DIMENSION", "RELATION", "METRIC"] {
            text = text.replace(left, "1");
        }
        text += "insights:\n";
        text.extend((0..count).map(|n| format!("- {{ name: i{n}, props: {{ type: bar, x: '?{{ {x} }}' }} }}\n")));
        let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        assert_eq!(project.of_kind(Kind::Insight).count(), count);
        project.beyond_what_is_spelled_out().len()
    }

    #[test]
    fn one_long_text_in_very_many_insights_is_bounded() {
        let long = |place| (place, 10_000);
        for (place, x) in
            [("METRIC", "${ref(k)}"), ("DIMENSION", "${ref(m).d}"), ("RELATION", "${ref(m).x} + ${ref(q).x}")]
        {
            let left = 500 - beyond(long(place), 500, x);
            assert!((15..=30).contains(&left), "{place}: {left} of 500 are looked at");
            // Twice in each, and half as many.
            let twice = 500 - beyond(long(place), 500, &format!("{x} + {x}"));
            assert!(place == "RELATION" || twice.abs_diff(left / 2) <= 3, "{place}: {twice}, {left}");
        }
        // What does not use it, is.
        assert_eq!(beyond(long("METRIC"), 500, "${ref(m).d} + ${ref(m).x}"), 0);
        assert!(beyond(long("METRIC"), 500, "${ref(c)}") > 0);
    }

    #[test]
    fn one_long_model_behind_very_many_option_queries_is_bounded() {
        let sql = format!("select 1 as b{}", ", 1".repeat(10_000));
        let inputs: String = (0..100)
            .map(|n| format!("- {{ name: i{n}, type: single-select, options: '?{{ select b from ${{ref(m)}} }}' }}\n"))
            .collect();
        let head = "sources: [{ name: s, type: duckdb, database: ':memory:' }]\n";
        let text = format!("{head}models: [{{ name: m, source: ref(s), sql: '{sql}' }}]\ninputs:\n{inputs}");
        let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let left = 100 - project.beyond_what_is_spelled_out().len();
        assert!((10..=30).contains(&left), "{left} of 100 are asked");
    }

    #[test]
    fn ordinary_projects_are_far_from_it() {
        let case = "case when status = 'paid in full' and amount > 10 then amount else null end, ".repeat(6);
        for (count, x) in [(1_000, "${ref(k)} / ${ref(m).d}"), (5_000, "${ref(k)} / ${ref(m).d}")] {
            let text =
                HEAD.replace("METRIC", &case.replace('\'', "''")).replace("DIMENSION", &case.replace('\'', "''"));
            let mut text = text.replace("RELATION", "true") + "insights:\n";
            text.extend((0..count).map(|n| {
                format!("- {{ name: i{n}, props: {{ type: bar, x: '?{{ {x} }}', y: '?{{ ${{ref(q).x}} }}' }} }}\n")
            }));
            let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
            let project = Project::load(Path::new("/p"), &files, &Environment::empty());
            assert_eq!(project.beyond_what_is_spelled_out().len(), 0, "{count}");
        }
    }

    #[test]
    fn words_that_may_be_columns_are_counted() {
        assert_eq!(names_in("sum(case when a = 'b c' then d2 else 1 end) + _e::int"), 4);
        assert_eq!(names_in("x,x , 'x' || x"), 3);
    }
}
