//! Generated projects of any size, and facts about them without a database.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{CheckOptions, Memo, Report, check};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, OptionValues, Question};
use viz_project::{Environment, MemoryFiles, Project};

/// Shapes of a filter; insights differ pairwise in their SQL by shape and numbers.
const FILTERS: [&str; 5] = [
    "${ref(MODEL).region} = '${ref(INPUT).value}'",
    "${ref(MODEL).amount} > NUMBER and ${ref(MODEL).region} = '${ref(INPUT).value}'",
    "${ref(MODEL).region} in ('${ref(INPUT).value}', 'r NUMBER')",
    "sum(${ref(MODEL).amount}) > NUMBER",
    "(${ref(MODEL).region} = '${ref(INPUT).value}' or ${ref(MODEL).amount} < NUMBER)",
];

/// A project, its files and what is known of it.
pub struct Generated {
    pub files: MemoryFiles,
    pub project: Project,
    pub facts: FactStore,
    pub memo: Memo,
    pub options: CheckOptions,
}

/// About this many objects: an eighth models, inputs (half of them with a query) and metrics each, the rest insights.
/// Every insight that can uses the metric `shared_total` too, if `shared`.
pub fn generate(objects: usize, shared: bool) -> Generated {
    let group = (objects / 8).max(1);
    let mut models = String::from("models:\n");
    for n in 0..group {
        let _ = writeln!(
            models,
            "  - name: model_{n}\n    sql: select * from table_{n}\n    metrics:\n      - {{ name: total_{n}, expression: sum(amount) + {n} }}"
        );
    }
    let mut semantics = String::from("metrics:\n  - name: shared_total\n    expression: sum(${ref(model_0).amount})\n");
    for n in 1..group {
        let _ = writeln!(semantics, "  - name: metric_{n}\n    expression: avg(${{ref(model_{n}).amount}}) * {n}");
    }
    let mut inputs = String::from("inputs:\n");
    for n in 0..group {
        let options = if n % 2 == 0 {
            format!("[north, south, \"r {n}\"]")
        } else {
            format!("?{{ select distinct region from ${{ref(model_{n})}} }}")
        };
        let _ = writeln!(inputs, "  - name: input_{n}\n    type: single-select\n    options: {options}");
    }
    let mut insights = String::from("insights:\n");
    for n in 0..objects - 3 * group {
        let model = if shared { "model_0".to_owned() } else { format!("model_{}", n % group) };
        let filter = FILTERS[n % FILTERS.len()]
            .replace("MODEL", &model)
            .replace("INPUT", &format!("input_{}", n % group))
            .replace("NUMBER", &n.to_string());
        let y = if shared { "${ref(shared_total)}".to_owned() } else { format!("sum(${{ref({model}).amount}}) + {n}") };
        let _ = writeln!(
            insights,
            "  - name: insight_{n}\n    props:\n      type: bar\n      x: ?{{ ${{ref({model}).region}} }}\n      y: ?{{ {y} }}\n    interactions:\n      - filter: ?{{ {filter} }}"
        );
    }
    let main = "name: generated\ndefaults:\n  source_name: local\nincludes:\n  - path: models.yml\n  - path: semantics.yml\n  - path: inputs.yml\n  - path: insights.yml\nsources:\n  - { name: local, type: duckdb, database: \":memory:\" }\n";
    let files = MemoryFiles::new([
        ("/p/project.visivo.yml", main),
        ("/p/models.yml", &models),
        ("/p/semantics.yml", &semantics),
        ("/p/inputs.yml", &inputs),
        ("/p/insights.yml", &insights),
    ]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let options = CheckOptions { oracle: false, ..CheckOptions::default() };
    Generated { files, project, facts: FactStore::new(), memo: Memo::default(), options }
}

impl Generated {
    /// Checks until nothing is asked any more; returns the last report.
    pub fn settle(&mut self) -> Report {
        loop {
            let report = check(&self.project, &self.facts, &self.options, &self.memo);
            if report.questions.is_empty() {
                return report;
            }
            self.learn(&report.questions);
        }
    }

    /// The engine has answered these.
    pub fn learn(&mut self, questions: &[KeyedQuestion]) {
        for question in questions {
            let answer = Arc::new(answer(question));
            self.facts.insert(question.key(), Fact::Known { answer, at: SystemTime::UNIX_EPOCH });
        }
    }

    /// Puts another text in place of a file's and checks once: what a keystroke costs before the engine is asked.
    pub fn keystroke(&mut self, file: &str, text: &str) -> Report {
        self.files.insert(file, text);
        self.project = self.project.reload(&self.files, &Environment::empty());
        check(&self.project, &self.facts, &self.options, &self.memo)
    }

    /// A file's text, whether the project takes it or not.
    #[allow(dead_code, reason = "not every test that includes this module needs it")]
    pub fn text_of(&self, file: &str) -> String {
        viz_project::FileSystem::read(&self.files, Path::new(file)).expect("it was written").to_string()
    }

    /// A file's text.
    #[allow(dead_code, reason = "not every test that includes this module needs it")]
    pub fn text(&self, file: &str) -> String {
        let id = self.project.file_of(Path::new(file)).expect("the file is in the project");
        self.project.file(id).document.text().to_owned()
    }
}

fn answer(question: &Question) -> Answer {
    let column = |name: &str, data_type: &str| Column { name: name.into(), data_type: data_type.into() };
    match question {
        Question::Describe { .. } => Answer::Columns(Ok(vec![column("region", "VARCHAR"), column("amount", "DOUBLE")])),
        Question::Options { .. } => {
            let values = ["north", "south", "east"].map(|value| Some(value.to_owned())).to_vec();
            Answer::Options(Ok(OptionValues { columns: vec![column("region", "VARCHAR")], values, more: false }))
        }
        _ => Answer::Accepted(Ok(())),
    }
}
