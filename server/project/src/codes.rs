//! All codes of findings: one row each. Each has a page in `tests/diagnostics/` that is its documentation and its test.

use serde::{Serialize, Serializer};
use std::fmt;

/// How bad a finding is (`verdicts.md` §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Fails today for at least one choice that a viewer can make.
    Error,
    /// Fails after a foreseeable change, or is very probably not meant.
    Warning,
    /// Worth knowing.
    Information,
    /// Barely worth a dotted line.
    Hint,
}

/// What the table says of a code.
struct Row {
    name: &'static str,
    severity: Severity,
    title: &'static str,
    about_text: bool,
    names_its_cause: bool,
    not_silenceable: bool,
    unnecessary: bool,
    of_choices: bool,
    follows_broken_lines: bool,
    follows_a_tag: bool,
}

/// A row without flags.
const PLAIN: Row = Row {
    name: "",
    severity: Severity::Error,
    title: "",
    about_text: false,
    names_its_cause: false,
    not_silenceable: false,
    unnecessary: false,
    of_choices: false,
    follows_broken_lines: false,
    follows_a_tag: false,
};

macro_rules! codes {
    ($($code:ident $name:literal $severity:ident $title:literal $([$($flag:ident),*])?),* $(,)?) => {
        /// One kind of finding. Codes are ordered by their names.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`: ", $title, ".")] $code),*
        }

        const ROWS: &[Row] = &[$(
            Row { name: $name, severity: Severity::$severity, title: $title, $($($flag: true,)*)? ..PLAIN }
        ),*];

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$code),*];
        }
    };
}

// A code, its name, how bad it is unless the project's settings say otherwise, what it means in a few words, and its flags
// (the functions below say what they are).
codes! {
    AggregateMisplaced "aggregate-misplaced" Warning "a metric does not aggregate, or a dimension does",
    AliasNotFollowed "alias-not-followed" Information "an alias stands for too much to follow" [not_silenceable],
    AmbiguousReference "ambiguous-reference" Error "a name is defined in several models" [names_its_cause],
    AmbiguousRelation "ambiguous-relation" Warning "several relations could join the same models",
    BareModelReference "bare-model-reference" Error "a model stands where a column is needed",
    BrowserEngine "browser-engine" Error "the browser's engine refuses what the source's accepts",
    CombinationBind "combination-bind" Error "some choices make a query that the engine refuses" [of_choices],
    CombinationSyntax "combination-syntax" Error "some choices make a query that is no SQL" [of_choices],
    CombinationValue "combination-value" Error "some choices don't fit what they are compared with" [of_choices],
    CommentedText "commented-text" Hint "a text, or its end, is taken for a comment" [about_text],
    Configuration "configuration" Error "the settings file can't be read",
    ConflictingKeys "conflicting-keys" Error "two keys exclude each other",
    CustomTag "custom-tag" Error "YAML tags are refused by the loader" [about_text],
    DashboardNotRun "dashboard-not-run" Error "a dashboard's name keeps it from being run",
    DatabaseMissing "database-missing" Warning "the database file does not exist",
    DatabaseUnreadable "database-unreadable" Warning "the database file is damaged, or something else",
    DateOptions "date-options" Warning "options that are dates reach the browser as numbers",
    DbtManifest "dbt-manifest" Warning "dbt has not compiled its manifest",
    DbtNotGenerated "dbt-not-generated" Information "the file that is made from dbt is not there",
    DbtProject "dbt-project" Error "dbt misses one of its files, a profile or a target",
    DefaultNotAnOption "default-not-an-option" Error "the default is none of the options",
    DefaultRange "default-range" Warning "the default of a numeric range is compared as text",
    DroppedFilter "dropped-filter" Error "a filter is dropped without a word",
    DuplicateKey "duplicate-key" Warning "a key is written twice; the last one wins" [about_text],
    DuplicateName "duplicate-name" Error "two objects have one name" [names_its_cause],
    DuplicateOption "duplicate-option" Warning "an option is listed twice",
    EmptyFile "empty-file" Error "the file is empty",
    EmptyListDeletes "empty-list-deletes" Error "an empty list in an included file deletes what was read before",
    ExpressionSource "expression-source" Error "a metric or dimension must reach exactly one source",
    ExpressionTooLarge "expression-too-large" Information "metrics on top of each other make too large a query",
    FileMissing "file-missing" Warning "the file of a source does not exist",
    FileNotIncluded "file-not-included" Warning "nothing includes a file" [not_silenceable],
    ForeignSql "foreign-sql" Warning "a query is hardly SQL of its database",
    GroupedBySort "grouped-by-sort" Information "a sort adds to what is grouped by",
    GroupedDifferently "grouped-differently" Error "an expression is grouped by in another form than is selected",
    GroupedPlaceholder "grouped-placeholder" Error "text before a placeholder is lost where it is grouped by",
    GroupedRows "grouped-rows" Warning "equal rows become one",
    HalfWiredInput "half-wired-input" Hint "an input filters most insights of a dashboard, and not all",
    HostileOption "hostile-option" Hint "an option that nobody has yet would break a query",
    IgnoredKey "ignored-key" Warning "a key has no effect" [about_text, follows_broken_lines],
    IgnoredSlice "ignored-slice" Warning "a slice has no effect",
    ImpossiblePair "impossible-pair" Hint "most pairs of two inputs show nothing",
    IncludeCycle "include-cycle" Error "a file includes itself",
    IncludeDepth "include-depth" Warning "a folder is not taken for want of a slash",
    IncludeEmptyFolder "include-empty-folder" Warning "an included folder has no YAML file",
    IncludeExclusion "include-exclusion" Warning "an exclusion leaves out more than it names",
    IncludeGitReference "include-git-reference" Error "a git reference is malformed",
    IncludeNotFetched "include-not-fetched" Information "a git repository is not in the cache",
    IncludeNotFound "include-not-found" Error "an included file or folder does not exist",
    IncludeNotRead "include-not-read" Warning "an included file is there and is not read",
    IncludedTwice "included-twice" Error "a file is read twice, by two paths",
    InputName "input-name" Warning "an input's name is not seen everywhere",
    InsightEmpty "insight-empty" Error "an insight without inputs has no rows",
    InvalidAccessor "invalid-accessor" Error "an input has no such accessor",
    InvalidDisplay "invalid-display" Error "a control does not fit the input",
    InvalidName "invalid-name" Error "a metric or dimension needs an identifier as its name" [about_text],
    InvalidProp "invalid-prop" Error "a property does not take such a value",
    InvalidRange "invalid-range" Error "a range has no values, or not those that are meant",
    InvalidSuppression "invalid-suppression" Warning "a comment names no finding that there is" [not_silenceable],
    InvalidTemplate "invalid-template" Error "the HTML of a dashboard holds what it may not" [about_text],
    InvalidValue "invalid-value" Error "a value is none of those allowed" [about_text, follows_a_tag],
    InvertedCondition "inverted-condition" Warning "a condition says the opposite",
    JoinSides "join-sides" Warning "the sides of a join change from run to run",
    LayoutNotSubstituted "layout-not-substituted" Warning "inputs are shown literally in a layout",
    LegacyProjectFile "legacy-project-file" Hint "the project file has its old name",
    LineOrder "line-order" Hint "the points of a line are in no order",
    LostItems "lost-items" Warning "a query in a list replaces its other items",
    MalformedExpression "malformed-expression" Error "an evaluation string is malformed",
    MalformedQuery "malformed-query" Error "a query string is malformed" [about_text],
    MalformedReference "malformed-reference" Error "a text looks like a reference but is none" [about_text],
    MergeKey "merge-key" Error "YAML merge keys are refused by the loader" [about_text],
    MissingField "missing-field" Error "a required key is missing" [about_text, follows_broken_lines],
    MissingParentheses "missing-parentheses" Error "texts that are put together change their meaning",
    MissingSource "missing-source" Error "a model has no source" [names_its_cause],
    MixedSources "mixed-sources" Error "models of several sources meet in one query",
    ModelEmpty "model-empty" Error "a model without rows breaks in the browser",
    ModelSql "model-sql" Error "a model's query fails",
    NoChange "no-change" Hint "all choices of an input show the same",
    NoEffect "no-effect" Warning "a split has no effect",
    NoJoinPath "no-join-path" Error "no relation joins two models of an insight",
    NoModel "no-model" Error "an insight reads no model",
    NoOptions "no-options" Error "an input has no options",
    NoRows "no-rows" Hint "some choices show nothing",
    NullAccessor "null-accessor" Warning "an accessor is always NULL",
    NullOption "null-option" Warning "an option is NULL",
    NullText "null-text" Warning "nothing selected becomes the text `NULL`",
    OptionSinceLock "option-since-lock" Warning "an option that is new since the lock breaks a query",
    OptionsColumns "options-columns" Error "an option query has not exactly one column",
    OptionsQuery "options-query" Error "an option query fails",
    OptionsReference "options-reference" Error "an option query must name exactly one model",
    OverBudget "over-budget" Warning "an insight takes more than the budget",
    PhantomDefault "phantom-default" Warning "a default selects a text that is no option",
    QueryExpected "query-expected" Error "a query `?{…}` is needed",
    QueryNotExecuted "query-not-executed" Warning "a query stands where none is executed",
    QueryNotRun "query-not-run" Information "a query is not run, or not to its end",
    QuotedReference "quoted-reference" Error "a name in quotes is not found at run time",
    ReferenceCycle "reference-cycle" Error "objects refer to each other in a circle",
    ReferenceExpected "reference-expected" Error "a plain text stands where a reference is needed",
    ReferenceNotReplaced "reference-not-replaced" Warning "a reference inside a text is shown literally",
    RelationIgnored "relation-ignored" Warning "a relation over three or more models has no effect",
    RelationModels "relation-models" Error "a relation's condition must refer to two models",
    RemovedSyntax "removed-syntax" Error "a syntax of older versions has no effect",
    RunError "run-error" Error "a query fails when it runs",
    ScopedReference "scoped-reference" Error "an expression inside a model can't use references",
    ShadowedName "shadowed-name" Information "a metric or dimension hides a column",
    ShadowedProjectFile "shadowed-project-file" Warning "another project file in the folder is not read",
    SliceType "slice-type" Error "a slice gives what its property does not take",
    SqlBind "sql-bind" Error "the engine refuses a query",
    SqlSyntax "sql-syntax" Error "a query is no SQL",
    TableObjects "table-objects" Error "a table reads several objects",
    TemplateLiteral "template-literal" Error "the browser can't prepare a query",
    TooManyOptions "too-many-options" Warning "an input has very many options",
    UnknownAggregate "unknown-aggregate" Error "an aggregate function is not known as one",
    UnknownColumn "unknown-column" Error "a model has no such column" [names_its_cause],
    UnknownKey "unknown-key" Error "an object has no such key" [about_text, follows_broken_lines],
    UnknownLevel "unknown-level" Warning "a dashboard's level is none of those defined",
    UnknownProp "unknown-prop" Error "plotly has no such property",
    UnknownReference "unknown-reference" Error "nothing has this name" [names_its_cause],
    UnreadInput "unread-input" Hint "no insight reads an input",
    UnreadableFile "unreadable-file" Error "a file can't be read" [not_silenceable],
    UnsetVariable "unset-variable" Warning "an environment variable is not set" [names_its_cause],
    UnusableName "unusable-name" Warning "a name that no reference can have",
    UnusableSource "unusable-source" Error "a run can't use a source",
    UnusedObject "unused-object" Hint "no dashboard uses an object" [unnecessary],
    UnusedSuppression "unused-suppression" Warning "a comment silences nothing" [not_silenceable],
    UnwritableType "unwritable-type" Error "values that a run can't write",
    VariableNotReplaced "variable-not-replaced" Error "an environment variable stays literal text",
    VersionDifference "version-difference" Warning "something works in one format version only",
    VersionMismatch "version-mismatch" Error "the project is written for another version",
    WindowFilter "window-filter" Error "a filter holds a window function",
    WorkbookAsCsv "workbook-as-csv" Warning "a workbook is read as CSV",
    WrongReferenceKind "wrong-reference-kind" Error "a reference names the wrong kind of object",
    WrongType "wrong-type" Error "a value has the wrong type" [about_text, follows_a_tag],
    YamlSyntax "yaml-syntax" Error "the text is not valid YAML" [not_silenceable],
}

impl Code {
    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The code of this name.
    pub fn named(name: &str) -> Option<Self> {
        ROWS.binary_search_by(|row| row.name.cmp(name)).ok().map(|at| Self::ALL[at])
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// How bad it is unless the project's settings say otherwise.
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// What it means, in a few words.
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// Whether it depends on the text of one object alone, so that a check that could not see everything knows too when there
    /// is none.
    pub fn is_about_text(self) -> bool {
        self.row().about_text
    }

    /// Whether its message names the cause: two findings with the same message have one cause.
    pub fn names_its_cause(self) -> bool {
        self.row().names_its_cause
    }

    /// Whether editors offer a comment that silences it: none can where the YAML or the comment itself is wrong.
    pub fn is_silenceable(self) -> bool {
        !self.row().not_silenceable
    }

    /// Whether what it marks is not needed: editors show it in grey.
    pub fn is_unnecessary(self) -> bool {
        self.row().unnecessary
    }

    /// Whether it says that some choices fail and others don't.
    pub fn is_of_choices(self) -> bool {
        self.row().of_choices
    }

    /// Whether it is usually a consequence where lines near it are no YAML.
    pub fn follows_broken_lines(self) -> bool {
        self.row().follows_broken_lines
    }

    /// Whether it is a consequence where its value has a tag.
    pub fn follows_a_tag(self) -> bool {
        self.row().follows_a_tag
    }
}

impl fmt::Display for Code {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_found() {
        assert!(ROWS.is_sorted_by(|a, b| a.name < b.name));
        assert!(Code::ALL.iter().all(|code| Code::named(code.name()) == Some(*code)));
        assert_eq!(Code::named("nothing"), None);
    }

    /// What it hides at the place of a `dropped-filter` is not a matter of names.
    #[test]
    fn what_is_said_of_choices() {
        let of_choices: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.is_of_choices()).collect();
        assert_eq!(of_choices, [Code::CombinationBind, Code::CombinationSyntax, Code::CombinationValue]);
    }
}
