//! `viz-lsp mcp`: the tools of assistants over the Model Context Protocol, on stdin and stdout. `rmcp` is used in this file only.

use crate::cli::args::AboutArgs;
use crate::cli::ask::Desk;
use crate::host::deadline::{self, Deadline};
use crate::host::settings::STACK;
use anyhow::Context;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool as Offered, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::oneshot;
use viz_agent::{Answer, INSTRUCTIONS, TOOLS, Tool};

/// Serves until the client hangs up.
///
/// # Errors
/// If threads can't be started, or the client speaks no version of the protocol.
pub fn run(about: AboutArgs) -> anyhow::Result<ExitCode> {
    let desk = Arc::new(Desk::new(about)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("can't start the server")?;
    let served = runtime.block_on(async {
        let running = Server { desk }.serve(rmcp::transport::stdio_pipes()).await;
        match running {
            Ok(running) => running.waiting().await.map(drop).context("the server stopped early"),
            // A client that hangs up before it has said anything wants nothing.
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(error).context("can't understand the client"),
        }
    });
    // What still runs is for nobody.
    runtime.shutdown_background();
    served.map(|()| ExitCode::SUCCESS)
}

/// What answers.
struct Server {
    desk: Arc<Desk>,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let mut this = Implementation::new("viz-lsp", env!("CARGO_PKG_VERSION"));
        this.title = Some("viz-lsp".to_owned());
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(this)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(offered).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = viz_agent::named(&request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        };
        let arguments = request.arguments.map_or(Value::Null, Value::Object);
        let answer = self.answer(tool, arguments, context).await;
        let result = match answer.is_error {
            true => CallToolResult::structured_error(answer.value),
            false => CallToolResult::structured(answer.value),
        };
        Ok(result.into())
    }
}

impl Server {
    /// The answer of a tool, made on a thread of its own: the engine blocks.
    async fn answer(&self, tool: &'static Tool, arguments: Value, context: RequestContext<RoleServer>) -> Answer {
        let deadline = Deadline::new(Some(deadline::USUAL));
        let (cancel, desk) = (deadline.cancel.clone(), Arc::clone(&self.desk));
        let client = context.peer.peer_info().map_or_else(|| "mcp".to_owned(), |info| info.client_info.name.clone());
        let (done, mut answered) = oneshot::channel();
        let work = move || drop(done.send(desk.answer(tool, &arguments, &client, &deadline)));
        let started = std::thread::Builder::new().name(tool.name.into()).stack_size(STACK).spawn(work);
        if let Err(error) = started {
            return failed(&format!("can't start a thread: {error}"));
        }
        let outcome = tokio::select! {
            outcome = &mut answered => outcome,
            () = context.ct.cancelled() => {
                cancel.cancel();
                answered.await
            }
        };
        match outcome {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => failed(&viz_secrets::hide(&format!("{error:#}"))),
            Err(_) => failed("viz-lsp stopped on a mistake of its own; please report it"),
        }
    }
}

fn failed(message: &str) -> Answer {
    Answer { value: json!({ "status": "failed", "message": message }), is_error: true }
}

fn offered(tool: &Tool) -> Offered {
    let schema = match (tool.input)() {
        Value::Object(schema) => schema,
        other => unreachable!("a schema is an object: {other}"),
    };
    let annotations =
        ToolAnnotations::new().read_only(tool.reads_only).destructive(false).idempotent(true).open_world(false);
    Offered::new(tool.name, tool.description, schema).with_title(tool.title).with_annotations(annotations)
}
