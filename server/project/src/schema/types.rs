//! The vocabulary of the declarative table: kinds, types, fields, shapes.

use super::versions::{Rule, Versions};
use serde::Serialize;

/// The kinds of things in a project file. `R-NAME-01`: those with a name share one namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The project file itself.
    Project,
    /// An entry of `includes`.
    Include,
    /// The `defaults` mapping.
    Defaults,
    /// A database or file that models read.
    Source,
    /// A SQL query on a source.
    Model,
    /// A named SQL aggregate.
    Metric,
    /// A named row-level SQL expression.
    Dimension,
    /// How two models join.
    Relation,
    /// A control that a viewer can change.
    Input,
    /// A chart query with its plotly properties.
    Insight,
    /// Insights on one pair of axes.
    Chart,
    /// A table of an insight's or a model's rows.
    Table,
    /// A piece of text.
    Markdown,
    /// A page of rows.
    Dashboard,
    /// A row of items.
    Row,
    /// A cell of a row.
    Item,
    /// Where alerts go.
    Destination,
    /// A condition that notifies.
    Alert,
    /// Assertions about insights.
    Test,
}

impl Kind {
    /// The singular of the project file's key, as findings and JSON name it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Project => "project",
            Kind::Include => "include",
            Kind::Defaults => "defaults",
            Kind::Source => "source",
            Kind::Model => "model",
            Kind::Metric => "metric",
            Kind::Dimension => "dimension",
            Kind::Relation => "relation",
            Kind::Input => "input",
            Kind::Insight => "insight",
            Kind::Chart => "chart",
            Kind::Table => "table",
            Kind::Markdown => "markdown",
            Kind::Dashboard => "dashboard",
            Kind::Row => "row",
            Kind::Item => "item",
            Kind::Destination => "destination",
            Kind::Alert => "alert",
            Kind::Test => "test",
        }
    }

    /// The name with its article, for messages.
    pub fn with_article(self) -> String {
        with_article(self.name())
    }
}

fn with_article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {name}", if vowel { "an" } else { "a" })
}

/// The attribute that makes a slot of an element in a dashboard's `template` (R-22-31).
pub const TEMPLATE_SLOT: &str = "data-visivo-item";

/// A place where references may stand: what it may refer to is [`Place::targets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// `source:` of a model.
    ModelSource,
    /// `expression:` of a project-level metric.
    MetricExpression,
    /// `expression:` of a project-level dimension.
    DimensionExpression,
    /// `expression:` of a metric or dimension inside a model: raw columns only.
    ScopedExpression,
    /// `condition:` of a relation.
    RelationCondition,
    /// `props` of an insight.
    InsightProps,
    /// `carpet` of a trace that lies on a carpet: the insight that draws it (`R-22-45`). Before 2.2 it is a text like others.
    TraceLink,
    /// `interactions` of an insight.
    InsightInteraction,
    /// A query of an input.
    InputQuery,
    /// `insights:` of a chart.
    ChartInsights,
    /// `layout:` of a chart: passes the schema, is never substituted (S-14).
    ChartLayout,
    /// `data:` of a table.
    TableData,
    /// `columns:`, `rows:` and `values:` of a table.
    TableFields,
    /// `chart:` of an item.
    ItemChart,
    /// `table:` of an item.
    ItemTable,
    /// `markdown:` of an item.
    ItemMarkdown,
    /// `input:` of an item.
    ItemInput,
    /// A slot of a dashboard's `template`: a plain name.
    TemplateSlot,
    /// `models:` of a merge model.
    MergeModels,
    /// A `>{…}` expression.
    Evaluation,
}

impl Place {
    /// What a reference here is meant to name (table in 4.3 of the format reference); empty where anything goes.
    pub fn targets(self) -> &'static [Kind] {
        match self {
            Place::ModelSource => &[Kind::Source],
            Place::MetricExpression => &[Kind::Model, Kind::Metric, Kind::Dimension],
            Place::DimensionExpression => &[Kind::Model, Kind::Dimension],
            Place::ScopedExpression => &[],
            Place::RelationCondition => &[Kind::Model],
            Place::InsightProps | Place::InsightInteraction => {
                &[Kind::Model, Kind::Metric, Kind::Dimension, Kind::Input]
            }
            Place::InputQuery | Place::MergeModels => &[Kind::Model],
            Place::ChartInsights | Place::TraceLink => &[Kind::Insight],
            Place::ChartLayout => &[Kind::Input],
            Place::TableData => &[Kind::Model, Kind::Insight],
            Place::TableFields => &[Kind::Model, Kind::Insight],
            Place::ItemChart => &[Kind::Chart],
            Place::ItemTable => &[Kind::Table],
            Place::ItemMarkdown => &[Kind::Markdown],
            Place::ItemInput => &[Kind::Input],
            Place::TemplateSlot => &[Kind::Chart, Kind::Table, Kind::Markdown, Kind::Input],
            Place::Evaluation => &[],
        }
    }

    /// How messages name the place.
    pub fn describe(self) -> &'static str {
        match self {
            Place::ModelSource => "the `source` of a model",
            Place::MetricExpression => "the expression of a metric",
            Place::DimensionExpression => "the expression of a dimension",
            Place::ScopedExpression => "an expression inside a model",
            Place::RelationCondition => "the condition of a relation",
            Place::InsightProps => "the props of an insight",
            Place::TraceLink => "the `carpet` of an insight",
            Place::InsightInteraction => "an interaction of an insight",
            Place::InputQuery => "the query of an input",
            Place::ChartInsights => "the `insights` of a chart",
            Place::ChartLayout => "the layout of a chart",
            Place::TableData => "the `data` of a table",
            Place::TableFields => "the fields of a table",
            Place::ItemChart => "the `chart` of an item",
            Place::ItemTable => "the `table` of an item",
            Place::ItemMarkdown => "the `markdown` of an item",
            Place::ItemInput => "the `input` of an item",
            Place::TemplateSlot => "a slot of a template",
            Place::MergeModels => "the `models` of a merge model",
            Place::Evaluation => "an expression",
        }
    }
}

/// What a field's value must be.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// A string.
    Text,
    /// A string with at least one letter, digit or `_`.
    Word,
    /// A string in which `${env.NAME}` is replaced when the source is opened (`R-ENV-02`).
    EnvironmentText,
    /// A whole number.
    Integer,
    /// A whole number from the first to the second.
    IntegerBetween(i64, i64),
    /// A whole number, at least this one in versions with the rule.
    IntegerFrom(i64, Rule),
    /// A boolean.
    Boolean,
    /// `#` and 3 or 6 hexadecimal digits.
    HexColor,
    /// The name of a palette, or a list of colours.
    Colorway,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// One of these whole numbers.
    IntegerChoice(&'static [i64]),
    /// A string, integer, float or boolean.
    Plain,
    /// A string that is SQL or an expression, with references of this place.
    Expression(Place),
    /// A query string `?{…}` (2.2).
    Query(Place),
    /// An evaluation string `>{…}` (2.3).
    Evaluation,
    /// An object of this kind, written here.
    Object(Kind),
    /// A source of this type, written here.
    SourceOfType(&'static str),
    /// An object of this kind, written here or named by a reference (`R-REF-06`).
    ObjectOrReference(Kind, Place),
    /// A reference or an inline insight or model (`data:` of a table).
    TableData,
    /// A reference, an inline markdown, or (2.1) the markdown's text (`R-…` 3.13).
    MarkdownItem,
    /// A list of such values.
    List(&'static Type),
    /// A mapping with these fields that is no object of its own.
    Mapping(&'static Shape),
    /// The options of an input: a list of strings or a query string (`R-IN-01`).
    Options,
    /// `values:` of an input's default: a list, a query string, `all` or `none`.
    DefaultValues,
    /// Plotly properties: anything, with query strings and references at any depth.
    Props,
    /// Plotly layout: anything.
    Layout,
    /// `interactions:`: open mappings of query strings.
    Interaction,
    /// A row's height: one of the words, or (2.1) pixels.
    Height,
    /// An integer or a string.
    Level,
    /// The HTML of a page, with names of items in it.
    Template,
    /// Not looked at.
    Anything,
}

/// One field of a shape.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// An older spelling that is accepted silently (3.18).
    pub alias: Option<&'static str>,
    /// What its value must be.
    pub ty: Type,
    /// Whether the object is refused without it.
    pub required: bool,
    /// The value that an absent field stands for; empty for none.
    pub default: &'static str,
    /// What it is for: shown in completion and hover.
    pub doc: &'static str,
    /// The versions that know it.
    pub versions: Versions,
    /// What says so, unless all know it.
    pub rule: Option<Rule>,
}

impl Field {
    /// This field, required.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// This field with a default value.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = value;
        self
    }

    /// This field with an older spelling.
    pub const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    /// This field, known to the versions that have a rule.
    pub const fn by(mut self, rule: Rule) -> Self {
        (self.versions, self.rule) = (rule.versions(), Some(rule));
        self
    }
}

/// A field.
pub const fn field(name: &'static str, ty: Type, doc: &'static str) -> Field {
    Field { name, alias: None, ty, required: false, default: "", doc, versions: Versions::ALL, rule: None }
}

/// The fields of a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What it is, for messages: `source`, `display`, …
    pub name: &'static str,
    /// Fields that every such mapping may have.
    pub fields: &'static [Field],
    /// The field whose value decides which further fields there are, and those.
    pub variants: Option<Variants>,
    /// Whether unknown keys are accepted without a word (interactions, `dbt`, levels).
    pub open: bool,
}

/// Fields that depend on the value of one field.
#[derive(Debug, Clone, Copy)]
pub struct Variants {
    /// The deciding field, such as `type`.
    pub key: &'static str,
    /// The value that an absent field stands for, if it may be absent.
    pub default: Option<&'static str>,
    /// Values and the fields that come with them.
    pub cases: &'static [(&'static str, &'static [Field])],
}

impl Shape {
    /// A mapping with these fields and no others.
    pub const fn plain(name: &'static str, fields: &'static [Field]) -> Self {
        Self { name, fields, variants: None, open: false }
    }

    /// The name with its article, for messages.
    pub fn with_article(&self) -> String {
        with_article(self.name)
    }

    /// The fields for a mapping whose deciding field has this value (`None`: it has none, or none that is known: all).
    pub fn fields_for(&self, variant: Option<&str>) -> Vec<&'static Field> {
        let mut fields: Vec<&'static Field> = self.fields.iter().collect();
        if let Some(variants) = &self.variants {
            let case = variant.and_then(|value| variants.cases.iter().find(|(name, _)| *name == value));
            match case {
                Some((_, more)) => fields.extend(more.iter()),
                None => {
                    for (_, more) in variants.cases {
                        fields.extend(more.iter().filter(|f| !f.required));
                        fields.extend(more.iter().filter(|f| f.required));
                    }
                }
            }
        }
        fields
    }
}
