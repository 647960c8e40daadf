#![cfg(unix)]

use super::*;
use serde_json::json;
use std::os::unix::ffi::OsStrExt;

#[test]
fn what_a_command_line_can_not_allow() {
    let place = tempfile::tempdir().unwrap();
    let top = viz_files::real(place.path()).unwrap();
    for folder in ["repository/.git", "project", "data"] {
        std::fs::create_dir_all(top.join(folder)).unwrap();
    }
    std::fs::write(top.join("project/project.visivo.yml"), "name: p\n").unwrap();
    std::fs::write(top.join("file"), "").unwrap();
    let odd = top.join(std::ffi::OsStr::from_bytes(b"d\xff"));
    std::fs::create_dir(&odd).unwrap();
    for holder in ["repository", "project"] {
        std::os::unix::fs::symlink("../data", top.join(holder).join("link")).unwrap();
    }
    let why = |path: PathBuf| {
        let message = of_command_line(&[path], Path::new("/")).unwrap_err().to_string();
        message.replace(&top.display().to_string(), "TOP")
    };
    let at = |name: &str| top.join(name);
    assert_eq!(why(at("none")), "`--allow-read TOP/none` allows nothing: there is no folder TOP/none");
    assert_eq!(why(at("file")), "`--allow-read TOP/file` allows nothing: it is no folder");
    assert!(why("/".into()).ends_with("that is the whole file system; name the folder with the data"));
    assert!(why(odd).ends_with("it has a name that is not Unicode"));
    for holder in ["repository", "project"] {
        assert_eq!(
            why(at(holder).join("link")),
            format!(
                "`--allow-read TOP/{holder}/link` allows nothing: it is reached through the link TOP/{holder}/link, which a change \
                 of a project could lead elsewhere: name the folder that it leads to itself, TOP/data"
            )
        );
    }
    assert_eq!(
        why(at("repository/.git")),
        "`--allow-read TOP/repository/.git` allows nothing: it lies in TOP/repository/.git, whose files may hold secrets"
    );
    assert_eq!(of_command_line(&["data".into()], &top).unwrap().folders(), [at("data")]);
}

#[test]
fn what_a_session_allows() {
    let place = tempfile::tempdir().unwrap();
    let home = viz_files::real(place.path()).unwrap();
    std::fs::create_dir(home.join("data")).unwrap();
    let read = |options: Value| of_session(Some(&options), Some(&home));
    let data = home.join("data");
    for right in [json!({"allowRead": [data]}), json!({"allowRead": ["~/data"]})] {
        let (granted, messages) = read(right);
        assert_eq!((granted.folders(), messages.len()), ([data.clone()].as_slice(), 0));
    }
    for nothing in [json!({}), json!({"allowRead": null}), json!({"allowRead": []})] {
        assert_eq!(read(nothing), (Granted::none(), vec![]));
    }
    let wrong = json!({"allowRead": ["data", "~x", 3, "/nowhere-at-all", "~/data"]});
    let (granted, messages) = read(wrong);
    assert_eq!((granted.folders(), messages.len()), ([data].as_slice(), 4), "{messages:?}");
    assert_eq!(messages[0], "`allowRead`: \"data\" is not allowed to be read: it is no absolute path");
    assert_eq!(read(json!({"allowRead": "/tmp"})).0, Granted::none());
}
