//! Why something is not known: one row per reason, with its name in JSON, in the cache's file and on the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! reasons {
    ($($reason:ident $name:literal $meaning:literal),* $(,)?) => {
        /// Why something is not known.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $(#[doc = $meaning] $reason,)*
            /// A reason of another version of this program, out of its cache.
            NotKnown,
        }

        impl Reason {
            /// Every reason with a name of its own.
            pub const ALL: &[Reason] = &[$(Reason::$reason),*];

            /// Its stable, machine-readable name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Reason::$reason => $name,)*
                    Reason::NotKnown => "not-known",
                }
            }
        }
    };
}

reasons! {
    AnswerTooLong "answer-too-long" "The values take more than the limit.",
    ArtefactOutdated "artefact-outdated" "What an earlier run left is older than what it was made from.",
    BrowserOnly "browser-only" "Only the browser's engine reads it.",
    CalledOff "called-off" "The user called it off.",
    Cancelled "cancelled" "Nobody waits for it any more.",
    DatabaseChanging "database-changing" "The database changes while it is read.",
    DatabaseLocked "database-locked" "Another process holds the database.",
    DatabaseMissing "database-missing" "There is no such database.",
    DatabaseUnreadable "database-unreadable" "The database is damaged, or something else.",
    DynamicPivot "dynamic-pivot" "Which columns a `PIVOT` has depends on the data.",
    EndlessRange "endless-range" "A range of options never ends.",
    Engine "engine" "The engine gave an answer of another kind.",
    EngineFailure "engine-failure" "The engine failed, which says nothing about the query.",
    ExtensionMissing "extension-missing" "It needs an extension of DuckDB that is not built in.",
    FileMissing "file-missing" "There is no such file.",
    FileNotAllowed "file-not-allowed" "The file lies where nothing may be read.",
    FileNotKnown "file-not-known" "Which file it reads is not known before it runs.",
    FileUnreadable "file-unreadable" "The file can't be read.",
    FileUnwritable "file-unwritable" "The file can't be written.",
    FolderMissing "folder-missing" "The project's folder can't be opened.",
    FunctionNotRun "function-not-run" "A function that is not called here.",
    GateDisagrees "gate-disagrees" "The two parsers read the text differently.",
    HasErrors "has-errors" "Something that it refers to is broken.",
    InternalError "internal-error" "A mistake of this program.",
    LevelParse "level-parse" "No source is opened at the level `parse`.",
    LockMissing "lock-missing" "No source is opened, and the lock does not tell it.",
    LogUnreadable "log-unreadable" "The log beside the database can't be read.",
    ModelFailed "model-failed" "The query of a model fails.",
    ModelSql "model-sql" "The query of this model fails.",
    Name "name" "Its name can't be that of a file.",
    NameSecret "name-secret" "It names a database that a variable names.",
    NeedsSource "needs-source" "It needs a source, and the worker opens none.",
    NestedTooDeep "nested-too-deep" "The query is nested more deeply than is read.",
    Network "network" "It would open a connection.",
    NoExport "no-export" "The worker writes no files.",
    NoInput "no-input" "There is no input.",
    NoInsight "no-insight" "There is no insight.",
    NoModel "no-model" "It reads no model.",
    NoOptions "no-options" "An input has no options.",
    NoPlainFile "no-plain-file" "What is read is no plain file.",
    NoQuery "no-query" "It has no query.",
    NoSource "no-source" "There is no source that could be asked.",
    NoSql "no-sql" "It has no SQL.",
    NoType "no-type" "It has no type.",
    NotAFileName "not-a-file-name" "The name is that of no file.",
    NotAnOption "not-an-option" "What is chosen is no option.",
    OptionsColumns "options-columns" "An option query has not exactly one column.",
    OptionsMadeUp "options-made-up" "Only what the options look like is known.",
    OptionsNotKept "options-not-kept" "The lock keeps no options of this input.",
    OptionsQuery "options-query" "An option query fails.",
    OptionsReference "options-reference" "An option query does not name exactly one model.",
    OptionsUnreadable "options-unreadable" "The options can't be read from the project.",
    OtherError "other-error" "The query fails for another reason.",
    OutOfMemory "out-of-memory" "It needs more memory than the limit.",
    OutOfTime "out-of-time" "The run had no time left for it.",
    OutsideRepository "outside-repository" "The file lies outside of the repository.",
    PathNotText "path-not-text" "The path is not Unicode.",
    Pending "pending" "It was just asked.",
    PrivateFile "private-file" "The file may hold secrets.",
    QueryTooLarge "query-too-large" "Its metrics make a larger query than is looked at.",
    QuestionUnsendable "question-unsendable" "The question can't be put to the worker.",
    ReadOnly "read-only" "It would write.",
    SameFile "same-file" "Two objects would be written to one file.",
    Schema "schema" "The tables of a source can't be listed.",
    SeveralSources "several-sources" "Its models have several sources.",
    ShadowTable "shadow-table" "No empty table can stand for a model.",
    SourceDialect "source-dialect" "Its dialect is not judged here.",
    SourceNotSupported "source-not-supported" "Sources of this type can't be asked from here.",
    SpecialModel "special-model" "The model is made by something else than SQL.",
    Sql "sql" "The query fails.",
    Timeout "timeout" "It took longer than the limit.",
    TooManyOptions "too-many-options" "There are more options than are looked at.",
    TooManyValues "too-many-values" "There are more values than are looked at.",
    TypeUnreadable "type-unreadable" "A column's type can't be read from here.",
    TypesUnknown "types-unknown" "Some types are not known.",
    UnknownInput "unknown-input" "There is no input of this name.",
    Untrusted "untrusted" "The workspace is not trusted.",
    VariableUnset "variable-unset" "An environment variable is not set.",
    WorkerClosed "worker-closed" "The server is shutting down.",
    WorkerDied "worker-died" "The worker died of the query.",
    WorkerUnavailable "worker-unavailable" "No worker can be started for now.",
    WrongWorker "wrong-worker" "The question is for the other worker.",
}

impl Reason {
    /// The reason of this name.
    pub fn named(name: &str) -> Self {
        Self::ALL.binary_search_by(|reason| reason.name().cmp(name)).map_or(Self::NotKnown, |at| Self::ALL[at])
    }

    /// Whether it may be gone in a moment, without anybody doing anything about it.
    pub fn passes(self) -> bool {
        matches!(self, Self::WorkerDied | Self::WorkerUnavailable | Self::DatabaseLocked | Self::DatabaseChanging)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name())
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|name| Self::named(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unknown;

    #[test]
    fn reasons_are_sorted_and_found() {
        assert!(Reason::ALL.is_sorted_by(|a, b| a.name() < b.name()));
        assert!(Reason::ALL.iter().all(|reason| Reason::named(reason.name()) == *reason));
    }

    /// A cache outlives the program that wrote it.
    #[test]
    fn a_reason_of_another_version_is_not_known() {
        let read = |text: &str| serde_json::from_str::<Unknown>(text).unwrap();
        let text = r#"{"code":"timeout","message":"late"}"#;
        assert_eq!(read(text).code, Reason::Timeout);
        assert_eq!(serde_json::to_string(&read(text)).unwrap(), text);
        assert_eq!(read(r#"{"code":"moon-phase","message":"full"}"#).code, Reason::NotKnown);
    }
}
