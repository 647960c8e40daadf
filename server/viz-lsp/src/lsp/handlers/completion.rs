//! `textDocument/completion`.

use crate::lsp::protocol::client::Client;
use crate::lsp::protocol::plain_text::plain;
use crate::lsp::session::snapshot::{Request, Subject};
use serde_json::json;
use tower_lsp::lsp_types::{
    Command, CompletionContext, CompletionItem, CompletionItemKind, CompletionItemTag, CompletionList,
    CompletionResponse, CompletionTextEdit, Documentation, InsertReplaceEdit, InsertTextFormat, InsertTextMode,
    MarkupContent, MarkupKind, Position, TextEdit,
};
use viz_ide::CompletionKind;
use viz_project::Kind;
use viz_text::{TextRange, TextSize};

/// Characters behind which a client asks without being told to.
pub const TRIGGERS: [&str; 8] = ["(", ".", "{", "$", "\"", "'", "/", " "];

/// The command of VS Code that asks for what may follow what was just put in.
const AGAIN: &str = "editor.action.triggerSuggest";

/// What could stand at a position.
pub fn completion(
    request: &Request,
    position: Position,
    context: Option<&CompletionContext>,
) -> Option<CompletionResponse> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let before = line_before(&subject, offset);
    let typed = context.and_then(|context| context.trigger_character.as_deref());
    // A space is one of many, unless something begins behind it.
    let sorted = before.contains("sort:") && before.trim_end().ends_with(['}', ')']);
    if typed == Some(" ") && !sorted && !before.trim_end().ends_with([':', '-', '{', '[', ',', '=', '(']) {
        return None;
    }
    let files = request.state.files(&request.documents);
    let facts = subject.facts();
    let (project, file) = (&subject.project, subject.file);
    let found = viz_ide::completion(&subject.snapshot(&facts), &files, file, offset);
    let mut questions = viz_ide::completion_questions(project, &facts, file, offset);
    questions.retain(|question| facts.get(question).is_none());
    drop(facts);
    let more_to_come = !questions.is_empty();
    if more_to_come {
        request.state.wonder(&project.root, questions);
    }
    let indent = before.len() - before.trim_start_matches([' ', '\t']).len();
    let indent = &before[..indent];
    let items: Vec<CompletionItem> =
        found.items.into_iter().map(|item| convert(request, &subject, item, (offset, indent))).collect();
    if more_to_come || found.cut || viz_ide::completion_grows(project, file, offset) {
        return Some(CompletionResponse::List(CompletionList { is_incomplete: true, items }));
    }
    Some(CompletionResponse::Array(items))
}

/// An item with what a list is too short for: the documentation of a function.
pub fn resolve(client: Client, mut item: CompletionItem) -> CompletionItem {
    let function = item.data.as_ref().and_then(|data| data.get("function")?.as_str()).and_then(viz_ide::function);
    if let Some(function) = function {
        item.documentation = Some(documentation(client, function.markdown()));
    }
    item
}

/// Markdown as the client takes it: one that doesn't say that it knows Markdown gets a plain text.
pub fn documentation(client: Client, value: String) -> Documentation {
    match client.markdown {
        true => Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }),
        false => Documentation::String(plain(&value)),
    }
}

/// The text of the line before an offset.
fn line_before(subject: &Subject, offset: TextSize) -> &str {
    let text = subject.project.file(subject.file).document.text();
    let text = &text[..usize::from(offset)];
    text.rsplit('\n').next().unwrap_or(text)
}

fn convert(
    request: &Request,
    subject: &Subject,
    item: viz_ide::CompletionItem,
    (cursor, indent): (TextSize, &str),
) -> CompletionItem {
    let Client { snippets, adjusts_indentation, inserts_or_replaces, .. } = request.client;
    let is_snippet = snippets && item.snippet.is_some();
    let mut text = item.snippet.filter(|_| snippets).unwrap_or(item.insert);
    // Clients that don't say so still indent snippets; plain text they insert as it is.
    if !adjusts_indentation && !is_snippet {
        text = text.replace('\n', &format!("\n{indent}"));
    }
    let shown = item.documentation.map(|text| documentation(request.client, text));
    let mode = (adjusts_indentation && text.contains('\n')).then_some(InsertTextMode::ADJUST_INDENTATION);
    let range = request.range(&subject.project, subject.file, item.replace);
    let edit = if inserts_or_replaces && cursor < item.replace.end() {
        let insert = TextRange::new(item.replace.start(), cursor);
        let insert = request.range(&subject.project, subject.file, insert);
        CompletionTextEdit::InsertAndReplace(InsertReplaceEdit { new_text: text, insert, replace: range })
    } else {
        CompletionTextEdit::Edit(TextEdit::new(range, text))
    };
    let again = item.goes_on && is_snippet && request.commands.has(AGAIN);
    let data = (item.kind == CompletionKind::Function).then(|| json!({ "function": item.label }));
    CompletionItem {
        data,
        command: again.then(|| Command::new("what may follow".to_owned(), AGAIN.to_owned(), None)),
        // Always: Neovim takes an item with an edit and without this text as filtered already.
        filter_text: Some(item.filter),
        label: item.label,
        kind: Some(kind(item.kind)),
        detail: item.detail,
        documentation: shown,
        sort_text: Some(item.sort),
        insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
        insert_text_mode: mode,
        text_edit: Some(edit),
        tags: item.deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
        ..CompletionItem::default()
    }
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Object(Kind::Source) => CompletionItemKind::MODULE,
        CompletionKind::Table => CompletionItemKind::STRUCT,
        CompletionKind::Object(Kind::Model) => CompletionItemKind::STRUCT,
        CompletionKind::Object(Kind::Metric) => CompletionItemKind::FUNCTION,
        CompletionKind::Object(Kind::Dimension) | CompletionKind::Column => CompletionItemKind::FIELD,
        CompletionKind::Object(Kind::Input) => CompletionItemKind::VARIABLE,
        CompletionKind::Object(Kind::Insight) => CompletionItemKind::CLASS,
        CompletionKind::Object(_) => CompletionItemKind::REFERENCE,
        CompletionKind::Property | CompletionKind::Accessor | CompletionKind::Key => CompletionItemKind::PROPERTY,
        CompletionKind::Value => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Color => CompletionItemKind::COLOR,
        CompletionKind::Option => CompletionItemKind::VALUE,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::File => CompletionItemKind::FILE,
        CompletionKind::Folder => CompletionItemKind::FOLDER,
        CompletionKind::Variable => CompletionItemKind::CONSTANT,
        CompletionKind::Snippet => CompletionItemKind::SNIPPET,
    }
}
