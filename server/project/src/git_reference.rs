//! `owner/name.git@version [-- file]` (1.2 of the format reference).

/// A git repository that an include names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitReference<'a> {
    /// `owner/name`.
    pub repository: &'a str,
    /// Branch, tag or commit.
    pub version: &'a str,
    /// A file in it.
    pub file: Option<&'a str>,
}

/// What a text lacks to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// `@` and a version (`R-INC-10`).
    Version,
    /// `owner/name.git` before the `@`.
    Repository,
    /// A file after `--`.
    File,
}

/// Reads a git reference.
pub(crate) fn git_reference(text: &str) -> Result<GitReference<'_>, Malformed> {
    let (before, after) = text.split_once('@').ok_or(Malformed::Version)?;
    let (version, file) = match after.split_once("--") {
        Some((version, file)) => (version.trim(), Some(file.trim())),
        None => (after.trim(), None),
    };
    // Both are parts of a folder's path.
    let climbs = |text: &str| text.split(['/', '\\']).any(|part| matches!(part, "." | ".."));
    if version.is_empty() || version.starts_with('/') || climbs(version) {
        return Err(Malformed::Version);
    }
    let repository = before.trim().strip_suffix(".git").ok_or(Malformed::Repository)?;
    let mut parts = repository.split('/');
    let good = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && !part.contains([':', ' ', '\\']) && !climbs(part))
    };
    if !good(parts.next()) || !good(parts.next()) || parts.next().is_some() {
        return Err(Malformed::Repository);
    }
    if file.is_some_and(str::is_empty) {
        return Err(Malformed::File);
    }
    Ok(GitReference { repository, version, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_ones() {
        let of = |text| git_reference(text).map(|found| (found.repository, found.version, found.file));
        assert_eq!(of("acme/shared.git@v1"), Ok(("acme/shared", "v1", None)));
        assert_eq!(of("acme/sha--red.git@main -- a/b.yml"), Ok(("acme/sha--red", "main", Some("a/b.yml"))));
        assert_eq!(of("acme/a.git@v1--x.yml"), Ok(("acme/a", "v1", Some("x.yml"))));
    }

    #[test]
    fn malformed_ones() {
        for (text, lacks) in [
            ("acme/shared.git", Malformed::Version),
            ("acme/shared.git@", Malformed::Version),
            ("acme/shared.git@../..", Malformed::Version),
            ("acme/shared.git@/etc", Malformed::Version),
            ("../shared.git@v1", Malformed::Repository),
            ("acme/shared.git@ -- a.yml", Malformed::Version),
            (".github/a@b.yml", Malformed::Repository),
            ("shared.git@v1", Malformed::Repository),
            ("https://github.com/acme/shared.git@v1", Malformed::Repository),
            ("git@github.com:acme/shared.git@v1", Malformed::Repository),
            ("acme/shared.git@v1 --", Malformed::File),
        ] {
            assert_eq!(git_reference(text), Err(lacks), "{text}");
        }
    }
}
