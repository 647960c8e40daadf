//! What the client can do, and what this server can.

use super::completion::TRIGGERS;
use super::convert::encoding_kind;
use tower_lsp::lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions,
    HoverProviderCapability, InsertTextMode, MarkupKind, OneOf, RenameOptions, SaveOptions, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use viz_text::Encoding;

/// What matters to us of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Client {
    /// The unit of columns.
    pub encoding: Encoding,
    /// It shows related places of a diagnostic.
    pub related: bool,
    /// It shows progress.
    pub progress: bool,
    /// It can be asked to watch files.
    pub watches: bool,
    /// It can be asked for its configuration.
    pub configuration: bool,
    /// It can be asked to tell when its configuration changes.
    pub tells_configuration: bool,
    /// Edits may name document versions.
    pub versioned_edits: bool,
    /// It knows snippets in completion.
    pub snippets: bool,
    /// It indents the lines of a completion like the first, when told so.
    pub adjusts_indentation: bool,
    /// It shows Markdown beside completion.
    pub markdown: bool,
    /// Definitions may be links.
    pub definition_links: bool,
    /// It asks whether something can be renamed.
    pub prepares_rename: bool,
    /// Outlines may be nested.
    pub nested_symbols: bool,
}

impl Client {
    /// Reads what the client says of itself.
    pub fn read(capabilities: &ClientCapabilities) -> Self {
        let workspace = capabilities.workspace.as_ref();
        let diagnostics = capabilities.text_document.as_ref().and_then(|text| text.publish_diagnostics.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let text = capabilities.text_document.as_ref();
        let item = text.and_then(|text| text.completion.as_ref()).and_then(|found| found.completion_item.as_ref());
        let modes = item.and_then(|item| item.insert_text_mode_support.as_ref());
        let formats = item.and_then(|item| item.documentation_format.as_ref());
        let outline = text.and_then(|text| text.document_symbol.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files);
        let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        // Ours is UTF-8; a client that doesn't offer it saves more work by keeping its own.
        let preferred = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];
        let encoding = offered
            .and_then(|offered| preferred.into_iter().find(|encoding| offered.contains(&encoding_kind(*encoding))));
        Self {
            encoding: encoding.unwrap_or_default(),
            related: diagnostics.and_then(|diagnostics| diagnostics.related_information).unwrap_or(false),
            progress: capabilities.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false),
            watches: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            configuration: workspace.and_then(|workspace| workspace.configuration).unwrap_or(false),
            tells_configuration: workspace
                .and_then(|workspace| workspace.did_change_configuration)
                .and_then(|changes| changes.dynamic_registration)
                .unwrap_or(false),
            versioned_edits: edit.and_then(|edit| edit.document_changes).unwrap_or(false),
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            adjusts_indentation: modes
                .is_some_and(|modes| modes.value_set.contains(&InsertTextMode::ADJUST_INDENTATION)),
            markdown: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            definition_links: text
                .and_then(|text| text.definition)
                .and_then(|definition| definition.link_support)
                .unwrap_or(false),
            prepares_rename: text
                .and_then(|text| text.rename.as_ref())
                .and_then(|rename| rename.prepare_support)
                .unwrap_or(false),
            nested_symbols: outline.and_then(|outline| outline.hierarchical_document_symbol_support).unwrap_or(false),
        }
    }
}

/// What this server can do for this client.
pub fn server(client: &Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(encoding_kind(client.encoding)),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(TRIGGERS.map(str::to_owned).into()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        // Options may only be given to a client that asks first.
        rename_provider: Some(if client.prepares_rename {
            OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })
        } else {
            OneOf::Left(true)
        }),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(false)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn client(capabilities: serde_json::Value) -> Client {
        Client::read(&serde_json::from_value(capabilities).expect("valid capabilities"))
    }

    #[test]
    fn silence_means_the_defaults_of_the_protocol() {
        assert_eq!(client(json!({})), Client::default());
        assert_eq!(Client::default().encoding, Encoding::Utf16);
    }

    #[test]
    fn utf_8_is_preferred_where_offered() {
        for (offered, chosen) in [
            (json!(["utf-16", "utf-8"]), Encoding::Utf8),
            (json!(["utf-32", "utf-16"]), Encoding::Utf16),
            (json!(["utf-32"]), Encoding::Utf32),
            (json!(["utf-7"]), Encoding::Utf16),
        ] {
            assert_eq!(client(json!({"general": {"positionEncodings": offered}})).encoding, chosen);
        }
    }

    #[test]
    fn abilities_are_found_where_clients_put_them() {
        let all = client(json!({
            "window": {"workDoneProgress": true},
            "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}, "workspaceEdit": {"documentChanges": true}},
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": true},
                "completion": {"completionItem": {
                    "snippetSupport": true, "insertTextModeSupport": {"valueSet": [1, 2]}, "documentationFormat": ["markdown"],
                }},
                "definition": {"linkSupport": true},
                "rename": {"prepareSupport": true},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            },
        }));
        assert!(all.progress && all.watches && all.versioned_edits && all.related);
        assert!(
            all.snippets
                && all.adjusts_indentation
                && all.markdown
                && all.definition_links
                && all.nested_symbols
                && all.prepares_rename
        );
    }
}
