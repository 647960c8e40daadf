//! `viz-lsp mcp`: the tools of assistants over the Model Context Protocol, on stdin and stdout. `rmcp` is used in this file only.

use crate::cli::args::AboutArgs;
use crate::cli::desk::{Asker, Desk};
use crate::host::deadline::{self, Deadline};
use crate::host::settings::STACK;
use anyhow::Context;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, GetPromptRequestParams, GetPromptResponse,
    GetPromptResult, Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, Prompt as OfferedPrompt, PromptArgument,
    PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource as OfferedResource,
    ResourceContents, ResourceTemplate, Role, ServerCapabilities, ServerConfig, Tool as Offered, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use viz_agent::prompt::{self, PROMPTS, Prompt};
use viz_agent::resource::{self, RESOURCES, Resource};
use viz_agent::{Answer, INSTRUCTIONS, TOOLS, Tool};

/// How often whoever waits is told that something still runs.
const PULSE: Duration = Duration::from_secs(2);

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
        let capabilities = ServerCapabilities::builder().enable_prompts().enable_resources().enable_tools().build();
        ServerConfig::new(capabilities).with_server_info(this).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(|tool| offered(&self.desk, tool)).collect()))
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
        let work = move |desk: &Desk, asker: &Asker<'_>| desk.answer(tool, arguments, asker);
        let answer = match self.on_thread(tool.name, context, work).await {
            Ok(answer) => answer,
            Err(why) => Answer { value: json!({ "status": "failed", "message": why }), is_error: true },
        };
        let result = match answer.is_error {
            true => CallToolResult::structured_error(answer.value),
            false => CallToolResult::structured(answer.value),
        };
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let offered = |one: &Resource| {
            OfferedResource::new(one.uri, one.name).with_description(one.description).with_mime_type(one.mime_type)
        };
        let whole = RESOURCES.iter().filter(|one| !one.is_template());
        Ok(ListResourcesResult::with_all_items(whole.map(offered).collect()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let offered = |one: &Resource| {
            ResourceTemplate::new(one.uri, one.name).with_description(one.description).with_mime_type(one.mime_type)
        };
        let templates = RESOURCES.iter().filter(|one| one.is_template());
        Ok(ListResourceTemplatesResult::with_all_items(templates.map(offered).collect()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.clone();
        let read = move |desk: &Desk, asker: &Asker<'_>| desk.with(asker, |session| resource::read(session, &uri));
        let uri = request.uri;
        match self.on_thread("resource", context, read).await {
            Ok(Some((text, mime_type))) => {
                let contents = ResourceContents::text(text, uri).with_mime_type(mime_type);
                Ok(ReadResourceResult::new(vec![contents]).into())
            }
            Ok(None) => Err(ErrorData::resource_not_found(format!("there is nothing at {uri}"), None)),
            Err(why) => Err(ErrorData::internal_error(why, None)),
        }
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let offered = |one: &Prompt| {
            let argument =
                |(name, what): (&str, &str)| vec![PromptArgument::new(name).with_description(what).with_required(true)];
            OfferedPrompt::new(one.name, Some(one.description), one.argument.map(argument)).with_title(one.title)
        };
        Ok(ListPromptsResult::with_all_items(PROMPTS.iter().map(offered).collect()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let Some(prompt) = PROMPTS.iter().find(|prompt| prompt.name == request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no prompt `{}`", request.name), None));
        };
        let given = |(name, _): (&str, &str)| Some(request.arguments.as_ref()?.get(name)?.as_str()?.to_owned());
        let filled = prompt.argument.and_then(given);
        // With several projects it is the first that has what is named; if none has, the last one's reason is told.
        let work = move |desk: &Desk, asker: &Asker<'_>| {
            let why = std::cell::RefCell::new(String::new());
            let words = desk.with(asker, |session| {
                prompt::words(session, prompt, filled.as_deref()).map_err(|reason| why.replace(reason)).ok()
            })?;
            Ok(words.ok_or_else(|| why.into_inner()))
        };
        match self.on_thread("prompt", context, work).await {
            Ok(Ok(words)) => {
                let words = viz_secrets::hide(&words).into_owned();
                Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, words)])
                    .with_description(prompt.description)
                    .into())
            }
            Ok(Err(why)) => Err(ErrorData::invalid_params(why, None)),
            Err(why) => Err(ErrorData::internal_error(why, None)),
        }
    }
}

impl Server {
    /// What comes of work that is done on a thread of its own: the engine blocks. It is called off when the client does so; a client that
    /// wants to know is told how it goes.
    async fn on_thread<T: Send + 'static>(
        &self,
        name: &str,
        context: RequestContext<RoleServer>,
        work: impl FnOnce(&Desk, &Asker<'_>) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let deadline = Deadline::new(Some(deadline::USUAL));
        let (cancel, desk, client) = (deadline.cancel.clone(), Arc::clone(&self.desk), client(&context));
        let (done, mut answered) = oneshot::channel();
        let (say, mut steps) = mpsc::unbounded_channel();
        #[cfg(debug_assertions)]
        let stops = std::env::var("VIZ_LSP_TEST_PANIC").is_ok_and(|at| at == name);
        let started = std::thread::Builder::new().name(name.into()).stack_size(STACK).spawn(move || {
            #[cfg(debug_assertions)]
            assert!(!stops, "a test wants to see what becomes of a mistake");
            // Whoever has gone hears nothing.
            let progress = |step: &str| drop(say.send(step.to_owned()));
            let asker = Asker { client: &client, deadline: &deadline, progress: &progress };
            drop(done.send(work(&desk, &asker)));
        });
        started.map_err(|error| format!("can't start a thread: {error}"))?;
        let mut told = Told { context: &context, count: 0.0, since: Instant::now() };
        let mut pulse = tokio::time::interval_at(tokio::time::Instant::now() + PULSE, PULSE);
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut answered => break outcome,
                () = context.ct.cancelled() => {
                    cancel.cancel();
                    break answered.await;
                }
                Some(step) = steps.recv() => told.step(&step).await,
                _ = pulse.tick() => told.pulse().await,
            }
        };
        match outcome {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(viz_secrets::hide(&format!("{error:#}")).into_owned()),
            Err(_) => Err("viz-lsp stopped on a mistake of its own; please report it".to_owned()),
        }
    }
}

/// What a client is told of a request, if it wants to know.
struct Told<'a> {
    context: &'a RequestContext<RoleServer>,
    count: f64,
    since: Instant,
}

impl Told<'_> {
    async fn step(&mut self, step: &str) {
        let Some(token) = self.context.meta.get_progress_token() else { return };
        self.count += 1.0;
        let mut progress = ProgressNotificationParam::new(token, self.count);
        progress.message = Some(step.to_owned());
        // A client that has gone hears nothing.
        drop(self.context.peer.notify_progress(progress).await);
    }

    async fn pulse(&mut self) {
        let seconds = self.since.elapsed().as_secs();
        self.step(&format!("still at it after {seconds} s")).await;
    }
}

/// Who asks, as it calls itself: once at the beginning, or with each request.
fn client(context: &RequestContext<RoleServer>) -> String {
    let of_request = context.meta.client_info().map(|client| client.name);
    let of_session = || context.peer.peer_info().map(|peer| peer.client_info.name.clone());
    of_request.or_else(of_session).unwrap_or_else(|| "mcp".to_owned())
}

fn offered(desk: &Desk, tool: &Tool) -> Offered {
    let schema = match desk.input(tool) {
        Value::Object(schema) => schema,
        other => unreachable!("a schema is an object: {other}"),
    };
    let reads_only = tool.reads_only || !desk.may_write();
    let annotations =
        ToolAnnotations::new().read_only(reads_only).destructive(!reads_only).idempotent(true).open_world(false);
    Offered::new(tool.name, tool.description, schema).with_title(tool.title).with_annotations(annotations)
}
