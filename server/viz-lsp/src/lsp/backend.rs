//! The handlers. What changes state does so before any `await`, hence in the order of the wire (see `service`); what
//! computes takes a snapshot first and goes to another thread. No handler waits for the client.

use super::analysis::Analysis;
use super::outbox::{Message, Outbox};
use super::progress::Progress;
use super::request::Request;
use super::settings::{SECTION, Settings};
use super::sources::{self, Sources};
use super::state::{Revision, State};
use super::{
    capabilities, code_action, completion, definition, document_symbol, highlight, hover, references, rename,
    workspace_symbol,
};
use crate::answerer::{Answerer, EngineAnswerer};
use crate::check::STACK;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::notification::{DidChangeConfiguration, DidChangeWatchedFiles, Notification};
use tower_lsp::lsp_types::{
    CodeActionParams, CodeActionResponse, CompletionParams, CompletionResponse, ConfigurationItem,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentHighlight, DocumentHighlightParams, DocumentSymbolParams,
    DocumentSymbolResponse, FileSystemWatcher, GlobPattern, GotoDefinitionParams, GotoDefinitionResponse, Hover,
    HoverParams, InitializeParams, InitializeResult, InitializedParams, Location, MessageType, PrepareRenameResponse,
    ReferenceParams, Registration, RenameParams, ServerInfo, SymbolInformation, TextDocumentPositionParams, Url,
    WorkspaceEdit, WorkspaceSymbolParams,
};
use tower_lsp::{Client, LanguageServer};
use viz_project::Environment;

/// Files whose changes matter: texts of projects and data that sources are made of.
const WATCHED: &str = "**/{.env,*.yml,*.yaml,*.csv,*.tsv,*.json,*.parquet,*.duckdb,*.db}";

/// See the module.
pub struct Backend {
    client: Client,
    state: Arc<State>,
    session: OnceLock<Session>,
    /// Number of times that the client's configuration was asked for.
    pulls: Arc<AtomicU64>,
}

/// What is known once the client has introduced itself.
struct Session {
    client: capabilities::Client,
    /// What was wrong with the client's options.
    complaints: Vec<String>,
}

impl Backend {
    /// A server for this client.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            state: Arc::new(State::new(Environment::from_process())),
            session: OnceLock::new(),
            pulls: Arc::default(),
        }
    }

    /// What the handlers share with the threads.
    pub fn state(&self) -> &Arc<State> {
        &self.state
    }

    fn abilities(&self) -> capabilities::Client {
        self.session.get().map(|session| session.client).unwrap_or_default()
    }

    /// Answers a request about a text, in the state of the texts right now, on a thread that may take its time.
    async fn answer<T: Send + 'static>(
        &self,
        uri: &Url,
        compute: impl FnOnce(&Request) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(path) = self.state.path(uri) else { return Ok(None) };
        let (mut documents, mut revision) = self.state.documents();
        if documents.prefer(uri) {
            // No check ever sees these texts together: the project is read for this request alone.
            revision = Revision::MAX;
        }
        let request = Request { state: Arc::clone(&self.state), client: self.abilities(), documents, revision, path };
        in_background(move || compute(&request)).await
    }

    /// Starts the threads: one that checks, one that asks sources.
    fn start(&self, client: capabilities::Client, settings: Settings) -> anyhow::Result<()> {
        let answerer: Arc<dyn Answerer> = Arc::new(EngineAnswerer::new(settings.trusted, settings.cache)?);
        let sources = Arc::new(Sources::new(Progress::new(self.client.clone(), client.progress)));
        for _ in 0..sources::THREADS {
            let (sources, state, answerer) = (Arc::clone(&sources), Arc::clone(&self.state), Arc::clone(&answerer));
            thread::Builder::new().name("sources".into()).spawn(move || sources.run(&state, &*answerer))?;
        }
        let outbox = Outbox::new(self.client.clone());
        let analysis = Analysis { state: Arc::clone(&self.state), client, settings, answerer, sources, outbox };
        thread::Builder::new().name("analysis".into()).stack_size(STACK).spawn(move || analysis.run())?;
        Ok(())
    }

    /// Asks the client to watch files. Its answer is awaited by a task of its own.
    fn watch_files(&self) {
        let client = self.client.clone();
        let watcher = FileSystemWatcher { glob_pattern: GlobPattern::String(WATCHED.to_owned()), kind: None };
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] };
        let registration = Registration {
            id: "viz-lsp/watch".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        tokio::spawn(async move {
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::info!(%error, "the client doesn't watch files, so changes on the disk show up when a file is saved");
            }
        });
    }

    /// Asks the client to tell when its configuration changes. Its answer is awaited by a task of its own.
    fn watch_configuration(&self) {
        let client = self.client.clone();
        let registration = Registration {
            id: "viz-lsp/configuration".to_owned(),
            method: DidChangeConfiguration::METHOD.to_owned(),
            register_options: Some(serde_json::json!({ "section": SECTION })),
        };
        tokio::spawn(async move {
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::info!(%error, "the client doesn't tell when its configuration changes");
            }
        });
    }

    /// Asks the client for its configuration. Its answer is awaited by a task of its own; the last question counts.
    fn pull_configuration(&self) {
        let (client, state, pulls) = (self.client.clone(), Arc::clone(&self.state), Arc::clone(&self.pulls));
        let number = pulls.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::spawn(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
            match client.configuration(vec![item]).await {
                Ok(mut answer) if pulls.load(Ordering::SeqCst) == number => {
                    state.configure(answer.pop().unwrap_or_default());
                }
                Ok(_) => {}
                Err(error) => tracing::info!(%error, "the client doesn't tell its configuration"),
            }
        });
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let client = capabilities::Client::read(&params.capabilities);
        let (settings, complaints) = Settings::read(params.initialization_options.as_ref());
        if let Err(error) = self.start(client, settings) {
            tracing::error!("can't start: {error:#}");
            return Err(Error::internal_error());
        }
        // A second `initialize` is refused before it gets here.
        let _ = self.session.set(Session { client, complaints });
        Ok(InitializeResult {
            capabilities: capabilities::server(&client),
            server_info: Some(ServerInfo {
                name: "viz-lsp".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        let Some(session) = self.session.get() else { return };
        if session.client.watches {
            self.watch_files();
        }
        if session.client.tells_configuration {
            self.watch_configuration();
        }
        if session.client.configuration {
            self.pull_configuration();
        }
        let outbox = Outbox::new(self.client.clone());
        for complaint in &session.complaints {
            outbox.send(Message::Show(MessageType::WARNING, complaint.clone()));
        }
    }

    async fn shutdown(&self) -> Result<()> {
        self.state.quit();
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.state.open(document.uri, document.version, &document.text);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        self.state.change(&document.uri, document.version, &params.content_changes, self.abilities().encoding);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.state.close(&params.text_document.uri);
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {
        self.state.save();
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let paths: Vec<PathBuf> = params.changes.iter().filter_map(|change| self.state.path(&change.uri)).collect();
        let data = paths.iter().any(|path| !is_project_text(path));
        self.state.files_changed(&paths, data);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        if self.abilities().configuration {
            self.pull_configuration();
        } else {
            self.state.configure(params.settings);
        }
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        self.answer(&at.text_document.uri, move |request| hover::hover(request, at.position)).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let (at, context) = (params.text_document_position, params.context);
        let compute = move |request: &Request| completion::completion(request, at.position, context.as_ref());
        let items = self.answer(&at.text_document.uri, compute).await?;
        Ok(items.map(CompletionResponse::Array))
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.answer(&at.text_document.uri, move |request| definition::definition(request, at.position)).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let (at, declaration) = (params.text_document_position, params.context.include_declaration);
        let compute = move |request: &Request| references::references(request, at.position, declaration);
        self.answer(&at.text_document.uri, compute).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.answer(&at.text_document.uri, move |request| highlight::highlight(request, at.position)).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.answer(&params.text_document.uri, document_symbol::document_symbols).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let compute = move |request: &Request| rename::prepare_rename(request, params.position);
        self.answer(&params.text_document.uri, compute).await?.transpose().map_err(refused)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let (at, name) = (params.text_document_position, params.new_name);
        let compute = move |request: &Request| rename::rename(request, at.position, &name);
        self.answer(&at.text_document.uri, compute).await?.transpose().map_err(refused)
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<Vec<SymbolInformation>>> {
        let (documents, _) = self.state.documents();
        let (state, encoding) = (Arc::clone(&self.state), self.abilities().encoding);
        let compute = move || workspace_symbol::workspace_symbols(&state, &documents, encoding, &params.query);
        in_background(compute).await.map(Some)
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let Some(path) = self.state.path(&params.text_document.uri) else { return Ok(None) };
        let (mut documents, revision) = self.state.documents();
        if documents.prefer(&params.text_document.uri) {
            return Ok(None); // it shows no findings
        }
        let (state, client) = (Arc::clone(&self.state), self.abilities());
        let compute = move || {
            code_action::code_actions(&state, &client, &documents, revision, &path, params.range, &params.context)
        };
        in_background(compute).await.map(Some)
    }
}

fn is_project_text(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yml" | "yaml")) || path.file_name().is_some_and(|name| name == ".env")
}

/// The request was fine, but what it asks for can't be done: clients show the reason.
fn refused(why: String) -> Error {
    const REQUEST_FAILED: i64 = -32803;
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: why.into(), data: None }
}

/// Computes off the transport's task. A panic is a mistake of ours and becomes the answer to this request alone.
async fn in_background<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(compute).await.map_err(|error| {
        tracing::error!(%error, "a request failed");
        Error::internal_error()
    })
}
