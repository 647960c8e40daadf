//! Locks of others: they may be anything, and come with a pull request.

use super::{SHOP, VALUES, checked, lock, viz_lsp};
use viz_tests::projects::Project;

fn shop() -> Project {
    let shop = Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", VALUES)]);
    assert_eq!(lock(&shop.root).status, 0);
    shop
}

#[test]
fn what_is_damaged_is_not_believed_at_all() {
    let shop = shop();
    let good = shop.read("viz.lock");
    let half = &good[..good.len() / 2];
    let twice = format!("{good}\n[model.\"orders\"]\nsource = \"db\"\n");
    let merged = good.replace("[model.\"orders\"]", "<<<<<<< HEAD\n[model.\"orders\"]\n=======\n>>>>>>> x");
    let hash = good.split("query = \"").nth(1).unwrap().split('"').next().unwrap();
    let cases = [
        (good.replace("version = 1", "version = 2"), "it has version 2"),
        (good.replace("version = 1\n", ""), "version"),
        (half.to_owned(), "line "),
        (twice, "duplicate key"),
        (merged, "the mark of a merge that was not brought to its end"),
        (good.replace("\"INTEGER\"", "\"INTEGER); drop table t\""), "is no type"),
        (good.replace(hash, "b3:xyz"), "is no hash"),
        (good.replace("[model.\"orders\"]", "[modle.\"orders\"]"), "unknown field"),
        (format!("{good}# {}", "x".repeat(1 << 20)), "at most 1048576"),
        (format!("version = 1\nx = {}", "[".repeat(100_000)), "line 2"),
        (String::new(), "version"),
        (good.replace("\"INTEGER\"", &format!("\"INTEGER{}\"", "[]".repeat(100_000))), "larger than any"),
        (
            format!(
                "version = 1\n[model.\"orders\"]\nquery = \"{hash}\"\nerror = {{kind = \"Binder\", message = \"x\", offset = 5, length = 4294967295}}\n"
            ),
            "the place of its error",
        ),
    ];
    for (text, why) in cases {
        shop.write("viz.lock", &text);
        let found = viz_lsp(&shop.root, &["check", "--locked"]);
        let shown: String = text.chars().take(300).collect();
        assert_eq!((found.status, found.out.as_str()), (2, ""), "{shown}: {found:?}");
        assert!(found.err.contains("viz.lock") && found.err.contains(why), "{why}: {found:?}");
        // It is written anew, and that is said.
        let anew = lock(&shop.root);
        assert!(anew.status == 0 && anew.err.contains("the old viz.lock is not used"), "{anew:?}");
        assert_eq!(shop.read("viz.lock"), good);
    }
    std::fs::write(shop.file("viz.lock"), b"version = 1 # \xff").unwrap();
    assert!(viz_lsp(&shop.root, &["check", "--locked"]).err.contains("not UTF-8"));
    // Without `--locked` nobody looks at it.
    assert_eq!(viz_lsp(&shop.root, &["check"]).status, 0);
}

#[test]
fn line_ends_of_windows_are_no_damage() {
    let shop = shop();
    let before = checked(&shop.root, &["--locked"]);
    shop.write("viz.lock", &shop.read("viz.lock").replace('\n', "\r\n"));
    assert_eq!(checked(&shop.root, &["--locked"]), before);
}

#[cfg(unix)]
#[test]
fn links_are_followed_neither_to_read_nor_to_write() {
    let shop = shop();
    let other = tempfile::tempdir().unwrap();
    let elsewhere = other.path().join("elsewhere.lock");
    std::fs::rename(shop.file("viz.lock"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, shop.file("viz.lock")).unwrap();
    let text = std::fs::read_to_string(&elsewhere).unwrap();
    let found = viz_lsp(&shop.root, &["check", "--locked"]);
    assert!(found.status == 2 && found.err.contains("link"), "{found:?}");
    std::fs::write(&elsewhere, "mine").unwrap();
    let written = lock(&shop.root);
    assert!(written.status == 2 && written.err.contains("link"), "{written:?}");
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "mine");
    std::fs::write(&elsewhere, text).unwrap();
}

/// What the data say is text in the file, whatever it looks like.
#[test]
fn options_that_look_like_a_lock() {
    let nasty =
        ["<<<<<<< HEAD", "\"]\n[model.x]\nquery = 1", "\\u0041", "'''", "\u{202e}abc", "a\tb\r\nc", "=======", "#"];
    let values: Vec<String> =
        nasty.iter().map(|text| format!("(E'{}')", text.replace('\\', "\\\\").replace('\'', "''"))).collect();
    let values = values.join(", ").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    let quoted = format!("select * from (values {values}) t(city)");
    let text =
        SHOP.replace("\"select * from (values ('Rome'), ('Oslo')) t(city)\"", &serde_json::to_string(&quoted).unwrap());
    let shop = Project::of(&[("project.visivo.yml", text.as_str()), (".viz-lsp.yml", VALUES)]);
    let with_sources = checked(&shop.root, &[]);
    assert_eq!(with_sources["inputs"][1]["options"], nasty.len(), "{with_sources}");
    assert_eq!(lock(&shop.root).status, 0);
    let by_lock = checked(&shop.root, &["--locked"]);
    assert_eq!((&by_lock["insights"], &by_lock["inputs"]), (&with_sources["insights"], &with_sources["inputs"]));
}

/// Of a source that can't be read the old sections stand, and that is told.
#[test]
fn what_can_not_be_read_stays() {
    let shop = Project::copy_of("ecommerce");
    shop.write(".viz-lsp.yml", VALUES);
    assert_eq!(lock(&shop.root).status, 0);
    let before = shop.read("viz.lock");
    std::fs::rename(shop.file("data"), shop.file("gone")).unwrap();
    let found = lock(&shop.root);
    assert!(found.status == 1 && found.err.contains("could not be read"), "{found:?}");
    assert_eq!(shop.read("viz.lock"), before);
    // An orphan goes.
    std::fs::rename(shop.file("gone"), shop.file("data")).unwrap();
    shop.write(
        "viz.lock",
        &format!("{before}\n[model.\"gone\"]\nquery = \"b3:00000000000000000000000000000000\"\ncolumns = []\n"),
    );
    assert_eq!(lock(&shop.root).status, 0);
    assert_eq!(shop.read("viz.lock"), before);
}

/// What SQLite's messages quote may be data, whatever kind of error they look like.
#[test]
fn messages_of_sqlite_are_no_way_for_data() {
    let text = "name: s
sources: [{name: lite, type: sqlite, database: s.sqlite}]
models:
  - {name: t, source: ref(lite), sql: \"select * from orders\"}
  - {name: wrong, source: ref(lite), sql: \"select citty from orders\"}
inputs:
  - {name: one, type: single-select, options: \"?{ select json_extract('{}', 'no such column ' || group_concat(city)) as a from ${ref(t)} }\"}
";
    let data = viz_tests::projects::repository().join("tests/data/secrets/shop.sqlite");
    for keep in ["none", "hash", "shapes"] {
        let settings = format!("lock: {{default: {keep}}}\n");
        let shop = Project::of(&[("project.visivo.yml", text), (".viz-lsp.yml", &settings)]);
        std::fs::copy(&data, shop.file("s.sqlite")).unwrap();
        assert_eq!(lock(&shop.root).status, 0);
        let file = shop.read("viz.lock");
        assert!(!file.contains("Rome") && file.contains("no such column: citty"), "{keep}: {file}");
    }
}

/// A lock that asks for more than the settings tell is told no more.
#[test]
fn a_lock_does_not_say_what_is_told() {
    let shop = shop();
    let file = shop.read("viz.lock");
    let start = file.find("[input.\"region\"]").unwrap();
    let section = file[start..].split("\n\n").next().unwrap();
    let options = &section[section.find("options").unwrap()..];
    shop.write("viz.lock", &file.replace(options, "options = []"));
    for keep in ["none", "hash"] {
        shop.write(".viz-lsp.yml", &format!("lock: {{default: {keep}}}\n"));
        for format in ["text", "json", "github"] {
            let told = viz_lsp(&shop.root, &["lock", "--diff", "--no-cache", "--format", format]);
            assert!(!told.out.contains("EMEA") && told.status < 2, "{keep}, {format}: {told:?}");
        }
    }
}

/// Settings that can't be read may say that less is to be told.
#[test]
fn without_its_settings_no_lock_is_written() {
    for settings in ["lock: {default: none, inputs: {city: nonne}}\n", "lock: {default: none}\n- x\n"] {
        let shop = Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", settings)]);
        let refused = lock(&shop.root);
        assert!(refused.status == 2 && refused.err.contains("is not written"), "{settings}: {refused:?}");
        assert!(!shop.file("viz.lock").exists());
    }
}
