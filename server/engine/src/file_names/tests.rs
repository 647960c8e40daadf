use super::*;
use crate::gate;

fn names(sql: &str) -> Result<Vec<String>, Reason> {
    let mut judge = Judge::open(true).unwrap();
    let gated = gate::pass(judge.conn(), sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let named = gated.named().to_vec();
    let names = judge.names(&named, &|name| name == "reverse").map_err(|unknown| unknown.code)?;
    Ok([names.tables, names.files].concat())
}

fn guard(root: &Path) -> Guard {
    Guard::new(&Data::of(Roots::of(root, &viz_files::Granted::none())), false)
}

#[test]
fn names_are_computed() {
    for (sql, expected) in [
        ("from 'data/a.csv'", &["data/a.csv"][..]),
        ("from data.link.csv", &["data.link.csv"]),
        ("from read_csv('.env', delim = ';', header := true)", &[".env"]),
        ("from read_csv(delim = ';', '.env')", &[".env"]),
        ("from read_text('.e' || 'nv')", &[".env"]),
        ("select (select content from read_text(chr(46) || lower('ENV')))", &[".env"]),
        ("from read_text(['a', concat('.', 'env')])", &["a", ".env"]),
        ("from read_text(list_transform(['.en'], lambda x: x || 'v'))", &[".env"]),
        ("from read_text([x || 'v' for x in ['.en']])", &[".env"]),
        ("from read_text(case when 1 < 2 then '.env' else 'a' end)", &[".env"]),
        ("from read_text('x.env'[2:])", &[".env"]),
        ("from read_text(('.env'::varchar))", &[".env"]),
        ("from READ_TEXT($$.env$$)", &[".env"]),
        ("from system.main.read_text('it''s')", &["it's"]),
        ("from query_table(\"data/a.csv\")", &["data/a.csv"]),
        ("from query_table(['a.csv', 'b.csv'])", &["a.csv", "b.csv"]),
        ("from histogram('data/a.csv', x)", &["data/a.csv"]),
        ("from sniff_csv('a.csv'), parquet_metadata('b')", &["a.csv", "b"]),
        ("summarize 'a.csv'", &["a.csv"]),
        ("pivot 'a.csv' on x in (1) using sum(y)", &["a.csv"]),
        ("select current_setting('TimeZone'), current_setting('thr' || 'eads')", &[]),
        ("from glob('*.csv')", &[]),
        ("from range(3), json_each('{}'), unnest([1])", &[]),
        ("from read_text(null)", &[]),
        ("from read_text([null, '.env'])", &[".env"]),
        ("from read_text([]::varchar[])", &[]),
        ("from read_text('.env'::enum('.env'))", &[".env"]),
    ] {
        let mut found = names(sql).unwrap_or_else(|code| panic!("{sql}: {code}"));
        let mut expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{sql}");
    }
}

/// A table may be called as files and folders are.
#[test]
fn names_of_tables_are_not_names_of_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("orders/.git")).unwrap();
    std::fs::write(folder.path().join("orders/.env"), "x").unwrap();
    std::fs::write(folder.path().join(".env"), "x").unwrap();
    let mut guard = guard(folder.path());
    let names = |tables: &[&str], files: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Names { tables: owned(tables), files: owned(files) }
    };
    assert_eq!(
        guard.check(&names(&["orders", "main.key", "shop.main.id_rsa", "a\"b", ""], &["none.csv"]), None),
        Ok(())
    );
    for wrong in
        [names(&[".env"], &[]), names(&["orders/.env"], &[]), names(&[], &["orders/.env"]), names(&[], &["x.pem"])]
    {
        assert_eq!(guard.check(&wrong, None).unwrap_err().code, Reason::PrivateFile, "{wrong:?}");
    }
}

/// DuckDB takes `..` away before the system follows the link: the folder above the link's goal is another one.
#[cfg(unix)]
#[test]
fn no_way_leads_back_through_a_link() {
    let outside = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (root, elsewhere) = (folder.path().canonicalize().unwrap(), outside.path().join("below"));
    std::fs::create_dir_all(&elsewhere).unwrap();
    std::fs::create_dir_all(root.join("data")).unwrap();
    std::fs::write(outside.path().join("w.csv"), "x").unwrap();
    std::fs::write(root.join("own.csv"), "x").unwrap();
    std::os::unix::fs::symlink(&elsewhere, root.join("ld")).unwrap();
    let mut guard = guard(&root);
    let file = |name: &str| Names { tables: Vec::new(), files: vec![name.to_owned()] };
    let table = |name: &str| Names { tables: vec![name.to_owned()], files: Vec::new() };
    assert_eq!(guard.check(&file("data/../own.csv"), None), Ok(()));
    for wrong in [file("ld/../w.csv"), file("./ld/./..//w.csv"), table("ld/../w.csv")] {
        assert_eq!(guard.check(&wrong, None).unwrap_err().code, Reason::FileNotAllowed, "{wrong:?}");
    }
}

/// What a pattern stands for can't be told where one name is no text; that is no reason to read the others.
#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_hide_no_others() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xff")), "x").unwrap();
    std::fs::write(folder.path().join(".env"), "x").unwrap();
    let mut guard = guard(folder.path());
    for pattern in ["*", "[.]*", "**"] {
        let name = format!("{}/{pattern}", folder.path().display());
        let names = Names { tables: Vec::new(), files: vec![name] };
        let why = guard.check(&names, None).unwrap_err();
        // `[.]*` may meet the other one only.
        let is_told = why.message.ends_with(": a name is not UTF-8") || why.code == Reason::PrivateFile;
        assert!(is_told, "{pattern}: {why:?}");
    }
    // Other reasons are told as what they are.
    let names = Names { tables: Vec::new(), files: vec!["**/a/**".into()] };
    let why = guard.check(&names, None).unwrap_err();
    assert!(why.code == Reason::FileNotKnown && why.message.contains("multiple '**'"), "{why:?}");
}

#[test]
fn what_can_differ_when_the_query_runs_is_not_computed() {
    for argument in [
        "case when random() < 0.5 then 'a' else '.env' end",
        "current_date::varchar",
        "current_database()",
        "current_schema",
        "current_user",
        "list_transform([1], lambda x: current_catalog)",
        "getvariable('x')",
        "uuid()::varchar",
        "current_localtimestamp()::varchar",
        "(select 'x')",
        "(select database_name from duckdb_tables() limit 1)",
        "t.path",
        "mine('x')",
        // The user has one of this name.
        "reverse('vne.')",
        "1",
        "{'a': 'b'}",
    ] {
        assert_eq!(names(&format!("from read_text({argument})")), Err(Reason::FileNotKnown), "{argument}");
    }
    for setting in ["'allowed_paths'", "'ALLOWED' || '_directories'", "'temp_directory'", "'Home_Directory'"] {
        assert_eq!(names(&format!("select current_setting({setting})")), Err(Reason::FunctionNotRun), "{setting}");
    }
    assert_eq!(names("select current_setting(x) from t"), Err(Reason::FileNotKnown));
}
