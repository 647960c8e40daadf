//! Beginning, end, and what is not quite as it should be.

use crate::{PROGRAM, flood};
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Encoding, Options};

#[test]
fn shutdown_then_exit_is_success() {
    assert_eq!(Client::start(PROGRAM, Options::default()).shut_down(), 0);
}

#[test]
fn exit_or_hanging_up_without_shutdown_is_not() {
    let mut client = Client::start(PROGRAM, Options::default());
    client.notify("exit", Value::Null);
    assert_eq!(client.hang_up(), 1);
    assert_eq!(Client::start(PROGRAM, Options::default()).hang_up(), 1);
}

/// A client's pipe may outlive it, in the hands of another process.
#[cfg(unix)]
#[test]
fn it_ends_when_the_process_of_the_client_is_not_there() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut gone = Command::new("true").spawn().expect("it runs");
    gone.wait().expect("it ends");
    let mut server = Command::new(PROGRAM).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut input = server.stdin.take().expect("it is piped");
    let params = json!({ "processId": gone.id(), "capabilities": {} });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }).to_string();
    write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    assert_eq!(server.wait().expect("it ends").code(), Some(1));
    drop(input);
}

/// A client that dies while an answer is on its way is no mistake of ours.
#[cfg(target_os = "linux")]
#[test]
fn it_ends_when_nobody_takes_its_messages() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let full = std::fs::File::options().write(true).open("/dev/full").expect("it is there");
    let mut server =
        Command::new(PROGRAM).stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut input = server.stdin.take().expect("it is piped");
    for id in 1..4 {
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": "initialize", "params": { "capabilities": {} } });
        let body = message.to_string();
        // It may have ended by now.
        let _ = write!(input, "Content-Length: {}\r\n\r\n{body}", body.len());
    }
    let ended = server.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(!said.contains("made a mistake"), "{said}");
    drop(input);
}

#[test]
fn it_ends_in_the_middle_of_work() {
    let project = Project::copy_of("ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    client.open(&project.file("project.visivo.yml"));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn requests_before_initialize_are_refused() {
    let mut client = Client::connect(PROGRAM, Options::default());
    let id = client.ask(
        "textDocument/hover",
        json!({ "textDocument": { "uri": "file:///a.yml" }, "position": { "line": 0, "character": 0 } }),
    );
    assert_eq!(client.answer(id).unwrap_err()["code"], -32002);
    assert_eq!(client.hang_up(), 1);
}

#[test]
fn the_encoding_is_negotiated() {
    for (offered, chosen) in [
        (vec![], "utf-16"),
        (vec![Encoding::Utf16], "utf-16"),
        (vec![Encoding::Utf16, Encoding::Utf8], "utf-8"),
        (vec![Encoding::Utf32], "utf-32"),
    ] {
        let client = Client::start(PROGRAM, Options { encodings: offered, ..Options::default() });
        assert_eq!(client.capabilities["positionEncoding"], chosen);
        assert_eq!(client.capabilities["textDocumentSync"]["change"], 2);
        assert_eq!(client.shut_down(), 0);
    }
}

#[test]
fn unknown_methods_and_noise_are_survived() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    client.notify("viz/unheardOf", json!({ "a": 1 }));
    client.notify("$/unheardOf", json!({}));
    let id = client.ask("viz/unheardOf", json!({}));
    assert_eq!(client.answer(id).unwrap_err()["code"], -32601);
    let id = client.ask("textDocument/hover", json!({ "nonsense": true }));
    assert_eq!(client.answer(id).unwrap_err()["code"], -32602);
    client.notify("textDocument/didChange", json!({ "nonsense": true }));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": "file:///never/opened.yml" } }));
    client.notify(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": "untitled:Untitled-1", "languageId": "yaml", "version": 1, "text": "a: 1" } }),
    );
    client.notify("$/cancelRequest", json!({ "id": 4711 }));
    client.send_text("{ this is no JSON");
    assert!(client.message().contains("-32700"));
    let document = client.open(&project.file("insights.yml"));
    client.wait_for(&document, "some fault", |all| !all.is_empty());
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_request_can_be_cancelled() {
    let project = Project::copy_of("ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("insights.yml"));
    let position = document.position(document.find("ref(city).value}\n").start);
    let ids: Vec<i64> = (0..20)
        .map(|_| {
            let id = client
                .ask("textDocument/hover", json!({ "textDocument": { "uri": document.uri }, "position": position }));
            client.notify("$/cancelRequest", json!({ "id": id }));
            id
        })
        .collect();
    for id in ids {
        // Answered either way, exactly once.
        if let Err(error) = client.answer(id) {
            assert_eq!(error["code"], -32800);
        }
    }
    assert_eq!(client.shut_down(), 0);
}

/// However a session ends, no process stays behind.
#[cfg(target_os = "linux")]
#[test]
fn workers_end_with_the_server() {
    for orderly in [true, false] {
        let project = Project::copy_of("ecommerce");
        let mut client = Client::start(PROGRAM, Options::default());
        client.open(&project.file("project.visivo.yml"));
        client.settle(&project.root);
        let workers = client.workers();
        assert!(!workers.is_empty(), "a project with queries needs workers");
        if orderly {
            assert_eq!(client.shut_down(), 0);
        } else {
            // Dropping it kills the server.
            drop(client);
        }
        let end = std::time::Instant::now() + viz_tests::PATIENCE;
        while workers.iter().any(|pid| runs(*pid)) {
            assert!(std::time::Instant::now() < end, "still there: {workers:?}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

/// Whether a process runs; one that has ended and waits to be collected doesn't.
#[cfg(target_os = "linux")]
fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
}

#[test]
fn long_work_is_shown() {
    let project = Project::copy_of("ecommerce");
    flood::add_endless_query(&project, 1);
    let mut client = Client::start(PROGRAM, Options::default());
    client.open(&project.file("project.visivo.yml"));
    let status = client.settle(&project.root);
    assert_eq!(client.progress, [("checking ecommerce".to_owned(), true)]);
    assert!(status["why"].to_string().contains("`forever`"), "the query ran out of time: {status}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn long_work_can_be_called_off() {
    let project = Project::copy_of("ecommerce");
    flood::add_endless_query(&project, 600);
    let mut client = Client::start(PROGRAM, Options::default());
    let document = client.open(&project.file("project.visivo.yml"));
    client.wait_for_progress(1);
    // Other questions may be under way yet: until the endless one is, calling off takes those, too.
    client.notify("window/workDoneProgress/cancel", serde_json::json!({ "token": "viz-lsp/1" }));
    let status = client.settle(&project.root);
    assert!(status["why"].to_string().contains("called off"), "{status}");
    // On a slow machine what was asked before the endless query had a progress of its own.
    let ended = ("checking ecommerce".to_owned(), true);
    assert!(client.progress.iter().all(|one| *one == ended), "{:?}", client.progress);
    // A save asks again.
    let next = client.progress.len() + 1;
    client.save(&document);
    client.wait_for_progress(next);
    client.notify("window/workDoneProgress/cancel", serde_json::json!({ "token": format!("viz-lsp/{next}") }));
    client.settle(&project.root);
    assert_eq!(client.shut_down(), 0);
}

/// VS Code's way: the client listens, the server connects.
#[test]
fn a_client_may_listen_on_a_socket() {
    use std::io::{BufReader, Write};
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let mut server = viz_tests::cli::program(PROGRAM)
        .args(["--socket", &port.to_string()])
        .stdin(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let (mut stream, _) = listener.accept().expect("it connects");
    let mut answers = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut ask = |message: serde_json::Value| {
        let body = message.to_string();
        write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    };
    let mut read = || viz_tests::read_message(&mut answers).expect("it doesn't hang up");
    ask(serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }));
    assert_eq!(read()["result"]["serverInfo"]["name"], "viz-lsp");
    ask(serde_json::json!({ "jsonrpc": "2.0", "id": 2, "method": "viz/nothing", "params": {} }));
    assert_eq!(read()["error"]["code"], -32601, "unknown methods are refused, not more");
    ask(serde_json::json!({ "jsonrpc": "2.0", "id": 3, "method": "shutdown" }));
    assert_eq!(read()["id"], 3);
    ask(serde_json::json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert!(server.wait().expect("it ends").success());
    // Nobody listens.
    drop(listener);
    let status = viz_tests::cli::program(PROGRAM).args(["--socket", &port.to_string()]).status().expect("it starts");
    assert_eq!(status.code(), Some(2));
}
