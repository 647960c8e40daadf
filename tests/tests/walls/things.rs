//! What an attacker, or an accident, can put where a file or a folder is expected.

use super::place::{KEY, PART, Place};
use super::run::NOBODY;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A link to a file outside that holds a secret, with the ending that is expected.
    LinkToSecret,
    /// A link to a part of a project outside, which `--fix` could mend.
    LinkToPart,
    /// A link to a folder outside, with secrets and a part in it.
    LinkToFolder,
    /// An absolute link to a good file or folder inside the project.
    LinkInside,
    /// A link to itself.
    LoopOfFile,
    /// A folder with two links to itself.
    LoopOfFolder,
    /// A link to a file outside that is not there.
    Dangling,
    /// A pipe that nobody writes to.
    Pipe,
    /// A link to a device that never ends.
    Zero,
    /// A link to a device that takes nothing.
    Full,
    /// A link to the terminal.
    Terminal,
    /// An empty folder.
    Folder,
    /// A socket that nobody answers at.
    Socket,
    /// A file that this user may not read.
    Unreadable,
    /// Another name of the project's `.env`.
    NameOfDotEnv,
    /// Another name of the project's `.git/config`.
    NameOfGitConfig,
    /// Another name of a part of a project outside.
    NameOfPart,
    /// A file of 8 GB without content.
    Huge,
    /// A file in the place of a folder, a folder in the place of a file: of the good content's opposite kind.
    Nothing,
}

/// What is expected at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// A file of a project, or of settings.
    Yaml,
    /// A table.
    Csv,
    /// Any text.
    Text,
    /// JSON.
    Json,
    /// A parquet file.
    Parquet,
    /// A folder with files of a project.
    Folder,
    /// A table that the project declares as a source, where nobody says that it may not lie outside.
    Declared,
}

impl Flavour {
    /// The file outside that would be read with success if walls did not hold: one with a secret, unless it may be read.
    pub fn secret(self) -> &'static str {
        match self {
            Flavour::Yaml => "outside/secret.yml",
            Flavour::Csv => "outside/secret.csv",
            Flavour::Text => "outside/secret.txt",
            Flavour::Json => "outside/secret.json",
            Flavour::Parquet => "outside/secret.parquet",
            Flavour::Folder => "outside/own",
            Flavour::Declared => "outside/plain.csv",
        }
    }
}

impl Thing {
    /// All of them.
    pub const ALL: [Thing; 19] = [
        Thing::LinkToSecret,
        Thing::LinkToPart,
        Thing::LinkToFolder,
        Thing::LinkInside,
        Thing::LoopOfFile,
        Thing::LoopOfFolder,
        Thing::Dangling,
        Thing::Pipe,
        Thing::Zero,
        Thing::Full,
        Thing::Terminal,
        Thing::Folder,
        Thing::Socket,
        Thing::Unreadable,
        Thing::NameOfDotEnv,
        Thing::NameOfGitConfig,
        Thing::NameOfPart,
        Thing::Huge,
        Thing::Nothing,
    ];

    /// Whether it can be at this place. A project can't give files of the user other names outside of itself (and git can carry
    /// none anywhere); what the user does there is his own.
    pub fn can_be_at(self, at: &str) -> bool {
        let is_name = matches!(self, Thing::NameOfDotEnv | Thing::NameOfGitConfig | Thing::NameOfPart);
        !is_name || at.starts_with("project/")
    }

    /// Puts it where `at` says, below the place's folder. What was there is moved to `project/inside/`.
    pub fn put(self, place: &Place, at: &str, flavour: Flavour) {
        let path = place.folder.join(at);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        let good = place.project.join("inside").join(at.replace('/', "_"));
        fs::create_dir_all(place.project.join("inside")).expect("can be made");
        if fs::symlink_metadata(&path).is_ok() {
            fs::rename(&path, &good).expect("can be moved");
        } else {
            fs::write(&good, PART).expect("can be written");
        }
        let link = |to: &Path| symlink(to, &path).expect("can be made");
        let name = |of: &Path| fs::hard_link(if of == path { &good } else { of }, &path).expect("can be made");
        match self {
            Thing::LinkToSecret => link(&place.folder.join(flavour.secret())),
            Thing::LinkToPart if flavour == Flavour::Folder => link(&place.outside.join("own")),
            Thing::LinkToPart => link(&place.outside.join("part.yml")),
            Thing::LinkToFolder => link(&place.outside.join("own")),
            Thing::LinkInside => link(&good),
            Thing::LoopOfFile => link(Path::new(path.file_name().expect("has a name"))),
            Thing::LoopOfFolder => {
                fs::create_dir(&path).expect("can be made");
                ["l0.yml", "l1"].iter().for_each(|name| symlink(".", path.join(name)).expect("can be made"));
                fs::write(path.join("a.yml"), PART).expect("can be written");
            }
            Thing::Dangling => link(&place.outside.join("not-there").join("new.yml")),
            Thing::Pipe => place.pipe(at),
            Thing::Zero => link(Path::new("/dev/zero")),
            Thing::Full => link(Path::new("/dev/full")),
            Thing::Terminal => link(Path::new("/dev/tty")),
            Thing::Folder => fs::create_dir(&path).expect("can be made"),
            Thing::Socket => socket(&path),
            Thing::Unreadable => {
                let secret = fs::read(place.folder.join(flavour.secret())).unwrap_or_else(|_| KEY.into());
                fs::write(&path, secret).expect("can be written");
                fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("it is ours");
            }
            Thing::NameOfDotEnv => name(&place.project.join(".env")),
            Thing::NameOfGitConfig => name(&place.project.join(".git/config")),
            Thing::NameOfPart => name(&place.outside.join("part.yml")),
            Thing::Huge => fs::File::create(&path).and_then(|file| file.set_len(8 << 30)).expect("can be made"),
            Thing::Nothing if good.is_dir() => fs::write(&path, PART).expect("can be written"),
            Thing::Nothing => {
                fs::create_dir(&path).expect("can be made");
                fs::write(path.join("part.yml"), PART).expect("can be written");
            }
        }
    }
}

/// A socket. Its path may be longer than such paths may be, so it is made elsewhere and moved.
fn socket(path: &Path) {
    let short = tempfile::tempdir_in("/tmp").expect("a temporary folder");
    drop(UnixListener::bind(short.path().join("s")).expect("can be made"));
    fs::rename(short.path().join("s"), path).expect("can be moved");
}

/// Gives all of a project but the unreadable things to the user who may do nothing.
pub fn give_to_nobody(place: &Place) {
    fn give(path: &Path) {
        let Ok(data) = fs::symlink_metadata(path) else { return };
        if data.is_symlink() || data.permissions().mode() & 0o777 == 0 {
            return;
        }
        chown(path, Some(NOBODY), Some(NOBODY)).expect("only root comes here");
        if data.is_dir() {
            fs::read_dir(path).into_iter().flatten().flatten().for_each(|entry| give(&entry.path()));
        }
    }
    if fs::symlink_metadata(&place.out).is_err() {
        fs::create_dir(&place.out).expect("can be made");
    }
    [&place.project, &place.home, &place.cache, &place.out].into_iter().for_each(|folder| give(folder));
}
