//! What the client can do.

use super::convert::encoding_kind;
use tower_lsp::lsp_types::{ClientCapabilities, InsertTextMode, MarkupKind};
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
    /// And such outside of the workspace.
    pub watches_elsewhere: bool,
    /// It can be asked for its configuration.
    pub configuration: bool,
    /// It can be asked to tell when its configuration changes.
    pub tells_configuration: bool,
    /// Edits may name document versions.
    pub versioned_edits: bool,
    /// It knows snippets in completion.
    pub snippets: bool,
    /// Completion may say what accepting it replaces, and what inserting it does.
    pub inserts_or_replaces: bool,
    /// Parameters of signatures may be given as places in the label.
    pub label_offsets: bool,
    /// It indents the lines of a completion like the first, when told so.
    pub adjusts_indentation: bool,
    /// It shows Markdown beside completion.
    pub markdown: bool,
    /// It says how it shows hovers, and that is not as Markdown.
    pub plain_hovers: bool,
    /// Definitions may be links.
    pub definition_links: bool,
    /// It asks whether something can be renamed.
    pub prepares_rename: bool,
    /// Outlines may be nested.
    pub nested_symbols: bool,
    /// It asks for diagnostics, and again when told so: they are not sent to it then.
    pub pulls_diagnostics: bool,
    /// It asks for inlay hints again when told so.
    pub refreshes_hints: bool,
    /// It asks for code lenses again when told so.
    pub refreshes_lenses: bool,
    /// It can be taken to a place.
    pub shows_documents: bool,
    /// It asks before files are renamed.
    pub prepares_file_renames: bool,
    /// It can be told later that texts are formatted.
    pub formats_when_told: bool,
}

/// The commands that a client has.
#[derive(Debug, Default)]
pub struct Commands {
    names: Vec<String>,
}

impl Commands {
    /// Reads them from its `initializationOptions`.
    pub fn read(options: Option<&serde_json::Value>) -> Self {
        let listed = options.and_then(|options| options.get("commands")?.as_array());
        Self { names: listed.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect() }
    }

    /// Whether it has one.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
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
            watches_elsewhere: watched.and_then(|watched| watched.relative_pattern_support).unwrap_or(false),
            configuration: workspace.and_then(|workspace| workspace.configuration).unwrap_or(false),
            tells_configuration: workspace
                .and_then(|workspace| workspace.did_change_configuration)
                .and_then(|changes| changes.dynamic_registration)
                .unwrap_or(false),
            versioned_edits: edit.and_then(|edit| edit.document_changes).unwrap_or(false),
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            label_offsets: text
                .and_then(|text| {
                    text.signature_help.as_ref()?.signature_information.as_ref()?.parameter_information.as_ref()
                })
                .and_then(|parameter| parameter.label_offset_support)
                .unwrap_or(false),
            inserts_or_replaces: item.and_then(|item| item.insert_replace_support).unwrap_or(false),
            adjusts_indentation: modes
                .is_some_and(|modes| modes.value_set.contains(&InsertTextMode::ADJUST_INDENTATION)),
            markdown: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            plain_hovers: text
                .and_then(|text| text.hover.as_ref()?.content_format.as_ref())
                .is_some_and(|formats| !formats.contains(&MarkupKind::Markdown)),
            definition_links: text
                .and_then(|text| text.definition)
                .and_then(|definition| definition.link_support)
                .unwrap_or(false),
            prepares_rename: text
                .and_then(|text| text.rename.as_ref())
                .and_then(|rename| rename.prepare_support)
                .unwrap_or(false),
            nested_symbols: outline.and_then(|outline| outline.hierarchical_document_symbol_support).unwrap_or(false),
            // Whether it asks again is read from the message (`service`): our library misspells that ability.
            pulls_diagnostics: text.is_some_and(|text| text.diagnostic.is_some()),
            refreshes_hints: workspace
                .and_then(|workspace| workspace.inlay_hint.as_ref())
                .and_then(|hints| hints.refresh_support)
                .unwrap_or(false),
            refreshes_lenses: workspace
                .and_then(|workspace| workspace.code_lens.as_ref())
                .and_then(|lenses| lenses.refresh_support)
                .unwrap_or(false),
            shows_documents: capabilities
                .window
                .as_ref()
                .and_then(|window| window.show_document.as_ref())
                .is_some_and(|show| show.support),
            prepares_file_renames: workspace
                .and_then(|workspace| workspace.file_operations.as_ref())
                .and_then(|operations| operations.will_rename)
                .unwrap_or(false),
            formats_when_told: text
                .and_then(|text| text.formatting.as_ref())
                .and_then(|formatting| formatting.dynamic_registration)
                .unwrap_or(false),
        }
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
