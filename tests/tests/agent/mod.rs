//! Query plans on the sample projects, with facts and rows from workers of the program.

mod ask;
mod faults;
mod golden;
mod hostile;
mod mcp;
mod mutations;
mod runs;

use crate::PROGRAM;
use serde_json::Value;
use std::fs;
use std::sync::Arc;
use std::time::SystemTime;
use viz_agent::plan::{Compiled, Dataset, Understood, understand};
use viz_facts::{Answer, Fact, Question, Rows};
use viz_tests::library::{Checked, check};
use viz_tests::projects;

/// The sample projects.
const PROJECTS: [&str; 3] = ["ecommerce", "support-tickets", "iot-sensors"];

fn checked(project: &str) -> Checked {
    check(PROGRAM, &projects::path(project).canonicalize().expect("it exists"))
}

/// The golden questions of a project as plans, by their insight.
fn plans(project: &str) -> Vec<(String, Value)> {
    let path = projects::repository().join(format!("tests/golden/plans/{project}.json"));
    let plans: Value = serde_json::from_str(&fs::read_to_string(path).expect("it exists")).expect("JSON");
    plans.as_object().expect("a mapping").iter().map(|(name, plan)| (name.clone(), plan.clone())).collect()
}

/// What a plan comes to, when everything is known that it needs.
fn understood(checked: &mut Checked, plan: &Value) -> Understood {
    for _ in 0..10 {
        let dataset = Dataset { project: &checked.project, facts: &checked.facts, shows_values: true };
        let understood = understand(dataset, plan);
        if understood.open.is_empty() {
            return understood;
        }
        let questions: Vec<Question> = understood.open.iter().map(|question| (**question).clone()).collect();
        for (question, answer) in understood.open.iter().zip(checked.sources.ask(&questions)) {
            let fact = match answer {
                Ok(answer) => Fact::Known { answer: Arc::new(answer), at: SystemTime::now() },
                Err(why) => Fact::Unknown(why),
            };
            checked.facts.insert(question.key(), fact);
        }
    }
    panic!("it never has enough: {plan}")
}

/// The rows of a query.
fn rows(checked: &mut Checked, compiled: &Compiled) -> Result<Rows, String> {
    match checked.sources.ask(&[compiled.question()]).remove(0) {
        Ok(Answer::Rows(Ok(rows))) => Ok(rows),
        other => Err(format!("{other:?}\n{}", compiled.readable)),
    }
}
