//! The handlers. What changes state does so before any `await`, hence in the order of the wire (see `service`); what
//! computes takes a snapshot first and goes to another thread. No handler waits for the client.

mod answering;
mod threads;

pub(super) use answering::in_background;
use answering::refused;

use super::capabilities;
use super::protocol::client;
use super::protocol::client::Commands;
use crate::host::answerer::Answerer;
use crate::host::granted;
use crate::lsp::handlers::semantic_tokens::LastTokens;
use crate::lsp::handlers::{
    call_hierarchy, code_action, code_lens, completion, document_color, document_link, document_symbol, folding,
    formatting, highlight, hover, inlay_hint, references, rename, semantic_tokens, signature_help, workspace_symbol,
};
use crate::lsp::protocol::client_process;
use crate::lsp::protocol::outbox::{Message, Outbox};
use crate::lsp::protocol::service::Lifecycle;
use crate::lsp::session::pull::Pulled;
use crate::lsp::session::settings::Settings;
use crate::lsp::session::snapshot::Request;
use crate::lsp::session::source_queries::Sources;
use crate::lsp::session::state::State;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::request::{
    GotoImplementationParams, GotoImplementationResponse, GotoTypeDefinitionParams, GotoTypeDefinitionResponse,
};
use tower_lsp::lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeActionParams, CodeActionResponse, CodeLens,
    CodeLensParams, ColorInformation, ColorPresentation, ColorPresentationParams, CompletionItem, CompletionParams,
    CompletionResponse, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentColorParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult, DocumentFormattingParams,
    DocumentHighlight, DocumentHighlightParams, DocumentLink, DocumentLinkParams, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams, FoldingRange,
    FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintParams, Location, MessageType, PrepareRenameResponse,
    ReferenceParams, RenameFilesParams, RenameParams, SelectionRange, SelectionRangeParams, SemanticTokensDeltaParams,
    SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult,
    SemanticTokensResult, ServerInfo, SignatureHelp, SignatureHelpParams, SymbolInformation,
    TextDocumentPositionParams, TextEdit, Url, WorkDoneProgressCancelParams, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReportResult, WorkspaceEdit, WorkspaceFolder, WorkspaceSymbolParams,
};
use tower_lsp::{Client, LanguageServer};
use viz_files::Granted;
use viz_project::Environment;
use viz_secrets::ExposeSecret;

/// How long a request for diagnostics waits for the check of the current text.
const PATIENCE: Duration = Duration::from_secs(10);

/// The language server as `tower-lsp` calls it.
pub struct Backend {
    pub(super) client: Client,
    pub(super) state: Arc<State>,
    session: OnceLock<Session>,
    sources: OnceLock<Arc<Sources>>,
    lifecycle: Arc<Lifecycle>,
    pulled: Arc<Pulled>,
    tokens: Arc<LastTokens>,
    /// Number of times that the client's configuration was asked for.
    pub(super) pulls: Arc<AtomicU64>,
}

/// What is known once the client has introduced itself.
struct Session {
    client: client::Client,
    commands: Arc<Commands>,
    answerer: Arc<dyn Answerer>,
    outbox: Outbox,
    /// What was wrong with the client's options.
    complaints: Vec<String>,
    /// The folders of the workspace, as of the start.
    folders: Vec<Url>,
    /// Folders outside of projects whose data are read.
    granted: Granted,
    /// Whether sources may be opened and files be written.
    trusted: bool,
}

impl Backend {
    /// A server for this client.
    pub fn new(client: Client, lifecycle: Arc<Lifecycle>) -> Self {
        Self {
            client,
            state: Arc::new(State::new(Environment::from_process())),
            session: OnceLock::new(),
            sources: OnceLock::new(),
            lifecycle,
            pulled: Arc::default(),
            tokens: Arc::default(),
            pulls: Arc::default(),
        }
    }

    /// What the handlers share with the threads.
    pub fn state(&self) -> &Arc<State> {
        &self.state
    }

    pub(super) fn abilities(&self) -> client::Client {
        self.session.get().map(|session| session.client).unwrap_or_default()
    }

    pub(super) fn answerer(&self) -> Option<Arc<dyn Answerer>> {
        self.session.get().map(|session| Arc::clone(&session.answerer))
    }

    pub(super) fn sources(&self) -> Option<Arc<Sources>> {
        self.sources.get().cloned()
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.session.get().is_some_and(|session| session.trusted)
    }

    pub(super) fn outbox(&self) -> Option<&Outbox> {
        self.session.get().map(|session| &session.outbox)
    }

    fn change_folders(&self, added: Vec<Url>, removed: Vec<Url>) {
        let paths = |uris: Vec<Url>| uris.iter().filter_map(|uri| self.state.path(uri)).collect::<Vec<_>>();
        self.state.change_folders(paths(added), &paths(removed));
    }

    /// `window/workDoneProgress/cancel`
    pub(super) async fn call_off(&self, params: WorkDoneProgressCancelParams) {
        let display = crate::lsp::protocol::progress::number_of(&params.token);
        let answers = display.zip(self.sources.get()).and_then(|(display, sources)| sources.call_off(display));
        if let Some(answers) = answers {
            self.state.answer(answers);
        }
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        if let Some(id) = params.process_id {
            client_process::watch(id, &self.lifecycle);
        }
        let mut client = client::Client::read(&params.capabilities);
        // Never both: who can't be told to ask again is sent everything.
        client.pulls_diagnostics &= self.lifecycle.refreshes_diagnostics();
        let options = params.initialization_options.as_ref();
        let (settings, mut complaints) = Settings::read(options);
        let home = ["HOME", "USERPROFILE"].iter().find_map(|name| self.state.environment.get(name));
        let home = home.map(|home| PathBuf::from(home.expose_secret()));
        let (granted, refused) = granted::of_session(options, home.as_deref());
        complaints.extend(refused);
        let _ = self.state.confined.set(settings.confined(&self.state.environment));
        self.state.formats.store(settings.format, Ordering::SeqCst);
        let commands = Arc::new(Commands::read(params.initialization_options.as_ref()));
        let outbox = Outbox::new(self.client.clone(), client);
        let trusted = settings.trusted;
        let answerer = match self.start(client, settings, granted.clone(), &outbox) {
            Ok(answerer) => answerer,
            Err(error) => {
                tracing::error!("can't start: {error:#}");
                return Err(Error::internal_error());
            }
        };
        #[allow(deprecated)] // what clients without folders know
        let root = params.root_uri;
        let folders = params.workspace_folders.map(|folders| folders.into_iter().map(|folder| folder.uri).collect());
        let folders = folders.unwrap_or_else(|| Vec::from_iter(root));
        // A second `initialize` is refused before it gets here.
        let _ = self.session.set(Session { client, commands, answerer, outbox, complaints, folders, granted, trusted });
        Ok(InitializeResult {
            capabilities: capabilities::server(&client, settings.format),
            server_info: Some(ServerInfo {
                name: "viz-lsp".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        let Some(session) = self.session.get() else { return };
        if session.client.watches {
            self.watch_files(&session.granted);
        }
        if session.client.tells_configuration {
            self.watch_configuration();
        }
        session.outbox.send(Message::Formatting(self.state.formats.load(Ordering::SeqCst)));
        if session.client.configuration {
            self.pull_configuration();
        }
        self.change_folders(session.folders.clone(), Vec::new());
        for complaint in &session.complaints {
            session.outbox.send(Message::Show(MessageType::WARNING, complaint.clone()));
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
        self.tokens.forget(&params.text_document.uri);
        self.state.close(&params.text_document.uri);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let uris = |folders: Vec<WorkspaceFolder>| folders.into_iter().map(|folder| folder.uri).collect();
        self.change_folders(uris(params.event.added), uris(params.event.removed));
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
        let compute = move |request: &Request| hover::hover(request, at.position);
        self.answer("textDocument/hover", &at.text_document.uri, compute).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let (at, context) = (params.text_document_position, params.context);
        let compute = move |request: &Request| completion::completion(request, at.position, context.as_ref());
        self.answer("textDocument/completion", &at.text_document.uri, compute).await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        Ok(completion::resolve(self.abilities(), item))
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let at = params.text_document_position_params;
        let compute = move |request: &Request| signature_help::signature_help(request, at.position);
        self.answer("textDocument/signatureHelp", &at.text_document.uri, compute).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.go("textDocument/definition", at, viz_ide::definition).await
    }

    async fn goto_type_definition(
        &self,
        params: GotoTypeDefinitionParams,
    ) -> Result<Option<GotoTypeDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.go("textDocument/typeDefinition", at, viz_ide::type_definition).await
    }

    async fn goto_implementation(
        &self,
        params: GotoImplementationParams,
    ) -> Result<Option<GotoImplementationResponse>> {
        let at = params.text_document_position_params;
        self.go("textDocument/implementation", at, viz_ide::implementation).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let (at, declaration) = (params.text_document_position, params.context.include_declaration);
        let compute = move |request: &Request| references::references(request, at.position, declaration);
        self.answer("textDocument/references", &at.text_document.uri, compute).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.looks_at(&at.text_document.uri, at.position);
        let compute = move |request: &Request| highlight::highlight(request, at.position);
        self.answer("textDocument/documentHighlight", &at.text_document.uri, compute).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri;
        self.answer("textDocument/documentSymbol", &uri, document_symbol::document_symbols).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.answer("textDocument/foldingRange", &params.text_document.uri, folding::folding).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let compute = move |request: &Request| folding::selection_ranges(request, &params.positions);
        self.answer("textDocument/selectionRange", &params.text_document.uri, compute).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.answer("textDocument/documentLink", &params.text_document.uri, document_link::links).await
    }

    async fn document_color(&self, params: DocumentColorParams) -> Result<Vec<ColorInformation>> {
        let uri = params.text_document.uri;
        Ok(self.answer("textDocument/documentColor", &uri, document_color::colors).await?.unwrap_or_default())
    }

    async fn color_presentation(&self, params: ColorPresentationParams) -> Result<Vec<ColorPresentation>> {
        let uri = params.text_document.uri;
        let compute = move |request: &Request| document_color::presentations(request, params.color, params.range);
        Ok(self.answer("textDocument/colorPresentation", &uri, compute).await?.unwrap_or_default())
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let compute = move |request: &Request| formatting::format(request, None);
        let uri = params.text_document.uri;
        self.answer("textDocument/formatting", &uri, compute).await?.transpose().map_err(refused)
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let compute = move |request: &Request| formatting::format(request, Some(params.range));
        let uri = params.text_document.uri;
        self.answer("textDocument/rangeFormatting", &uri, compute).await?.transpose().map_err(refused)
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        let compute = move |request: &Request| formatting::on_type(request, at.position);
        self.answer("textDocument/onTypeFormatting", &at.text_document.uri, compute).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let compute = move |request: &Request| inlay_hint::hints(request, params.range);
        self.answer("textDocument/inlayHint", &params.text_document.uri, compute).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.answer("textDocument/codeLens", &params.text_document.uri, code_lens::lenses).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        let data = lens.data.clone().and_then(|data| serde_json::from_value::<code_lens::Data>(data).ok());
        let Some(data) = data else { return Ok(lens) };
        let (same, uri) = (lens.clone(), data.uri.clone());
        let compute = move |request: &Request| code_lens::resolve(request, lens, &data);
        Ok(self.answer("codeLens/resolve", &uri, compute).await?.unwrap_or(same))
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let (uri, last) = (params.text_document.uri, Arc::clone(&self.tokens));
        let same = uri.clone();
        let compute = move |request: &Request| semantic_tokens::full(request, &last, &same);
        let found = self.answer("textDocument/semanticTokens/full", &uri, compute).await?;
        Ok(found.map(SemanticTokensResult::Tokens))
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let (uri, last, id) = (params.text_document.uri, Arc::clone(&self.tokens), params.previous_result_id);
        let same = uri.clone();
        let compute = move |request: &Request| semantic_tokens::delta(request, &last, &same, &id);
        self.answer("textDocument/semanticTokens/full/delta", &uri, compute).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let compute = move |request: &Request| semantic_tokens::range(request, params.range);
        let found = self.answer("textDocument/semanticTokens/range", &params.text_document.uri, compute).await?;
        Ok(found.map(SemanticTokensRangeResult::Tokens))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        let compute = move |request: &Request| call_hierarchy::prepare(request, at.position);
        self.answer("textDocument/prepareCallHierarchy", &at.text_document.uri, compute).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let uri = params.item.uri.clone();
        let compute = move |request: &Request| call_hierarchy::incoming(request, &params.item);
        self.answer("callHierarchy/incomingCalls", &uri, compute).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let uri = params.item.uri.clone();
        let compute = move |request: &Request| call_hierarchy::outgoing(request, &params.item);
        self.answer("callHierarchy/outgoingCalls", &uri, compute).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let compute = move |request: &Request| rename::prepare_rename(request, params.position);
        let uri = params.text_document.uri;
        self.answer("textDocument/prepareRename", &uri, compute).await?.transpose().map_err(refused)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let (at, name) = (params.text_document_position, params.new_name);
        let compute = move |request: &Request| rename::rename(request, at.position, &name);
        self.answer("textDocument/rename", &at.text_document.uri, compute).await?.transpose().map_err(refused)
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        let path = |uri: &str| self.state.path(&Url::parse(uri).ok()?);
        let renames: Vec<(PathBuf, PathBuf)> =
            params.files.iter().filter_map(|file| Some((path(&file.old_uri)?, path(&file.new_uri)?))).collect();
        let (state, client, (documents, _)) = (Arc::clone(&self.state), self.abilities(), self.state.documents());
        in_background(move || rename::renamed_files(&state, &client, &documents, &renames)).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let argument = params.arguments.into_iter().next().unwrap_or_default();
        self.execute(&params.command, argument).await.map(Some)
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let (_, revision) = self.state.documents();
        // Newer edits may go on for ever; what is known is better than nothing.
        let _ = tokio::time::timeout(PATIENCE, self.state.until_analysed(revision)).await;
        Ok(self.pulled.report(&params.text_document.uri, params.previous_result_id.as_deref()))
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        Ok(self.pulled.report_news(params.previous_result_ids).await)
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<Vec<SymbolInformation>>> {
        let (documents, _) = self.state.documents();
        let (state, encoding) = (Arc::clone(&self.state), self.abilities().encoding);
        let compute = move || workspace_symbol::workspace_symbols(&state, &documents, encoding, &params.query);
        in_background(compute).await.map(Some)
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.looks_at(&params.text_document.uri, params.range.start);
        // A text that no check sees shows no findings.
        let found = self.request(&params.text_document.uri).filter(|(_, apart)| !apart);
        let Some((request, _)) = found else { return Ok(None) };
        // A request that comes right after an edit waits a little for the check of it.
        let until = self.state.until_analysed(request.revision);
        let checked = tokio::time::timeout(code_action::PATIENCE, until).await.is_ok();
        let compute = move || code_action::code_actions(&request, checked, params.range, &params.context);
        in_background(compute).await.map(Some)
    }
}

fn is_project_text(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yml" | "yaml")) || path.file_name().is_some_and(|name| name == ".env")
}
