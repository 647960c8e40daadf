//! What a project makes of environment variables, and what must therefore not be shown.

use crate::files::FileSystem;
use crate::includes::normalize;
use crate::object::Body;
use crate::project::{File, ObjectId, Project, ProjectBuilder};
use crate::schema::Kind;
use std::borrow::Cow;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use viz_secrets::{ExposeSecret, Mask, SecretPath, SecretString, Word};
use viz_syntax::env_references;
use viz_text::{MappedText, TextRange};

/// A folder in the middle of a value is hidden on its own if its name has at least so many characters: shorter ones (`data`,
/// `public`) are words of everybody. The paths that lead to it are hidden whatever it is called.
const LONG_FOLDER: usize = 8;

/// A line of a value of several lines (a key) is hidden on its own if it has at least so many characters.
const LONG_LINE: usize = 8;

/// Once this many words are searched for, paths of further databases are left out; the values in them never are.
const MANY: usize = 400;

impl ProjectBuilder {
    /// Takes the mask of an earlier state, where it is the same: making one takes longer than a keystroke may.
    pub(crate) fn keep_mask(&mut self, previous: Option<&Project>, files: &dyn FileSystem) {
        let repository = files.confined().map(|_| viz_files::repository(&self.root));
        let is_near = |path: &Path, repository: &PathBuf| {
            let place = viz_files::real_place(path);
            place.starts_with(repository) || files.is_granted(&place)
        };
        let is_opened =
            |path: &Path| repository.as_ref().is_none_or(|repository| is_near(path, repository)) && files.is_file(path);
        self.parts().secret_words = self.words(&is_opened);
        let before = previous.and_then(|previous| previous.mask.get().map(|mask| (previous, mask)));
        if let Some((previous, mask)) = before
            && previous.secret_words == self.secret_words
            && (mask.is_empty() || !self.changed_files(previous).flat_map(own_texts).any(|text| mask.stands_in(&text)))
        {
            self.parts().mask = Arc::clone(mask).into();
        }
        // From the first moment on: whatever is logged may name it.
        self.mask();
    }
}

impl Project {
    /// Hides the values of the variables that lead to the project's databases, and what is made of them: files, DuckDB and the
    /// operating system know them. All other values are given to nobody, so nobody can tell them.
    ///
    /// Not hidden is what stands in the project's own files: its author knows it, and it is quoted in many places. A word that
    /// is there and a value only by chance would become a wrong answer; and a project that lists ten thousand words would be told by
    /// the mask which of them is the value.
    pub fn mask(&self) -> &Arc<Mask> {
        self.mask.get_or_init(|| {
            let mut mask = Mask::new(self.secret_words.clone());
            if !mask.is_empty() {
                let texts: Vec<Cow<'_, str>> = self.files.iter().flat_map(own_texts).collect();
                mask = mask.sparing(texts.iter().map(|text| &**text));
            }
            viz_secrets::remember(&mask);
            Arc::new(mask)
        })
    }

    /// The files that an earlier state has not, or with another text.
    fn changed_files<'a>(&'a self, previous: &'a Project) -> impl Iterator<Item = &'a File> {
        let at = |index: usize| previous.files.get(index);
        let is_same = move |(index, file): &(usize, &File)| {
            at(*index).is_some_and(|old| old.path == file.path && old.document.is(&file.document))
        };
        self.files.iter().enumerate().filter(move |file| !is_same(file)).map(|(_, file)| file)
    }

    /// The file that a path in a source leads to, with its `${env.NAME}` replaced.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn source_path(&self, text: &MappedText) -> Result<SecretPath, String> {
        let resolved = self.resolve_variables(text)?;
        let path = normalize(&self.root.join(resolved.expose_secret().trim()));
        Ok(match env_references(text.text()).is_empty() {
            true => path.into(),
            false => SecretPath::new(path, text.text().trim()),
        })
    }

    /// A text with its `${env.NAME}` replaced.
    ///
    /// # Errors
    /// The first variable that is not set.
    pub fn resolve_variables(&self, text: &MappedText) -> Result<SecretString, String> {
        self.resolved(text.text())
    }

    fn resolved(&self, text: &str) -> Result<SecretString, String> {
        let (mut out, mut done) = (String::new(), 0);
        for (range, name) in env_references(text) {
            out.push_str(&text[done..range.start().into()]);
            out.push_str(self.environment().get(&name).ok_or(name)?.expose_secret());
            done = range.end().into();
        }
        out.push_str(&text[done..]);
        Ok(out.into())
    }

    /// Those first that don't come from the project's `.env`, which may be somebody else's and as large as he likes.
    fn words(&self, is_opened: &dyn Fn(&Path) -> bool) -> Vec<Word> {
        let opened = |id: ObjectId| match &self.object(id).body {
            Body::Source(source) => source.path_of_database(),
            _ => None,
        };
        let of = |text: &MappedText| env_references(text.text()).into_iter().map(|(_, name)| name);
        let from_file = |text: &MappedText| of(text).any(|name| !self.environment().is_of_process(&name));
        let mut databases: Vec<&MappedText> = self.of_kind(Kind::Source).filter_map(opened).collect();
        // One that isn't there is opened by nobody. Were its value hidden, a project would be told which of the words that it makes up is the
        // value of any variable.
        databases.retain(|database| self.source_path(database).is_ok_and(|path| is_opened(path.reveal())));
        databases.sort_by_cached_key(|database| from_file(database));
        let mut words = Vec::new();
        for database in databases {
            let mut any = false;
            for (range, name) in env_references(database.text()) {
                if self.stays(database.text(), range) == Ok(true)
                    && let Some(value) = self.environment().get(&name)
                {
                    any = true;
                    of_value(&mut words, &name, value.expose_secret());
                }
            }
            if any && words.len() < MANY {
                self.of_database(&mut words, database);
            }
        }
        words
    }

    /// Whether anything of the value of the variable at this range is left in a path.
    ///
    /// # Errors
    /// The first variable that is not set.
    fn stays(&self, path: &str, range: TextRange) -> Result<bool, String> {
        let piece = |range: Range<usize>| self.resolved(&path[range]);
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let (before, value, behind) = (piece(0..start)?, piece(start..end)?, piece(end..path.len())?);
        let (before, behind) = (before.expose_secret().trim_start(), behind.expose_secret().trim_end());
        Ok(stays(&self.root, (before, value.expose_secret(), behind)))
    }

    /// The path of a database in all its forms, and the folders that a variable leads to.
    fn of_database(&self, words: &mut Vec<Word>, database: &MappedText) {
        let variables = env_references(database.text());
        let Some((first, name)) = variables.first() else { return };
        let Ok(resolved) = self.resolve_variables(database) else { return };
        let (resolved, shown) = (resolved.expose_secret().trim(), database.text().trim());
        if resolved == ":memory:" {
            return;
        }
        let before = &database.text()[..usize::from(first.start())];
        for (base, path) in [(Path::new(""), Path::new(resolved)), (&self.root, &self.root.join(resolved))] {
            let path = normalize(path);
            let own = normalize(&base.join(before.trim_start()));
            words.push(Word::behind(&own.to_string_lossy(), &path.to_string_lossy(), shown));
            for folder in path.ancestors().skip(1).filter(|folder| folder.components().count() > 1) {
                if self.root.starts_with(folder) || own.starts_with(folder) {
                    break;
                }
                words.push(Word::behind(&own.to_string_lossy(), &folder.to_string_lossy(), format!("${{env.{name}}}")));
            }
        }
        words.push(Word::behind(before.trim_start(), resolved, shown));
        // DuckDB calls a database by its file's name, the browser's tables too.
        for stem in stems(Path::new(resolved)) {
            if !shown.contains(&stem) {
                words.push(Word::new(&stem, format!("${{env.{name}}}")));
            }
        }
    }
}

/// Whether anything of a value is left in the path that it stands in: `..` behind it may leave all of it again, and then any name could
/// stand for it.
fn stays(root: &Path, (before, value, behind): (&str, &str, &str)) -> bool {
    let depth = |path: &str| normalize(&root.join(path)).components().count();
    let (rest, steps) = behind.split_once(['/', '\\']).unwrap_or((behind, ""));
    let own = before.rfind(['/', '\\']).map_or("", |end| &before[..=end]);
    let to = format!("{before}{value}{rest}");
    let is_own = !before.is_empty() || Path::new(value).is_relative();
    let (own, mut here) = (depth(if is_own { own } else { "/" }), depth(&to));
    let mut least = here;
    for step in steps.split(['/', '\\']) {
        match step {
            "" | "." => {}
            ".." => here = here.saturating_sub(1),
            _ => here += 1,
        }
        least = least.min(here);
    }
    least > own
}

impl File {
    /// Whether it is the user's own (`~/.visivo/profile.yml`, which may hold a token): nothing of what it says is told.
    pub fn is_profile(&self) -> bool {
        self.path.ends_with(".visivo/profile.yml")
    }
}

/// What a file says. The user's own says nothing: no author of a project knows it.
fn own_texts(file: &File) -> impl Iterator<Item = Cow<'_, str>> {
    let is_own = !file.is_profile();
    let text = file.document.text();
    let unescaped = text.contains('\\').then(|| unescaped(text).into());
    let texts = [text.into(), file.relative.as_str().into()].into_iter().chain(unescaped);
    texts.filter(move |_| is_own)
}

/// A text with the characters that YAML's `\x6b`, `\u006b` and `\U0000006b` stand for.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split('\\');
    let mut out: String = pieces.next().unwrap_or_default().into();
    for piece in pieces {
        let digits = match piece.chars().next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        let code = piece.get(1..=digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                out.push_str(&piece[1 + digits..]);
            }
            None => {
                out.push('\\');
                out.push_str(piece);
            }
        }
    }
    out
}

/// The names by which databases call a file: without its ending, and what stands before the first dot.
fn stems(path: &Path) -> Vec<String> {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return Vec::new() };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let first = name.split('.').next().map(str::to_owned);
    stem.into_iter().chain(first).collect()
}

/// A value and its parts.
fn of_value(words: &mut Vec<Word>, name: &str, value: &str) {
    let mut add = |text: &str| words.push(Word::of_variable(name, text));
    add(value);
    add(value.trim());
    let lines = value.lines().map(str::trim).filter(|line| line.chars().count() >= LONG_LINE);
    lines.take(MANY).for_each(&mut add);
    if !value.contains(['/', '\\', '.']) {
        return;
    }
    let path = Path::new(value.trim());
    add(&normalize(path).to_string_lossy());
    path.file_name().iter().for_each(|last| add(&last.to_string_lossy()));
    stems(path).iter().for_each(|stem| add(stem));
    for component in path.components() {
        if let Component::Normal(folder) = component
            && folder.to_string_lossy().chars().count() >= LONG_FOLDER
        {
            add(&folder.to_string_lossy());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Environment, MemoryFiles, Project};
    use std::path::Path;
    use std::sync::Arc;

    fn project(database: &str, variables: &[(&str, &str)]) -> Project {
        let text = format!("name: p\nsources:\n  - name: s\n    type: duckdb\n    database: \"{database}\"\n");
        let mut files = MemoryFiles::new([("/home/kim/p/project.visivo.yml", text.as_str())]);
        for there in ["x/okapisecret/shop.v2.duckdb", "data/warehouse/quokka.prod.duckdb", "shop.duckdb"] {
            files.insert(&format!("/home/kim/p/{there}"), "");
        }
        Project::load(Path::new("/home/kim/p"), &files, &Environment::of(variables.iter().copied()))
    }

    #[test]
    fn a_database_is_hidden_in_all_its_names() {
        let project = project("x/${env.DIR}/shop.v2.duckdb", &[("DIR", "a/../okapisecret")]);
        let mask = project.mask();
        for (text, shown) in [
            (
                "the database /home/kim/p/x/okapisecret/shop.v2.duckdb is gone",
                "the database x/${env.DIR}/shop.v2.duckdb is gone",
            ),
            ("/home/kim/p/x/okapisecret/other", "${env.DIR}/other"),
            ("x/okapisecret/shop.v2.duckdb", "x/${env.DIR}/shop.v2.duckdb"),
            ("Catalog OKAPISECRET", "Catalog ${env.DIR}"),
            ("/home/kim/p/x/y and the shop", "/home/kim/p/x/y and the shop"),
        ] {
            assert_eq!(mask.hide(text), shown);
        }
    }

    #[test]
    fn parts_of_a_value_are_hidden_but_for_short_folders() {
        let project = project("${env.DB}", &[("DB", "data/warehouse/quokka.prod.duckdb")]);
        let hide = |text| project.mask().hide(text).into_owned();
        assert_eq!(hide("Catalog \"quokka\" and quokka.prod"), "Catalog \"${env.DB}\" and ${env.DB}");
        assert_eq!(hide("the data of the warehouse"), "the data of the ${env.DB}");
    }

    #[test]
    fn what_leads_to_no_database_is_given_to_nobody() {
        let text = |ty: &str| {
            format!(
                "name: p\nsources: [{{name: s, type: {ty}, database: \"${{env.PIN}}\", password: \"${{env.PIN}}\"}}]\n"
            )
        };
        let mask = |ty: &str| {
            let files = MemoryFiles::new([("/p/project.visivo.yml", text(ty).as_str()), ("/p/k4711", "")]);
            Arc::clone(Project::load(Path::new("/p"), &files, &Environment::of([("PIN", "k4711")])).mask())
        };
        assert!(mask("postgresql").is_empty() && !mask("sqlite").is_empty());
    }

    #[test]
    fn what_the_project_says_is_shown_also_if_it_comes_later() {
        let text = |more: &str| {
            format!("name: p\nsources: [{{name: s, type: duckdb, database: \"${{env.DB}}\"}}]\n# {more}\n")
        };
        let files =
            |more: &str| MemoryFiles::new([("/p/project.visivo.yml", text(more).as_str()), ("/p/wombat88.duckdb", "")]);
        let environment = Environment::of([("DB", "wombat88.duckdb")]);
        let before = Project::load(Path::new("/p"), &files("none"), &environment);
        assert_eq!(before.mask().hide("wombat88 in wombat88.duckdb"), "${env.DB} in ${env.DB}");
        let after = before.reload(&files("WOMBAT88"), &environment);
        assert_eq!(after.mask().hide("wombat88 in wombat88.duckdb"), "wombat88 in ${env.DB}");
        let escaped = Project::load(Path::new("/p"), &files("\"wom\\x62\\u0061t88\""), &environment);
        assert_eq!(escaped.mask().hide("wombat88 in wombat88.duckdb"), "wombat88 in ${env.DB}");
        let same = after.reload(&files("WOMBAT88 x"), &environment);
        assert!(Arc::ptr_eq(same.mask(), after.mask()));
    }

    /// A project could name any variable, and compute words until one of them is hidden.
    #[test]
    fn what_leads_to_a_missing_database_is_not_told_from_other_words() {
        let project = project("${env.DB_PIN}", &[("DB_PIN", "493027")]);
        assert_eq!(project.mask().hide("493026 493027 493028"), "493026 493027 493028");
    }

    /// `..` takes a value out of a path again: the database is there whatever the value is.
    #[test]
    fn what_a_path_leaves_again_is_not_told_from_other_words() {
        for database in [
            "data/xxxxxxxx/${env.TOKEN}/../../../shop.duckdb",
            "${env.TOKEN}/../shop.duckdb",
            "./x/${env.TOKEN}/../../shop.duckdb",
        ] {
            let project = project(database, &[("TOKEN", "ghp_Zk29qW81x")]);
            assert_eq!(project.mask().hide("ghp_Zk29qW81x ghp_Zk29qW81y"), "ghp_Zk29qW81x ghp_Zk29qW81y", "{database}");
            assert_eq!(
                project.mask().hide("data/xxxxxxxx/ghp_Z~~~~~~~~~~~~…"),
                "data/xxxxxxxx/ghp_Z~~~~~~~~~~~~…",
                "{database}"
            );
        }
    }

    /// An absolute value that is left again, up to the root.
    #[test]
    fn an_absolute_value_that_is_left_again_is_not_told() {
        let project = project("${env.HOME}/../../home/kim/p/shop.duckdb", &[("HOME", "/var/hiddenfolder")]);
        assert_eq!(project.mask().hide("/var/hiddenfolder"), "/var/hiddenfolder");
    }

    /// What stands before a variable leaves none of it.
    #[test]
    fn a_way_through_what_is_not_there_leads_to_a_hidden_name() {
        let project = project("nodir/../x/${env.DIR}/shop.v2.duckdb", &[("DIR", "okapisecret")]);
        assert_eq!(project.mask().hide("okapisecret"), "${env.DIR}");
    }

    /// What an author writes before a variable is known to him: it does not count as a beginning of the value.
    #[test]
    fn a_value_is_not_told_letter_by_letter() {
        let project = project("data/${env.DIR}/quokka.prod.duckdb", &[("DIR", "warehouse")]);
        let hide = |text: &str| project.mask().hide(text).into_owned();
        for beginning in ["data/w", "data/wa", "/home/kim/p/data/war", "data/warehou"] {
            let text = format!("{beginning}~~~~~~~~~~~~…");
            assert_eq!(hide(&text), text);
        }
        assert_eq!(hide("in data/warehouse/quok…"), "in data/${env.DIR}/quokka.prod.duckdb");
    }

    #[test]
    fn variables_that_nothing_uses_are_not_looked_for() {
        let project = project("shop.duckdb", &[("OTHER", "shop")]);
        assert!(project.mask().is_empty());
    }
}
