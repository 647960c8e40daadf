//! Opening a file for reading.

use crate::place::real_place;
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};

/// Why a file is not opened, read or written. The texts are for users, and name neither the file nor what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is none.
    #[error("no such file")]
    NotFound,
    /// It is no regular file.
    #[error("it is {0}, and only plain files are read and written")]
    NoFile(&'static str),
    /// Links, or `..`, lead to a place where nothing may be read or written.
    #[error("it leads out of the folder {}", .0.display())]
    Outside(PathBuf),
    /// It is a link where none may be, or a folder on the way to it is one.
    #[error("it is a link")]
    Link,
    /// It holds secrets (see [`crate::Private`]).
    #[error("it may hold secrets, so it is not read as data")]
    Private,
    /// It is larger than the caller allows.
    #[error("it is too large: {bytes} bytes, and at most {most} are read")]
    TooLarge {
        /// Its size in bytes, or a lower bound of it.
        bytes: u64,
        /// The bound in bytes.
        most: u64,
    },
    /// It is a folder with more entries than are looked at.
    #[error("the folder has more than {most} entries")]
    TooMany {
        /// The bound.
        most: usize,
    },
    /// It does not hold what it held.
    #[error("it was changed meanwhile")]
    Changed,
    /// The operating system says no.
    #[error("{0}")]
    Io(String),
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::IsADirectory => Self::NoFile("a folder"),
            // The operating system's own words carry a number that helps nobody.
            _ => Self::Io(error.to_string()),
        }
    }
}

/// How far a path, and the links on it, may lead.
#[derive(Debug, Clone, Copy)]
pub enum Reach<'a> {
    /// Anywhere: for a file that the user or the project names as what it is, and whose content is judged before it is used.
    Anywhere,
    /// To what is really below this folder, however the path is spelled.
    Below(&'a Path),
    /// The last part of the path is the file itself, no link to it.
    Itself,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a socket, a device.
    Other,
}

/// Device and number of a file: the same for all names of one file. On systems that tell no such thing nothing has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Number of the device.
    pub device: u64,
    /// Number of the file on it.
    pub number: u64,
}

impl Identity {
    /// Of the file with these properties.
    pub fn of(data: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Some(Self { device: data.dev(), number: data.ino() })
        }
        #[cfg(not(unix))]
        {
            let _ = data;
            None
        }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.device, self.number)
    }
}

impl std::str::FromStr for Identity {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts =
            text.split_once(':').and_then(|(device, number)| Some((device.parse().ok()?, number.parse().ok()?)));
        parts.map(|(device, number)| Self { device, number }).ok_or("no device and number")
    }
}

/// A regular file, open for reading.
#[derive(Debug)]
pub struct Opened {
    /// The handle, at the file's beginning.
    pub file: File,
    /// The file's properties, asked from the handle.
    pub data: Metadata,
}

impl Opened {
    /// Device and number.
    pub fn identity(&self) -> Option<Identity> {
        Identity::of(&self.data)
    }

    /// The whole content.
    ///
    /// # Errors
    /// [`Refused::TooLarge`] above `most` bytes, whatever size the file says it has.
    pub fn read(self, most: u64) -> Result<Vec<u8>, Refused> {
        let bytes = self.data.len();
        if bytes > most {
            return Err(Refused::TooLarge { bytes, most });
        }
        let mut content = Vec::new();
        (&self.file).rewind()?;
        self.file.take(most.saturating_add(1)).read_to_end(&mut content)?;
        if content.len() as u64 > most {
            return Err(Refused::TooLarge { bytes: content.len() as u64, most });
        }
        Ok(content)
    }

    /// The first bytes, at most the given number.
    ///
    /// # Errors
    /// If the system can't read.
    pub fn first(&self, count: u64) -> Result<Vec<u8>, Refused> {
        let mut content = Vec::new();
        (&self.file).rewind()?;
        (&self.file).take(count).read_to_end(&mut content)?;
        Ok(content)
    }

    /// Puts the content into a new file that only this user can read. The two share their blocks where the file system can do that;
    /// elsewhere only a file of at most `most` bytes is copied. How many bytes were copied.
    ///
    /// # Errors
    /// [`Refused::TooLarge`] above that, and if the new file can't be made or written.
    pub fn copy_to(&self, new: &Path, most: u64) -> Result<u64, Refused> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut copy = options.open(new)?;
        #[cfg(target_os = "linux")]
        if rustix::fs::ioctl_ficlone(&copy, &self.file).is_ok() {
            return Ok(0);
        }
        let too_large = |bytes| Refused::TooLarge { bytes, most };
        if self.data.len() > most {
            return Err(too_large(self.data.len()));
        }
        (&self.file).rewind()?;
        // It may grow meanwhile.
        let copied = std::io::copy(&mut (&self.file).take(most.saturating_add(1)), &mut copy)?;
        if copied > most { Err(too_large(copied)) } else { Ok(copied) }
    }
}

/// Opens a regular file for reading, without waiting for anybody.
///
/// # Errors
/// See [`Refused`].
pub fn open(path: &Path, reach: Reach<'_>) -> Result<Opened, Refused> {
    // By name first: opening some devices does something.
    let data = match reach {
        Reach::Itself => std::fs::symlink_metadata(path)?,
        Reach::Anywhere | Reach::Below(_) => std::fs::metadata(path)?,
    };
    must_be_file(&data)?;
    let file = match reach {
        Reach::Anywhere => options(FollowLast::Yes).open(path)?,
        Reach::Itself => options(FollowLast::No).open(path).map_err(link)?,
        Reach::Below(folder) => below(folder, path)?,
    };
    let data = file.metadata()?;
    must_be_file(&data)?;
    Ok(Opened { file, data })
}

/// The content of a regular file of at most the given number of bytes.
///
/// # Errors
/// See [`Refused`].
pub fn read(path: &Path, reach: Reach<'_>, most: u64) -> Result<Vec<u8>, Refused> {
    open(path, reach)?.read(most)
}

/// What is at a path, links followed; `None` where nothing is, or where it can't be told.
pub fn kind(path: &Path) -> Option<Kind> {
    look(path).map(|data| kind_of(&data))
}

/// The properties of what is at a path, links followed.
pub fn look(path: &Path) -> Option<Metadata> {
    std::fs::metadata(path).ok()
}

/// The path without links, `.` and `..`.
///
/// # Errors
/// If nothing is there, or links lead round in a circle.
pub fn real(path: &Path) -> Result<PathBuf, Refused> {
    Ok(dunce::canonicalize(path)?)
}

/// The repository that a folder is in: the nearest folder at or above it that holds `.git`, else the folder itself. Its real path.
pub fn repository(folder: &Path) -> PathBuf {
    let folder = real_place(folder);
    let found = folder.ancestors().find(|above| is_repository(above));
    found.unwrap_or(&folder).to_owned()
}

/// All repositories that a folder is in, the nearest one first; the folder itself if it is in none. Their real paths.
pub fn repositories(folder: &Path) -> Vec<PathBuf> {
    let folder = real_place(folder);
    let found: Vec<PathBuf> = folder.ancestors().filter(|above| is_repository(above)).map(Path::to_owned).collect();
    if found.is_empty() { vec![folder] } else { found }
}

fn is_repository(folder: &Path) -> bool {
    std::fs::symlink_metadata(folder.join(".git")).is_ok()
}

pub(crate) fn kind_of(data: &Metadata) -> Kind {
    if data.is_file() {
        Kind::File
    } else if data.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    }
}

pub(crate) fn must_be_file(data: &Metadata) -> Result<(), Refused> {
    match kind_of(data) {
        Kind::File => Ok(()),
        Kind::Folder => Err(Refused::NoFile("a folder")),
        Kind::Other if data.is_symlink() => Err(Refused::Link),
        Kind::Other => Err(Refused::NoFile(other(data))),
    }
}

/// What a thing that is neither file nor folder is called.
fn other(data: &Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = data.file_type();
        if kind.is_fifo() {
            return "a pipe";
        } else if kind.is_socket() {
            return "a socket";
        }
    }
    let _ = data;
    "a device"
}

/// The file at a path whose real place is below a folder. It is opened from a handle of the folder, by its real name without links, so
/// it is below even if names have changed in between.
fn below(folder: &Path, path: &Path) -> Result<File, Refused> {
    let (real_folder, real) = (real(folder)?, real(path)?);
    let outside = || Refused::Outside(folder.to_owned());
    let relative = real.strip_prefix(&real_folder).map_err(|_| outside())?;
    match in_folder(&Dir::open_ambient_dir(&real_folder, ambient_authority())?, relative) {
        // cap-std's word for a path that has come to lead out meanwhile.
        Err(Refused::Io(_)) if self::real(path).is_ok_and(|now| !now.starts_with(&real_folder)) => Err(outside()),
        other => other,
    }
}

/// The regular file at a path below a folder; its last part is no link.
pub(crate) fn in_folder(folder: &Dir, relative: &Path) -> Result<File, Refused> {
    let mut options = cap_std::fs::OpenOptions::new();
    options.read(true);
    without_links(&mut options);
    let file = folder.open_with(relative, &options).map_err(link)?.into_std();
    must_be_file(&file.metadata()?)?;
    Ok(file)
}

/// The last part of a path is no link, and nobody is waited for.
pub(crate) fn without_links(options: &mut cap_std::fs::OpenOptions) {
    options.follow(FollowSymlinks::No);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::custom_flags(options, without_waiting());
}

/// Whether the last part of a path may be a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FollowLast {
    Yes,
    No,
}

fn options(follow: FollowLast) -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let no_link = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        options.custom_flags(without_waiting() | if follow == FollowLast::No { no_link } else { 0 });
    }
    #[cfg(not(unix))]
    let _ = follow;
    options
}

/// A pipe that took the file's place is opened at once, and refused when its handle is looked at.
#[cfg(unix)]
fn without_waiting() -> i32 {
    (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits().cast_signed()
}

/// The error of opening a link that is not followed.
pub(crate) fn link(error: std::io::Error) -> Refused {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return Refused::Link;
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_bounded() {
        let place = tempfile::tempdir().unwrap();
        let (old, new) = (place.path().join("old"), place.path().join("new"));
        std::fs::write(&old, "content").unwrap();
        let opened = open(&old, Reach::Itself).unwrap();
        assert_eq!(opened.first(3).unwrap(), b"con");
        opened.copy_to(&new, 7).unwrap();
        assert_eq!(std::fs::read(&new).unwrap(), b"content");
        assert!(opened.copy_to(&new, 7).is_err(), "nothing is overwritten");
        // Unless this file system shares blocks.
        let copied = opened.copy_to(&place.path().join("other"), 6);
        assert!(copied.is_ok() || copied == Err(Refused::TooLarge { bytes: 7, most: 6 }));
        assert_eq!(opened.read(7).unwrap(), b"content");
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_in_reach_are_opened() {
        use std::os::unix::fs::symlink;
        let place = tempfile::tempdir().unwrap();
        let (root, outside) = (place.path().join("root"), place.path().join("outside"));
        std::fs::create_dir_all(root.join("deep")).unwrap();
        std::fs::create_dir(&outside).unwrap();
        std::fs::write(root.join("deep/a"), "inside").unwrap();
        std::fs::write(outside.join("s"), "outside").unwrap();
        symlink("deep/a", root.join("short")).unwrap();
        symlink(root.join("deep/a"), root.join("absolute")).unwrap();
        symlink("../outside/s", root.join("out")).unwrap();
        symlink("../outside", root.join("folder")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink("/dev/zero", root.join("zero")).unwrap();
        let fifo = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, root.join("pipe"), rustix::fs::FileType::Fifo, fifo, 0).unwrap();
        let found =
            |name: &str, reach| read(&root.join(name), reach, 100).map(|bytes| String::from_utf8(bytes).unwrap());
        let (below, inside) = (Reach::Below(&root), Ok("inside".to_owned()));
        let outside = Err(Refused::Outside(root.clone()));
        for name in ["deep/a", "short", "absolute", "../root/deep/a"] {
            assert_eq!(found(name, below), inside, "{name}");
        }
        for name in ["out", "folder/s", "../outside/s"] {
            assert_eq!(found(name, below), outside, "{name}");
            assert_eq!(found(name, Reach::Anywhere), Ok("outside".to_owned()), "{name}");
        }
        for name in ["short", "out", "loop"] {
            assert_eq!(found(name, Reach::Itself), Err(Refused::Link), "{name}");
        }
        assert_eq!(found("deep/a", Reach::Itself), inside);
        assert!(found("loop", Reach::Anywhere).is_err() && found("loop", below).is_err());
        for reach in [Reach::Anywhere, below] {
            assert_eq!(found("zero", reach), Err(Refused::NoFile("a device")));
            assert_eq!(found("pipe", reach), Err(Refused::NoFile("a pipe")));
            assert_eq!(found("deep", reach), Err(Refused::NoFile("a folder")));
            assert_eq!(found("none", reach), Err(Refused::NotFound));
        }
        assert_eq!(read(&root.join("deep/a"), below, 5), Err(Refused::TooLarge { bytes: 6, most: 5 }));
        assert_eq!(kind(&root.join("folder")), Some(Kind::Folder));
        assert_eq!(kind(&root.join("pipe")), Some(Kind::Other));
        assert_eq!(kind(&root.join("loop")), None);
    }

    #[cfg(unix)]
    #[test]
    fn repositories_are_found_where_links_lead() {
        let place = tempfile::tempdir().unwrap();
        let top = real(place.path()).unwrap();
        std::fs::create_dir_all(top.join("a/b/c")).unwrap();
        std::os::unix::fs::symlink("a/b", top.join("link")).unwrap();
        assert_eq!(repository(&top.join("link/c")), top.join("a/b/c"));
        std::fs::write(top.join("a/.git"), "gitdir: elsewhere").unwrap();
        assert_eq!(repository(&top.join("link/c")), top.join("a"));
    }
}
