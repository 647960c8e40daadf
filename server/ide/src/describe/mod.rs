//! What there is to say of a thing, in words: for hovers and completion alike.

pub(crate) mod field;
pub(crate) mod props;

use viz_project::Selection;
use viz_text::TextRange;

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// Bytes of the file that it is about.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// What an accessor stands for, if inputs of this kind have it.
pub(crate) fn accessor_meaning(name: &str, selection: Option<Selection>) -> Option<&'static str> {
    let known = selection.is_some_and(|selection| selection.accessors().contains(&name));
    known.then_some(match name {
        "value" => "the selected option, as it is: no quotes are put around it and none are escaped",
        "values" => "all selected options, each in single quotes, joined by commas",
        "min" => "the smallest selected number or date; NULL for other texts",
        "max" => "the largest selected number or date; NULL for other texts",
        "first" => "the option that was selected first, as it is",
        _ => "the option that was selected last, as it is",
    })
}
