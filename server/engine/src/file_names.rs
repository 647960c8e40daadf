//! Which files a query names, before it runs; and that no private one (`.env`, `.git`, keys) is among them.
//!
//! Names that are computed are computed by the judge, which has no access to any file and sees no user's database. Only what gives the same there
//! as in the query is computed: constants, and functions that depend on nothing but their arguments. Whatever else could name a
//! file is not run. Names with wildcards, and names of folders, are DuckDB's own to expand.

use crate::data::Data;
use crate::database::{self, Allowed, literal};
use crate::database_files::Format;
use crate::errors;
use crate::file_url;
use crate::functions::{is_telling_setting, takes_a_table};
use crate::tree::{Named, parts, strings};
use duckdb::Connection;
use serde_json::Value;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use viz_facts::{Reason, Unknown};
use viz_files::{Kind, MOST_WALKED, Private, Reach, Roots, has_wildcards, in_a_shell, lexical};

/// Files that match one name. Of more nobody looks at all.
const MOST: usize = 10_000;

/// Parts of an expression whose value depends on nothing else.
const CONSTANT: [&str; 13] = [
    "COLLATE",
    "TYPE",
    "CONSTANT",
    "FUNCTION",
    "OPERATOR",
    "CAST",
    "CASE",
    "COMPARISON",
    "CONJUNCTION",
    "BETWEEN",
    "LAMBDA",
    "COLUMN_REF",
    "LAMBDA_REF",
];

/// Called consistent by DuckDB, though they depend on the time.
const NOT_CONSISTENT: [&str; 3] = ["age", "current_localtime", "current_localtimestamp"];

/// What a query names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Tables. DuckDB takes the name of one that it does not know for a file's.
    pub tables: Vec<String>,
    /// Files, and folders whose files are read.
    pub files: Vec<String>,
}

impl Names {
    pub(crate) fn extend(&mut self, others: Names) {
        self.tables.extend(others.tables);
        self.files.extend(others.files);
    }

    pub(crate) fn len(&self) -> usize {
        self.tables.len() + self.files.len()
    }
}

/// Computes the names of files.
pub(crate) struct Judge {
    conn: Connection,
    /// Functions that give the same for the same arguments, whatever the database. Asked when first needed.
    consistent: Option<HashSet<String>>,
}

impl Judge {
    /// `guarded` as in [`Allowed`].
    pub(crate) fn open(guarded: bool) -> Result<Self, Unknown> {
        let (folders, files, memory) = (Vec::new(), Vec::new(), "256MB");
        let allowed = Allowed { folders, files, spill: None, memory, threads: 1, optimized: true, guarded };
        Ok(Self { conn: database::open(&allowed)?, consistent: None })
    }

    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// All names in these places. `own` tells the user's own functions, which may stand for DuckDB's.
    pub(crate) fn names(&mut self, named: &[Named], own: &dyn Fn(&str) -> bool) -> Result<Names, Unknown> {
        let mut names = Names::default();
        for place in named {
            match place {
                Named::Table(name) => names.tables.push(name.clone()),
                Named::Call { function, arguments } => {
                    let found = self.first(function, arguments, own).ok_or_else(|| {
                        let message = format!(
                            "what `{function}` is asked to read is computed in a way that the checker can't follow, so the query is \
                             not run here"
                        );
                        Unknown::new(Reason::FileNotKnown, message).about(function)
                    })?;
                    if takes_a_table(function) {
                        names.tables.extend(found);
                    } else if function != "current_setting" {
                        names.files.extend(found);
                    } else if let Some(name) = found.iter().find(|name| is_telling_setting(name)) {
                        let message =
                            format!("the setting `{name}` tells where files are, so queries with it are not run here");
                        return Err(Unknown::new(Reason::FunctionNotRun, message).about(name));
                    }
                }
            }
        }
        Ok(names)
    }

    /// What the first argument of a call names; where there is none, what those with a name do.
    fn first(&mut self, function: &str, arguments: &str, own: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
        let arguments: Vec<(bool, &str)> =
            parts(arguments).into_iter().filter_map(|(_, json)| argument(json)).collect();
        let expressions: Vec<&str> = match arguments.iter().find(|(keyed, _)| !keyed) {
            Some((_, first)) => vec![first],
            None => arguments.iter().map(|(_, json)| *json).collect(),
        };
        let mut names = Vec::new();
        for json in expressions {
            if takes_a_table(function) && strings(json, &["class"]) == [("class", "COLUMN_REF")] {
                let column: Vec<&str> = strings(json, &["column_names"]).into_iter().map(|(_, name)| name).collect();
                names.push(serde_json::from_str(&format!("\"{}\"", column.join("."))).ok()?);
                continue;
            }
            names.extend(self.constant(json, own)?);
        }
        Some(names)
    }

    /// The text, or the list of texts, that an expression gives.
    fn constant(&mut self, json: &str, own: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
        let found = strings(json, &["class", "function_name", "column_names"]);
        let of = |key: &'static str| found.iter().filter(move |(found, _)| *found == key).map(|(_, text)| *text);
        let has_lambda = of("class").any(|class| class == "LAMBDA");
        let is_value = |name: &str| {
            let name = name.to_lowercase();
            name.starts_with("current_") || name.starts_with("local") || name.contains("user")
        };
        if !of("class").all(|class| CONSTANT.contains(&class))
            || (!has_lambda && of("column_names").next().is_some())
            || of("column_names").any(is_value)
        {
            return None;
        }
        let functions: Vec<String> = of("function_name").map(str::to_lowercase).collect();
        if !functions.is_empty() {
            let consistent = self.consistent()?;
            if functions.iter().any(|name| !consistent.contains(name) || own(name)) {
                return None;
            }
        }
        let tree = format!(
            r#"{{"error":false,"statements":[{{"node":{{"type":"SELECT_NODE","cte_map":{{}},"select_list":[{json}],"from_table":{{"type":"EMPTY"}},"aggregate_handling":"STANDARD_HANDLING"}}}}]}}"#
        );
        // As JSON, since this program can't read every type of DuckDB's.
        let sql = format!("SELECT to_json(v)::VARCHAR FROM json_execute_serialized_sql({}) AS t(v)", literal(&tree));
        let value: Option<String> = self.conn.query_row(&sql, [], |row| row.get(0)).ok()?;
        let text = |value: Value| match value {
            Value::String(text) => Some(Some(text)),
            Value::Null => Some(None),
            _ => None,
        };
        let values = match value.map_or(Ok(Value::Null), |json| serde_json::from_str(&json)).ok()? {
            Value::Array(values) => values.into_iter().map(text).collect::<Option<Vec<_>>>()?,
            value => vec![text(value)?],
        };
        Some(values.into_iter().flatten().collect())
    }

    fn consistent(&mut self) -> Option<&HashSet<String>> {
        if self.consistent.is_none() {
            let sql = "SELECT function_name FROM duckdb_functions() GROUP BY function_name
                       HAVING bool_and(function_type = 'scalar' AND stability = 'CONSISTENT')";
            let mut statement = self.conn.prepare(sql).ok()?;
            let names = statement.query_map([], |row| row.get::<_, String>(0)).ok()?;
            let names = names.filter(|name| !name.as_ref().is_ok_and(|name| NOT_CONSISTENT.contains(&name.as_str())));
            self.consistent = Some(names.collect::<duckdb::Result<_>>().ok()?);
        }
        self.consistent.as_ref()
    }
}

/// The expression of an argument, and whether it has a name: `x := 1`, or `x = 1`, which only looks like a comparison.
fn argument(json: &str) -> Option<(bool, &str)> {
    let members = parts(json);
    fn get<'a>(members: &[(Option<&str>, &'a str)], key: &str) -> Option<&'a str> {
        members.iter().find(|(found, _)| *found == Some(key)).map(|(_, value)| *value)
    }
    let expression = get(&members, "expression")?;
    if get(&members, "name").is_some() {
        return Some((true, expression));
    }
    let inside = parts(expression);
    if get(&inside, "type") == Some("\"COMPARE_EQUAL\"")
        && let (Some(left), Some(right)) = (get(&inside, "left"), get(&inside, "right"))
        && strings(left, &["class"]) == [("class", "COLUMN_REF")]
    {
        return Some((true, right));
    }
    Some((false, expression))
}

/// Tells which files a project may read: those below its folder, and below those that the person allows, but for private ones.
pub(crate) struct Guard {
    roots: Roots,
    private: Private,
    /// Expands names as the query's own database will. It sees no user's database. Made when first needed.
    lister: Option<Connection>,
    guarded: bool,
}

/// Why a private file is not read.
pub(crate) fn private_file(name: &str) -> Unknown {
    Unknown::new(Reason::PrivateFile, format!("`{name}` may hold secrets, so it is not read as data")).about(name)
}

/// Why a pipe, a device, or a folder where a file is needed is not read.
pub(crate) fn no_plain_file(name: &str) -> Unknown {
    Unknown::new(Reason::NoPlainFile, format!("`{name}` is no plain file, so it is not read")).about(name)
}

impl Guard {
    pub(crate) fn new(data: &Data, guarded: bool) -> Self {
        Self { roots: data.roots.clone(), private: data.private(), lister: None, guarded }
    }

    pub(crate) fn is_of(&self, root: &Path) -> bool {
        self.roots.root() == root
    }

    /// Whether a file is private.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        self.private.holds(path)
    }

    /// Refuses names that lead out of the folders of data, to private files, and to what is no file at all: a pipe keeps its
    /// reader waiting. `own` is the file of the source, wherever it is.
    pub(crate) fn check(&mut self, names: &Names, own: Option<&Path>) -> Result<(), Unknown> {
        for name in &names.tables {
            // `main.key` is a table, unless there is such a file.
            if name.contains(['.', '/', '\\']) && viz_files::look(&self.at(name)).is_some() {
                self.check_one(name, own)?;
                self.check_no_database(name)?;
            }
            if name.contains(['/', '\\']) {
                self.check_place(name, own)?;
            }
            if has_wildcards(name) {
                self.expand(name, false)?.iter().try_for_each(|found| {
                    self.check_one(found, own)?;
                    self.check_no_database(found)
                })?;
            }
        }
        for name in &names.files {
            self.check_one(name, own)?;
            let folder = viz_files::kind(&self.at(name)) == Some(Kind::Folder);
            if folder || has_wildcards(name) {
                self.expand(name, folder)?.iter().try_for_each(|found| self.check_one(found, own))?;
            }
        }
        Ok(())
    }

    fn check_one(&self, name: &str, own: Option<&Path>) -> Result<(), Unknown> {
        let path = self.at(name);
        if goes_back_through_a_link(&path) {
            let message = format!("the way to `{name}` goes through a link and back (`..`), so it is not read");
            return Err(Unknown::new(Reason::FileNotAllowed, message).about(name));
        }
        if self.private.holds(&path) {
            return Err(private_file(name));
        }
        if self.private.is_unseen(&path) {
            let message = format!(
                "`{name}` lies where too many files are to look for private ones ({MOST_WALKED}), so it is not read as data, unless a source names it"
            );
            return Err(Unknown::new(Reason::PrivateFile, message).about(name));
        }
        if viz_files::kind(&path) == Some(Kind::Other) {
            return Err(no_plain_file(name));
        }
        self.check_place(name, own)
    }

    /// Refuses what really lies outside of the folders of data, wherever links lead.
    fn check_place(&self, name: &str, own: Option<&Path>) -> Result<(), Unknown> {
        let path = self.at(name);
        let is_own =
            || own.is_some_and(|own| viz_files::real(&path).is_ok_and(|path| viz_files::real(own) == Ok(path)));
        if self.roots.hold(&path) || is_own() {
            return Ok(());
        }
        let folder = self.roots.way_out(&path);
        let mut message =
            format!("`{name}` is in {}, outside of the project's folder, and is not read", folder.display());
        if folder.parent().is_some() {
            message.push_str(&format!(" unless you allow it: `--allow-read {}`", in_a_shell(&folder)));
        }
        Err(Unknown::new(Reason::FileNotAllowed, message).about(name))
    }

    /// Refuses a database where DuckDB would open it by itself: what its log says would run, unseen by the gate.
    fn check_no_database(&self, name: &str) -> Result<(), Unknown> {
        match viz_files::open(&self.at(name), Reach::Anywhere) {
            Ok(file) if Format::DuckDb.is_of(&file).unwrap_or(true) => {
                let message =
                    format!("`{name}` is a database, and is read only as a source: queries with it are not run here");
                Err(Unknown::new(Reason::FunctionNotRun, message).about(name))
            }
            // What can't be opened here is not read there.
            _ => Ok(()),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.roots.root().join(file_url::local(name))
    }

    /// The files that DuckDB will read under a name with wildcards, or under a folder's, which stands for all that is below it.
    fn expand(&mut self, name: &str, folder: bool) -> Result<Vec<String>, Unknown> {
        let below = folder.then(|| format!("{}/**", name.trim_end_matches('/')));
        let patterns = std::iter::once(name.to_owned()).chain(below);
        let mut found = Vec::new();
        for pattern in patterns {
            let list = |conn: &Connection| -> duckdb::Result<Vec<String>> {
                let mut statement = conn.prepare_cached(&format!("SELECT file FROM glob($1) LIMIT {}", MOST + 1))?;
                statement.query_map([pattern.as_str()], |row| row.get(0))?.collect()
            };
            match list(self.lister()?) {
                Ok(files) => found.extend(files),
                // Told by the query itself, which meets the same one.
                Err(error) if error.to_string().contains("Permission Error") => {}
                // Such as a name that is not UTF-8, which `read_text` does not mind.
                Err(error) => {
                    let why = match errors::message(&error) {
                        why if why.to_lowercase().contains("invalid unicode") => "a name is not UTF-8".to_owned(),
                        why => why,
                    };
                    let message =
                        format!("which files `{name}` stands for can't be told, so the query is not run here: {why}");
                    return Err(Unknown::new(Reason::FileNotKnown, message).about(name));
                }
            }
        }
        if found.len() > MOST {
            let message = format!("`{name}` stands for more than {MOST} files, so the query is not run here");
            return Err(Unknown::new(Reason::FileNotKnown, message).about(name));
        }
        Ok(found)
    }

    fn lister(&mut self) -> Result<&Connection, Unknown> {
        if self.lister.is_none() {
            let folders = self.roots.folders().collect();
            let (files, memory, guarded) = (Vec::new(), "256MB", self.guarded);
            let allowed = Allowed { folders, files, spill: None, memory, threads: 1, optimized: true, guarded };
            self.lister = Some(database::open(&allowed)?);
        }
        self.lister.as_ref().ok_or_else(|| Unknown::new(Reason::EngineFailure, "DuckDB does not start"))
    }
}

/// Whether a `..` of a path leads somewhere else than its spelling says. DuckDB judges the spelling, and the system follows the link.
fn goes_back_through_a_link(path: &Path) -> bool {
    if !path.components().any(|part| part == Component::ParentDir) {
        return false;
    }
    viz_files::real(path).ok() != viz_files::real(&lexical(path)).ok()
}

#[cfg(test)]
mod tests;
