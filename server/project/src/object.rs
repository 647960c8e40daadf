//! Objects as plain data: what a project's text says, with the place of every piece.

use crate::control::Control;
use crate::schema::{Kind, Place, Rule, SourceType, Target};
use viz_syntax::{QueryString, Typed};
use viz_text::{Loc, MappedText, TextRange};

/// A piece of text and its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spanned {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub loc: Loc,
}

/// An object of a project: top-level or written inside another.
#[derive(Debug, Clone)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Option<Spanned>,
    /// Whether a name may be missing that others could refer to it by: none is given, not even one that is wrong or misspelt.
    pub unnamed: bool,
    /// The whole object.
    pub loc: Loc,
    /// Its first key, or the whole object if it has none.
    pub head: Loc,
    /// The object it is written in: an index into the objects of the same item.
    pub parent: Option<u32>,
    /// The references in it (those of inline objects belong to these).
    pub uses: Vec<Use>,
    /// What its kind says of it.
    pub body: Body,
}

impl Object {
    /// The place that names it: its name, else its first key.
    pub fn name_loc(&self) -> Loc {
        self.name.as_ref().map_or(self.head, |name| name.loc)
    }

    /// Its name, or nothing.
    pub fn name_text(&self) -> &str {
        self.name.as_ref().map_or("", |name| &name.text)
    }

    /// Whether it is a metric or a dimension.
    pub fn is_expression(&self) -> bool {
        matches!(self.body, Body::Expression(_))
    }
}

/// A reference to another object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name as resolved (one pair of quotes stripped, `R-REF-03`).
    pub name: String,
    /// The place of the name.
    pub name_loc: Loc,
    /// The place of the whole reference.
    pub loc: Loc,
    /// What follows the name: `value`, a column, …
    pub path: Option<Spanned>,
    /// Where it stands.
    pub place: Place,
    /// Whether the name stands in quotes.
    pub quoted: bool,
}

/// What an object's kind says of it.
#[derive(Debug, Clone)]
pub enum Body {
    /// A source.
    Source(Source),
    /// A model.
    Model(Model),
    /// A metric or a dimension.
    Expression(Expression),
    /// A relation.
    Relation(Relation),
    /// An input.
    Input(Box<Input>),
    /// An insight.
    Insight(Insight),
    /// A table.
    Table(Table),
    /// A dashboard.
    Dashboard(Dashboard),
    /// A kind whose names and references are all that matters.
    Other,
}

/// A source.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// `type` as it is written.
    pub ty: Option<Spanned>,
    /// `type`, if it is one that there is.
    pub kind: Option<SourceType>,
    /// `database`, with environment references.
    pub database: Option<MappedText>,
    /// `file` of a csv source.
    pub file: Option<Spanned>,
    /// `delimiter` of a csv source.
    pub delimiter: Option<String>,
    /// `has_header` of a csv source.
    pub has_header: bool,
    /// The environment variables that it needs, each where it is named.
    pub variables: Vec<Spanned>,
    /// Whether it has `seeds`, `attach` or other things that only a run of the project brings about.
    pub seeded: bool,
    /// Whether it attaches further databases.
    pub attached: bool,
}

impl Source {
    /// The path of the database, if it is one that is opened as a file.
    pub fn path_of_database(&self) -> Option<&MappedText> {
        let ty = self.ty.as_ref().map(|ty| ty.text.as_str());
        self.database.as_ref().filter(|_| matches!(ty, Some("duckdb" | "sqlite")))
    }
}

/// A model.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// `sql`.
    pub sql: Option<MappedText>,
    /// The place of `sql`'s value.
    pub sql_loc: Option<Loc>,
    /// The name in `source: ref(…)`.
    pub source: Option<Spanned>,
    /// Whether `source` has a value, right or wrong.
    pub source_given: bool,
    /// Whether the source is written inline (it is a child object).
    pub inline_source: bool,
    /// Whether this is a script or merge model (2.0): its data can't be had from SQL alone.
    pub special: bool,
}

/// A metric or a dimension.
#[derive(Debug, Clone, Default)]
pub struct Expression {
    /// `expression`.
    pub expression: Option<MappedText>,
    /// Whether it stands inside a model.
    pub scoped: bool,
}

/// A relation.
#[derive(Debug, Clone, Default)]
pub struct Relation {
    /// `join_type`, `inner` when absent.
    pub join_type: String,
    /// The place of `join_type`'s value.
    pub join_type_loc: Option<Loc>,
    /// `condition`.
    pub condition: Option<MappedText>,
    /// `is_default`.
    pub is_default: bool,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The texts of `columns`, `rows` and `values`, in the order of the file.
    pub fields: Vec<TableField>,
}

/// An element of `columns`, `rows` or `values` of a table.
#[derive(Debug, Clone)]
pub struct TableField {
    /// The list that it stands in.
    pub list: &'static str,
    /// Its text.
    pub text: MappedText,
    /// Its place.
    pub loc: Loc,
}

/// A dashboard.
#[derive(Debug, Clone, Default)]
pub struct Dashboard {
    /// `level`.
    pub level: Option<Bound>,
    /// Whether it is a page elsewhere (`href`).
    pub external: bool,
    /// Whether it is a page of HTML (`template`).
    pub template: bool,
}

/// Single or multiple selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Selection {
    /// `single-select`.
    Single,
    /// `multi-select`.
    Multi,
}

impl Selection {
    /// The word in the project file.
    pub fn name(self) -> &'static str {
        match self {
            Selection::Single => "single-select",
            Selection::Multi => "multi-select",
        }
    }

    /// The accessors that it has (5.4).
    pub fn accessors(self) -> &'static [&'static str] {
        match self {
            Selection::Single => &["value"],
            Selection::Multi => &["values", "min", "max", "first", "last"],
        }
    }
}

/// An input.
#[derive(Debug, Clone)]
pub struct Input {
    /// `type`.
    pub selection: Option<Selection>,
    /// `label`.
    pub label: Option<String>,
    /// Where the options come from.
    pub options: Options,
    /// How it is shown, and what can be selected.
    pub control: Control,
    /// `display.default`.
    pub default: DefaultSelection,
}

/// Where an input's options come from.
#[derive(Debug, Clone, Default)]
pub enum Options {
    /// Nowhere readable; something else says why.
    #[default]
    Missing,
    /// Listed.
    List {
        /// The options with their places.
        items: Vec<Spanned>,
        /// The list.
        loc: Loc,
    },
    /// A query.
    Query(QueryText),
    /// A range.
    Range(Range),
}

/// A `range:`.
#[derive(Debug, Clone)]
pub struct Range {
    /// `start`.
    pub start: Bound,
    /// `end`.
    pub end: Bound,
    /// `step`.
    pub step: Bound,
    /// The mapping.
    pub loc: Loc,
}

/// A bound of a range: the text as written, its YAML type and its place.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Decoded text.
    pub text: String,
    /// What YAML 1.1 makes of it.
    pub typed: Typed,
    /// Where it stands.
    pub loc: Loc,
}

/// What `display.default` says.
#[derive(Debug, Clone, Default)]
pub enum DefaultSelection {
    /// Nothing.
    #[default]
    None,
    /// `value:` of a single-select.
    Value(Spanned),
    /// `values:` of a multi-select, as a list.
    Values(Vec<Spanned>),
    /// `values: all` or `values: none`.
    Word(Spanned),
    /// `values:` as a query (never read by the browser, `R-IN-32a`).
    Query(QueryText),
    /// `start:` and `end:` of a range.
    Range(Option<Bound>, Option<Bound>),
}

/// A scalar that holds a query string `?{…}`.
#[derive(Debug, Clone)]
pub struct QueryText {
    /// The whole scalar's content.
    pub text: MappedText,
    /// What is in it.
    pub query: QueryString,
    /// The place of the scalar.
    pub loc: Loc,
}

impl QueryText {
    /// The SQL between the braces.
    pub fn body(&self) -> &str {
        self.text.slice(self.query.body)
    }

    /// Its range in the scalar's content.
    pub fn body_range(&self) -> TextRange {
        self.query.body
    }
}

/// An insight.
#[derive(Debug, Clone, Default)]
pub struct Insight {
    /// `props.type`.
    pub trace_type: Option<Spanned>,
    /// Whether there are `props` at all.
    pub has_props: bool,
    /// Whether there is a property besides `type`.
    pub draws: bool,
    /// `props.mode`, if it is plain text.
    pub mode: Option<String>,
    /// Interactions, then query-bound props in document order (`R-INS-01`).
    pub statements: Vec<Statement>,
    /// Other props that hold references (`R-INS-02`, 6.6).
    pub statics: Vec<StaticProp>,
    /// Whether a text in it was meant as a query and is none: what it would read is not known then.
    pub unreadable: bool,
}

impl Insight {
    /// Whether it is made of constants: nothing in it is a query. Since 2.2 it is drawn without a model (R-22-40).
    pub fn is_constant(&self) -> bool {
        self.has_props && self.statements.is_empty()
    }

    /// Whether a version draws it although nothing in it is a query.
    pub fn is_drawn_of_constants(&self, target: Target) -> bool {
        self.is_constant() && target.has(Rule::ConstantInsights)
    }
}

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// Goes to WHERE or HAVING.
    Filter,
    /// One series per value.
    Split,
    /// Goes to ORDER BY.
    Sort,
    /// A property bound to a column.
    Prop,
}

/// A query-bound piece of an insight.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What it is for.
    pub kind: StatementKind,
    /// `filter`, `split`, `sort` or the property's path: `props.marker.color`.
    pub key: String,
    /// The expression.
    pub query: QueryText,
}

/// A property that is no query but holds references.
#[derive(Debug, Clone)]
pub struct StaticProp {
    /// Path: `props.name`.
    pub key: String,
    /// The scalar's content.
    pub text: MappedText,
    /// Its place.
    pub loc: Loc,
}
