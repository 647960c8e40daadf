//! The broken projects, mended by a script that knows nothing: `check_project`, `preview_fix`, apply, check again.

use super::mcp::{Server, call};
use crate::PROGRAM;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Command;
use viz_tests::projects::Project;

const BROKEN: [&str; 4] = ["ecommerce", "ecommerce-ten", "iot-sensors", "support-tickets"];

/// A session that may write.
struct Script {
    server: Server,
    id: u64,
}

impl Script {
    fn ask(&mut self, tool: &str, arguments: &Value) -> Value {
        self.id += 1;
        self.server.send(call(self.id, tool, arguments.clone()));
        let [answer] = self.server.answers([self.id]);
        answer["result"]["structuredContent"].clone()
    }

    fn findings(&mut self) -> Vec<Value> {
        let answer = self.ask("check_project", &json!({ "limit": 100 }));
        answer["findings"].as_array().expect("a list").clone()
    }
}

fn prints(findings: &[Value]) -> BTreeSet<String> {
    findings.iter().filter_map(|finding| finding["fingerprint"].as_str()).map(str::to_owned).collect()
}

/// Uses each fix that a check finds nothing new after. How many findings there were, and how many of these are left.
fn repaired(name: &str) -> (usize, Vec<String>) {
    let project = Project::copy_of(&format!("broken/{name}"));
    let cache = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(PROGRAM);
    command.args(["mcp", "--allow-writes", "--root"]).arg(&project.root).env("XDG_CACHE_HOME", cache.path());
    let mut script = Script { server: Server::greeted(&mut command), id: 1 };
    let first = script.findings();
    let mut left = first.clone();
    let mut tried = BTreeSet::new();
    while let Some(next) =
        left.iter().find(|one| one["fix"].is_string() && tried.insert(one["fingerprint"].to_string()))
    {
        let wanted = |apply: bool| json!({ "fingerprint": next["fingerprint"], "apply": apply });
        let preview = script.ask("preview_fix", &wanted(false));
        if preview["status"] != "preview" || preview["check"]["new"] != 0 || preview["check"]["mended"] == 0 {
            continue;
        }
        let applied = script.ask("preview_fix", &wanted(true));
        assert_eq!((&applied["status"], &applied["diff"]), (&json!("applied"), &preview["diff"]), "{applied}");
        let now = script.findings();
        let errors = |all: &[Value]| all.iter().filter(|one| one["severity"] == "error").count();
        assert!(errors(&now) < errors(&left) || now.len() < left.len(), "{name}: {next}");
        assert_eq!(prints(&now).difference(&prints(&left)).count(), 0, "{name}: a fix makes nothing new: {next}");
        left = now;
    }
    script.server.end();
    let open = prints(&left);
    let open = first.iter().filter(|one| open.contains(one["fingerprint"].as_str().unwrap_or_default()));
    (first.len(), open.map(|one| format!("{}: {}", one["code"], one["message"])).collect())
}

#[test]
fn most_findings_are_mended_without_a_model() {
    let (mut all, mut open) = (0, Vec::new());
    for name in BROKEN {
        let (found, left) = repaired(name);
        all += found;
        open.extend(left);
    }
    let mended = all - open.len();
    assert_eq!(all, 34);
    assert!(mended * 100 >= all * LEAST, "{mended} of {all}\n{}", open.join("\n"));
}

/// Percent of the findings.
const LEAST: usize = 52;
