//! The table: every kind of the project format with its fields (section 3 and 5.1 of the format reference).

use super::sources::{PORT, SOURCE};
use super::theme::THEME;
use super::types::{Field, Kind, Place, Shape, Type, Variants, field};
use super::versions::Rule;
use crate::control::{MULTI_DISPLAYS, SINGLE_DISPLAYS};

pub(super) const NAME: Field =
    field("name", Type::Text, "Name by which other objects refer to this one. All objects share one namespace.");
const DESCRIPTION: Field = field("description", Type::Text, "What it shows, for people.");
pub(super) const TEXT: Type = Type::Text;
pub(super) const ENV: Type = Type::EnvironmentText;

/// Shape of the project file (3.1).
pub static PROJECT: Shape = Shape::plain(
    "project",
    &[
        field("name", TEXT, "The project's name."),
        field("cli_version", TEXT, "Version of the command line that this project is written for."),
        field("defaults", Type::Object(Kind::Defaults), "Values that objects use when they name none."),
        field("dbt", Type::Mapping(&DBT), "Takes sources and models from a dbt project."),
        field(
            "includes",
            Type::List(&Type::Object(Kind::Include)),
            "Other files, folders or git repositories whose objects belong to this project.",
        ),
        field("sources", Type::List(&Type::Object(Kind::Source)), "Databases and files that models read.")
            .alias("targets"),
        field("models", Type::List(&Type::Object(Kind::Model)), "SQL queries on sources."),
        field("metrics", Type::List(&Type::Object(Kind::Metric)), "Named aggregates over models."),
        field("dimensions", Type::List(&Type::Object(Kind::Dimension)), "Named row-level expressions over models."),
        field("relations", Type::List(&Type::Object(Kind::Relation)), "How models join."),
        field("inputs", Type::List(&Type::Object(Kind::Input)), "Controls that a viewer can change."),
        field("insights", Type::List(&Type::Object(Kind::Insight)), "Chart queries with their plotly properties."),
        field("charts", Type::List(&Type::Object(Kind::Chart)), "Insights on one pair of axes."),
        field("tables", Type::List(&Type::Object(Kind::Table)), "Tables of rows."),
        field("markdowns", Type::List(&Type::Object(Kind::Markdown)), "Pieces of text."),
        field("dashboards", Type::List(&Type::Object(Kind::Dashboard)), "Pages."),
        field("destinations", Type::List(&Type::Object(Kind::Destination)), "Where alerts go."),
        field("alerts", Type::List(&Type::Object(Kind::Alert)), "Conditions that notify."),
        field("tests", Type::List(&Type::Object(Kind::Test)), "Assertions about insights.").by(Rule::Tests),
        field("theme", Type::Mapping(&THEME), "How all charts and pages look.").by(Rule::Themes),
        field("project_dir", TEXT, "Set automatically; do not write."),
        field("project_file_path", TEXT, "Set automatically; do not write."),
    ],
);

static INCLUDE: Shape = Shape::plain(
    "include",
    &[
        field(
            "path",
            TEXT,
            "A file, a folder, or `owner/name.git@version [-- file]`, relative to the file that includes it.",
        )
        .required(),
        field("depth", Type::Integer, "How many levels of folders to take; all when absent."),
        field("exclusions", Type::List(&TEXT), "Names, globs or regular expressions of files to leave out."),
    ],
);

static DEFAULTS: Shape = Shape::plain(
    "defaults",
    &[
        field("source_name", TEXT, "Name of the source of models that name none.").alias("target_name"),
        field("alert_name", TEXT, "Name of the default alert."),
        field("threads", Type::Integer, "How many queries run at once.").default("8"),
        field("levels", Type::List(&Type::Mapping(&LEVEL)), "Levels of the dashboard overview, in order."),
        field("telemetry_enabled", Type::Boolean, "Whether the command line may send telemetry."),
    ],
);

static LEVEL: Shape = Shape {
    name: "level",
    fields: &[field("title", TEXT, "Heading.").required(), field("description", TEXT, "Text below it.").required()],
    variants: None,
    open: true,
};

static DBT: Shape = Shape {
    name: "dbt",
    fields: &[
        field("enabled", Type::Boolean, "Whether dbt is used.").default("true"),
        field("output_file", TEXT, "Where the generated file goes."),
        field("dbt_project_yml_location", TEXT, "Folder of `dbt_project.yml`."),
        field("profiles_yml_location", TEXT, "Folder of `profiles.yml`."),
        field("prefix", TEXT, "Put before the generated names."),
    ],
    variants: None,
    open: true,
};

static MODEL: Shape = Shape::plain(
    "model",
    &[
        NAME,
        field("sql", TEXT, "One SELECT in the source's dialect. References inside are not resolved.").required(),
        field(
            "source",
            Type::ObjectOrReference(Kind::Source, Place::ModelSource),
            "The source it reads; the default source when absent.",
        )
        .alias("target"),
        field("metrics", Type::List(&Type::Object(Kind::Metric)), "Aggregates over this model's columns."),
        field(
            "dimensions",
            Type::List(&Type::Object(Kind::Dimension)),
            "Row-level expressions over this model's columns.",
        ),
    ],
);

/// A model with `args` (3.4), until 2.0.
static SCRIPT_MODEL: Shape = Shape::plain(
    "script model",
    &[
        NAME.required(),
        field("args", Type::List(&TEXT), "Command and arguments; it prints CSV with a header. Since 2.1: `seeds`.")
            .required()
            .by(Rule::ScriptsAndMerges),
        field("table_name", TEXT, "Table that holds the command's output.").default("model"),
        field("allow_empty", Type::Boolean, "Whether no output is fine.").default("false"),
    ],
);

/// A model with `models` (3.4), until 2.0.
static MERGE_MODEL: Shape = Shape::plain(
    "merge model",
    &[
        NAME,
        field("sql", TEXT, "One SELECT; it sees each of the models as `<model>.<table>`.").required(),
        field(
            "models",
            Type::List(&Type::ObjectOrReference(Kind::Model, Place::MergeModels)),
            "The models that it reads. 2.1 has no such models.",
        )
        .required()
        .by(Rule::ScriptsAndMerges),
    ],
);

static METRIC: Shape = Shape::plain(
    "metric",
    &[NAME, field("expression", Type::Expression(Place::MetricExpression), "SQL aggregate.").required(), DESCRIPTION],
);

static DIMENSION: Shape = Shape::plain(
    "dimension",
    &[
        NAME,
        field("expression", Type::Expression(Place::DimensionExpression), "Row-level SQL.").required(),
        field("data_type", TEXT, "Type, for people."),
        DESCRIPTION,
    ],
);

static RELATION: Shape = Shape::plain(
    "relation",
    &[
        NAME,
        field("join_type", Type::Choice(&["inner", "left", "right", "full"]), "Kind of join.").default("inner"),
        field(
            "condition",
            Type::Expression(Place::RelationCondition),
            "Join condition over the columns of two models.",
        )
        .required(),
        field("is_default", Type::Boolean, "Whether it wins among several relations of one pair.").default("false"),
    ],
);

static RANGE: Shape = Shape::plain(
    "range",
    &[
        field("start", Type::Plain, "First value: a number, a date, or a date expression such as `today - 30 days`.")
            .required(),
        field("end", Type::Plain, "Last value.").required(),
        field("step", Type::Plain, "Distance between values: a number, or `1 day`, `1 week`, …").required(),
    ],
);

static SINGLE_DISPLAY: Shape = Shape::plain(
    "display",
    &[
        field("type", Type::Choice(SINGLE_DISPLAYS), "Which control is shown.").default("dropdown"),
        field("default", Type::Mapping(&SINGLE_DEFAULT), "What is selected first."),
    ],
);

static SINGLE_DEFAULT: Shape =
    Shape::plain("default", &[field("value", Type::Plain, "The option that is selected first.").required()]);

static MULTI_DISPLAY: Shape = Shape::plain(
    "display",
    &[
        field("type", Type::Choice(MULTI_DISPLAYS), "Which control is shown.").default("dropdown"),
        field("default", Type::Mapping(&MULTI_DEFAULT), "What is selected first."),
    ],
);

static MULTI_DEFAULT: Shape = Shape::plain(
    "default",
    &[
        field("values", Type::DefaultValues, "The options that are selected first: a list, `all` or `none`."),
        field("start", Type::Plain, "Start of the selected range."),
        field("end", Type::Plain, "End of the selected range."),
    ],
);

/// Values of an input's `type`.
pub const INPUT_TYPES: &[&str] = &["single-select", "multi-select"];

static INPUT: Shape = Shape {
    name: "input",
    fields: &[
        NAME,
        field("type", Type::Choice(INPUT_TYPES), "Whether a viewer selects one option or several.").required(),
        field("label", TEXT, "Text beside the control."),
    ],
    variants: Some(Variants {
        key: "type",
        default: None,
        cases: &[
            (
                "single-select",
                &[
                    field(
                        "options",
                        Type::Options,
                        "The options: a list of strings, or a query `?{ select … from ${ref(model)} }`.",
                    )
                    .required(),
                    field("display", Type::Mapping(&SINGLE_DISPLAY), "How it looks."),
                ],
            ),
            (
                "multi-select",
                &[
                    field(
                        "options",
                        Type::Options,
                        "The options: a list of strings, or a query `?{ select … from ${ref(model)} }`.",
                    ),
                    field("range", Type::Mapping(&RANGE), "Evenly spaced numbers or dates instead of options."),
                    field("display", Type::Mapping(&MULTI_DISPLAY), "How it looks."),
                ],
            ),
        ],
    }),
    open: false,
};

static INSIGHT: Shape = Shape::plain(
    "insight",
    &[
        NAME.required(),
        DESCRIPTION,
        field("props", Type::Props, "Plotly trace properties; `?{…}` binds a property to a column of the query."),
        field("interactions", Type::List(&Type::Interaction), "Filters, splits and sorts of the query."),
    ],
);

/// Keys of an interaction, in the order in which they act (3.9).
pub const INTERACTION_KEYS: &[&str] = &["filter", "split", "sort"];

/// What the keys of an interaction do, for people.
pub const INTERACTION_DOCS: &[(&str, &str)] = &[
    ("filter", "Keeps the rows for which it holds."),
    ("split", "One series for each of its values."),
    ("sort", "Orders the rows; may end in `ASC` or `DESC`."),
];

static CHART: Shape = Shape::plain(
    "chart",
    &[
        NAME,
        field(
            "insights",
            Type::List(&Type::ObjectOrReference(Kind::Insight, Place::ChartInsights)),
            "The insights it draws.",
        ),
        field("layout", Type::Layout, "Plotly layout."),
    ],
);

/// Values of `rows_per_page` (S-31); not every version has all ([`page_versions`]).
const ROWS_PER_PAGE: &[i64] = &[3, 5, 10, 15, 25, 50, 100, 500, 1000];

static FORMAT_CELLS: Shape = Shape::plain(
    "format_cells",
    &[
        field("scope", Type::Choice(&["row", "column", "table"]), "Over which cells the colours spread.").required(),
        field("min_color", Type::HexColor, "Colour of the smallest value: `#` and 3 or 6 hexadecimal digits.")
            .required(),
        field("max_color", Type::HexColor, "Colour of the largest value: `#` and 3 or 6 hexadecimal digits.")
            .required(),
    ],
);

static TABLE: Shape = Shape::plain(
    "table",
    &[
        NAME,
        field("data", Type::TableData, "The insight or model whose rows are shown."),
        field("columns", Type::List(&Type::Expression(Place::TableFields)), "Columns, `${ref(x).field} [as Alias]`."),
        field("rows", Type::List(&Type::Expression(Place::TableFields)), "Row headers of a pivot."),
        field("values", Type::List(&Type::Expression(Place::TableFields)), "Aggregates of a pivot."),
        field("rows_per_page", Type::IntegerChoice(ROWS_PER_PAGE), "Rows on one page.").default("50"),
        field("format_cells", Type::Mapping(&FORMAT_CELLS), "Colour scale of the cells."),
    ],
);

static MARKDOWN: Shape = Shape::plain(
    "markdown",
    &[
        NAME,
        field("content", TEXT, "Markdown text.").required(),
        field("align", Type::Choice(&["left", "center", "right"]), "Horizontal alignment.").default("left"),
        field(
            "justify",
            Type::Choice(&["start", "end", "center", "between", "around", "evenly"]),
            "Vertical distribution.",
        )
        .default("start"),
    ],
);

static INTERNAL_DASHBOARD: Shape = Shape::plain(
    "dashboard",
    &[
        NAME.required(),
        field("rows", Type::List(&Type::Object(Kind::Row)), "The rows of the page."),
        field("level", Type::Level, "Where the overview lists it."),
        field("tags", Type::List(&TEXT), "Tags."),
        DESCRIPTION,
        field("type", Type::Choice(&["internal"]), "`internal` for a page of this project.").default("internal"),
    ],
);

static EXTERNAL_DASHBOARD: Shape = Shape::plain(
    "dashboard",
    &[
        NAME.required(),
        field("href", TEXT, "Absolute address.").required(),
        field("level", Type::Level, "Where the overview lists it."),
        field("tags", Type::List(&TEXT), "Tags."),
        DESCRIPTION,
        field("type", Type::Choice(&["external"]), "`external` for a page elsewhere.").default("external"),
    ],
);

/// A dashboard with `template`, since 2.2 (R-22-30).
static TEMPLATE_DASHBOARD: Shape = Shape::plain(
    "dashboard",
    &[
        NAME.required(),
        field(
            "template",
            Type::Template,
            "The page as HTML. An element with `data-visivo-item=\"name\"` shows the chart, table, markdown or input of that name.",
        )
        .required()
        .by(Rule::Templates),
        field("level", Type::Level, "Where the overview lists it."),
        field("tags", Type::List(&TEXT), "Tags."),
        DESCRIPTION,
        field("type", Type::Choice(&["template"]), "`template` for a page of HTML.").default("template"),
    ],
);

/// Words for a row's height with their pixels (3.13).
pub const HEIGHTS: &[&str] = &["compact", "xsmall", "small", "medium", "large", "xlarge", "xxlarge"];

static ROW: Shape = Shape::plain(
    "row",
    &[
        NAME,
        field("height", Type::Height, "Height: a word, or pixels since 2.1.").default("medium"),
        field("items", Type::List(&Type::Object(Kind::Item)), "The cells, left to right.").required(),
    ],
);

static ITEM: Shape = Shape::plain(
    "item",
    &[
        NAME,
        field("width", Type::IntegerFrom(1, Rule::PositiveWidths), "Share of the row's width.").default("1"),
        field("chart", Type::ObjectOrReference(Kind::Chart, Place::ItemChart), "A chart."),
        field("table", Type::ObjectOrReference(Kind::Table, Place::ItemTable), "A table."),
        field("markdown", Type::MarkdownItem, "A text."),
        field("input", Type::ObjectOrReference(Kind::Input, Place::ItemInput), "A control."),
        field("rows", Type::List(&Type::Object(Kind::Row)), "Rows inside this cell."),
    ],
);

static DESTINATION: Shape = Shape {
    name: "destination",
    fields: &[NAME, field("type", Type::Choice(&["slack", "email", "console"]), "How it notifies.").required()],
    variants: Some(Variants {
        key: "type",
        default: None,
        cases: &[
            ("slack", &[field("webhook_url", TEXT, "Slack webhook.")]),
            (
                "email",
                &[
                    field("subject", TEXT, "Subject line.").default("Visivo Destination"),
                    field("to", TEXT, "Recipient."),
                    PORT.default("2525"),
                    field("host", TEXT, "SMTP host."),
                    field("username", TEXT, "User name."),
                    field("password", TEXT, "Password."),
                ],
            ),
            (
                "console",
                &[field("message", TEXT, "What to print."), field("called", Type::Boolean, "Set automatically.")],
            ),
        ],
    }),
    open: false,
};

static ALERT: Shape = Shape::plain(
    "alert",
    &[
        NAME,
        field("if", Type::Evaluation, "Condition `>{…}`."),
        field(
            "destinations",
            Type::List(&Type::Object(Kind::Destination)),
            "Whom to tell; written here, not by reference.",
        ),
    ],
);

static TEST: Shape = Shape::plain(
    "test",
    &[
        NAME,
        field("if", Type::Evaluation, "Runs only if this `>{…}` holds."),
        field("on_failure", Type::Choice(&["exit", "continue"]), "What a failure does.").default("exit"),
        field("assertions", Type::List(&Type::Evaluation), "Expressions `>{…}` that must hold."),
    ],
);

/// The shape of a kind, for a mapping that has certain keys: dashboards with `href` or `template` and without differ, and so do models
/// with `args` or `models`.
pub fn shape(kind: Kind, has: impl Fn(&str) -> bool) -> &'static Shape {
    match kind {
        Kind::Project => &PROJECT,
        Kind::Include => &INCLUDE,
        Kind::Defaults => &DEFAULTS,
        Kind::Source => &SOURCE,
        Kind::Model if has("args") => &SCRIPT_MODEL,
        Kind::Model if has("models") => &MERGE_MODEL,
        Kind::Model => &MODEL,
        Kind::Metric => &METRIC,
        Kind::Dimension => &DIMENSION,
        Kind::Relation => &RELATION,
        Kind::Input => &INPUT,
        Kind::Insight => &INSIGHT,
        Kind::Chart => &CHART,
        Kind::Table => &TABLE,
        Kind::Markdown => &MARKDOWN,
        Kind::Dashboard if has("href") => &EXTERNAL_DASHBOARD,
        Kind::Dashboard if has("template") => &TEMPLATE_DASHBOARD,
        Kind::Dashboard => &INTERNAL_DASHBOARD,
        Kind::Row => &ROW,
        Kind::Item => &ITEM,
        Kind::Destination => &DESTINATION,
        Kind::Alert => &ALERT,
        Kind::Test => &TEST,
    }
}

/// Keys that the reference's loader writes into mappings itself (`R-MERGE-05`): accepted everywhere.
pub const RESERVED_KEYS: &[&str] = &["path", "file_path"];

/// List keys that are merged from included files (`R-MERGE-01`), with the kind of their items.
pub const MERGED_KEYS: &[(&str, Kind)] = &[
    ("sources", Kind::Source),
    ("models", Kind::Model),
    ("metrics", Kind::Metric),
    ("dimensions", Kind::Dimension),
    ("relations", Kind::Relation),
    ("inputs", Kind::Input),
    ("insights", Kind::Insight),
    ("charts", Kind::Chart),
    ("tables", Kind::Table),
    ("markdowns", Kind::Markdown),
    ("dashboards", Kind::Dashboard),
    ("destinations", Kind::Destination),
    ("alerts", Kind::Alert),
    ("tests", Kind::Test),
];
