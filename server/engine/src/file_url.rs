//! `file:` URLs, which DuckDB takes where it takes names of files.

/// The name of the file that DuckDB opens for a name: `/x` for `file:/x`, `file:///x` and `file://localhost/x` (`GetFileUrlOffset` of its
/// `file_system.cpp`), whatever else as it is. `file:////x` is `//x`, and no name in the project's folder.
pub(crate) fn local(name: &str) -> &str {
    let Some(rest) = name.get(..5).filter(|start| start.eq_ignore_ascii_case("file:")).map(|_| &name[5..]) else {
        return name;
    };
    let localhost = "//localhost/";
    let path = match rest {
        _ if rest.starts_with("///") => &rest[2..],
        _ if rest.get(..localhost.len()).is_some_and(|start| start.eq_ignore_ascii_case(localhost)) => {
            &rest[localhost.len() - 1..]
        }
        _ if rest.starts_with('/') && !rest.starts_with("//") => rest,
        _ => return name,
    };
    // `file:///C:/x`
    if cfg!(windows) { &path[1..] } else { path }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::local;

    #[test]
    fn forms_of_urls() {
        for (name, expected) in [
            ("file:/a/b", "/a/b"),
            ("file:///a/b", "/a/b"),
            ("file:////a/b", "//a/b"),
            ("FILE:///a", "/a"),
            ("file://localhost/a", "/a"),
            ("file://LOCALHOST//a", "//a"),
            ("file://elsewhere/a", "file://elsewhere/a"),
            ("file:a", "file:a"),
            ("data/file:/a", "data/file:/a"),
            ("é.csv", "é.csv"),
        ] {
            assert_eq!(local(name), expected);
        }
    }
}
