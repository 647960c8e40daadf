//! Facts from a worker process of the program, so that tests have real facts without linking DuckDB.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use viz_facts::{Answer, Question, Unknown};

/// A running worker.
pub struct Worker {
    process: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    /// Starts a worker: `parse`, or `sources` of a project.
    pub fn start(program: &str, kind: &str, folder: &Path) -> Self {
        let mut process = Command::new(program)
            .args(["--worker", kind])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let (input, output) = (process.stdin.take().expect("it is piped"), process.stdout.take().expect("it is piped"));
        let mut worker = Self { process, input, output };
        let hello = worker.read();
        assert!(hello.get("hello").is_some(), "{hello}");
        worker
    }

    /// Answers questions, in their order.
    pub fn ask(&mut self, questions: &[Question]) -> Vec<Result<Answer, Unknown>> {
        let limits = json!({ "timeout": { "secs": 30, "nanos": 0 } });
        let request = |(id, question)| json!({ "id": id, "question": question, "limits": limits, "careful": false });
        // The worker opens the files.
        let requests: Vec<Value> = viz_secrets::revealing(|| (0_u64..).zip(questions).map(request).collect());
        self.write(&json!({ "ask": requests }));
        let mut answers = vec![None; questions.len()];
        while answers.iter().any(Option::is_none) {
            let mut message = self.read();
            let Value::Array(responses) = message["answers"].take() else { panic!("{message}") };
            for mut response in responses {
                let id = response["id"].as_u64().expect("an id") as usize;
                answers[id] = Some(serde_json::from_value(response["result"].take()).expect("an answer"));
            }
        }
        answers.into_iter().map(|answer| answer.expect("all have come")).collect()
    }

    fn write(&mut self, message: &Value) {
        let body = message.to_string();
        let length = u32::try_from(body.len()).expect("fits").to_be_bytes();
        self.input
            .write_all(&length)
            .and_then(|()| self.input.write_all(body.as_bytes()))
            .and_then(|()| self.input.flush())
            .expect("it reads");
    }

    fn read(&mut self) -> Value {
        let mut length = [0; 4];
        self.output.read_exact(&mut length).expect("it answers");
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        self.output.read_exact(&mut body).expect("it answers");
        serde_json::from_slice(&body).expect("JSON")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
