//! What was asked is on record: `get_run_status`, the view `run_capsules`, `viz-lsp runs`.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use viz_tests::projects;

/// A folder of its own for what the program keeps.
struct Kept(tempfile::TempDir);

impl Kept {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.env("XDG_CACHE_HOME", self.0.path());
        command
    }

    fn ask(&self, root: &Path, options: &[&str], tool: &str, arguments: &Value) -> Value {
        let mut command = self.command();
        command.args(["ask", tool, &arguments.to_string(), "--root"]).arg(root).args(options);
        serde_json::from_slice(&command.output().expect("it runs").stdout).expect("JSON")
    }
}

fn plan() -> Value {
    json!({ "from": "orders", "select": ["status", "count(*)"], "order_by": ["status"] })
}

#[test]
fn a_run_is_found_again_by_its_name() {
    let (kept, root) = (Kept::new(), projects::path("ecommerce"));
    let asked = json!({ "plan": plan(), "question": "how many orders of each status?" });
    let first = kept.ask(&root, &[], "execute_query_plan", &asked);
    let again = kept.ask(&root, &[], "execute_query_plan", &asked);
    assert_eq!((&first["cached"], &again["cached"]), (&Value::Null, &json!(true)));
    assert_eq!(first["rows"], again["rows"]);
    assert_ne!(first["run_id"], again["run_id"]);
    let of = |run_id: &Value| kept.ask(&root, &[], "get_run_status", &json!({ "run_id": run_id, "offset": 1 }));
    let (run, later) = (of(&first["run_id"]), of(&again["run_id"]));
    assert_eq!(
        (&run["status"], &run["question"], &run["runner_mode"]),
        (&json!("ok"), &asked["question"], &json!("process"))
    );
    assert_eq!(run["rows"].as_array().expect("a list")[0], first["rows"][1]);
    assert_eq!(
        (&run["plan_hash"], &run["dataset_version_hash"]),
        (&later["plan_hash"], &later["dataset_version_hash"])
    );
    assert_eq!(run["dataset_version_hash"].as_str().map(str::len), Some(32), "{run}");
    assert_eq!(run["resource_limits"]["limit_source"], "default");
    assert_eq!((&run["stats"]["cached"], &later["stats"]["cached"]), (&json!(false), &json!(true)));
    assert_eq!((&run["stdout"], &run["stderr"]), (&json!(""), &json!("")));
    let all = kept.ask(&root, &[], "get_run_status", &json!({}));
    let names: Vec<&Value> = all["runs"].as_array().expect("a list").iter().map(|run| &run["run_id"]).collect();
    assert_eq!(names, [&again["run_id"], &first["run_id"]]);
    let shown = kept.command().args(["runs"]).output().expect("it runs");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains(first["run_id"].as_str().expect("a text")) && shown.contains("how many orders"), "{shown}");
}

#[test]
fn a_chain_of_repairs_is_told() {
    let (kept, root) = (Kept::new(), projects::path("ecommerce"));
    let broken = json!({ "plan": { "from": "ordrs", "select": ["status", "count(*)"] } });
    let wrong = kept.ask(&root, &[], "execute_query_plan", &broken);
    let right = kept.ask(&root, &[], "execute_query_plan", &json!({ "plan": wrong["repaired_plan"] }));
    assert_eq!((&wrong["status"], &right["status"]), (&json!("invalid"), &json!("ok")));
    let run = kept.ask(&root, &[], "get_run_status", &json!({ "run_id": right["run_id"] }));
    assert_eq!(run["parent_run_id"], wrong["run_id"]);
    let parent = kept.ask(&root, &[], "get_run_status", &json!({ "run_id": wrong["run_id"] }));
    assert_eq!((&parent["runner_mode"], &parent["error"][0]["code"]), (&json!("none"), &json!("unknown-table")));
}

#[test]
fn data_that_changed_are_asked_again() {
    let kept = Kept::new();
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let text = "name: shop\nsources: [{name: s, type: duckdb, database: ':memory:'}]\n\
                defaults: {source_name: s}\nmodels: [{name: m, sql: 'select * from ''data.csv'''}]\n";
    std::fs::write(root.join("project.visivo.yml"), text).expect("can be written");
    let ask = |text: &str| {
        std::fs::write(root.join("data.csv"), text).expect("can be written");
        kept.ask(root, &[], "execute_query_plan", &json!({ "plan": { "from": "m", "select": ["x"] } }))
    };
    let (first, second) = (ask("x\n1\n"), ask("x\n2\n3\n"));
    assert_eq!((&first["rows"], &second["rows"], &second["cached"]), (&json!([[1]]), &json!([[2], [3]]), &Value::Null));
    // The run from before still has its rows, and says which version they were of.
    let run = |answer: &Value| kept.ask(root, &[], "get_run_status", &json!({ "run_id": answer["run_id"] }));
    let (old, new) = (run(&first), run(&second));
    assert_eq!((&old["rows"], &new["rows"]), (&json!([[1]]), &json!([[2], [3]])));
}

#[test]
fn rows_stay_where_they_are_not_wanted() {
    let (kept, root) = (Kept::new(), projects::path("ecommerce"));
    let run = kept.ask(&root, &["--no-rows"], "execute_query_plan", &json!({ "plan": plan() }));
    let told = kept.ask(&root, &["--no-rows"], "get_run_status", &json!({ "run_id": run["run_id"] }));
    assert!(told["row_count"].is_u64() && !told.to_string().contains("cancelled"), "{told}");
    let nothing = kept.ask(&root, &["--no-cache"], "get_run_status", &json!({}));
    assert!(nothing["message"].as_str().expect("a text").contains("--no-cache"), "{nothing}");
    let elsewhere =
        kept.ask(&projects::path("iot-sensors"), &[], "get_run_status", &json!({ "run_id": run["run_id"] }));
    assert_eq!(elsewhere["status"], "failed", "another project's runs are its own");
}

#[test]
fn rows_that_do_not_fit_are_had_page_by_page() {
    let (kept, root) = (Kept::new(), projects::path("ecommerce"));
    let sql = json!({ "dataset": "orders", "sql": "select o.*, repeat('x', 100) as long from orders o", "limit": 500 });
    let first = kept.ask(&root, &[], "execute_sql", &sql);
    let mut met = first["rows"].as_array().expect("a list").len();
    let mut more = first["more"].clone();
    while more.is_object() {
        assert_eq!(more["offset"], met);
        let page =
            kept.ask(&root, &[], "get_run_status", &json!({ "run_id": more["run_id"], "offset": more["offset"] }));
        met += page["rows"].as_array().expect("a list").len();
        more = page["more"].clone();
    }
    assert_eq!(met, 500);
}
