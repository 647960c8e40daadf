//! Document colours: the values of properties that take a colour.

use crate::cursor::context::context;
use crate::cursor::expected::slot;
use crate::cursor::nodes::scalars;
use viz_plotly::{ValueType, is_color, rgba, spellings};
use viz_project::Project;
use viz_project::schema::THEME_COLORS;
use viz_syntax::quoted;
use viz_text::{FileId, TextRange, TextSize};

/// A colour in a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Color {
    /// The bytes of its text, without quotes.
    pub range: TextRange,
    /// Red, green, blue and opacity, each from 0 to 1.
    pub rgba: [f32; 4],
}

/// A way to write a colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentation {
    /// What a list shows.
    pub label: String,
    /// The bytes to replace.
    pub range: TextRange,
    /// What goes there, with quotes where YAML needs them.
    pub text: String,
}

/// The colours of a file, in the order of the text.
pub fn colors(project: &Project, file: FileId) -> Vec<Color> {
    let document = &project.file(file).document;
    let mut found = Vec::new();
    scalars(document, None, &mut |keys, node| {
        let Some(text) = node.str().filter(|text| !text.is_empty() && text.len() < 64 && is_color(text)) else {
            return;
        };
        if let Some(rgba) = rgba(text) {
            let of_theme = |key: &str| key == "colorway" || THEME_COLORS.contains(&key);
            let named = match keys {
                [.., "format_cells", "min_color" | "max_color"] => true,
                ["theme", key] | ["theme", "light" | "dark", key] => of_theme(key),
                _ => false,
            };
            found.push((named, inner(document.text(), node.range()), rgba));
        }
    });
    // The type of the trace may stand below: the place is read from the lines.
    let takes_color = |range: TextRange| {
        let context = context(document, range.end());
        let attribute = slot(&context).and_then(|slot| slot.attribute());
        attribute
            .is_some_and(|found| matches!(found.ty, ValueType::Color | ValueType::Colorlist | ValueType::Colorscale))
    };
    found
        .into_iter()
        .filter(|(named, range, _)| *named || takes_color(*range))
        .map(|(_, range, rgba)| Color { range, rgba })
        .collect()
}

/// The ways to write a colour in a range of a file.
pub fn presentations(project: &Project, file: FileId, range: TextRange, rgba: [f32; 4]) -> Vec<Presentation> {
    let text = project.file(file).document.text();
    let quote =
        text[..usize::from(range.start()).min(text.len())].chars().next_back().filter(|c| matches!(c, '"' | '\''));
    spellings(rgba).into_iter().map(|label| Presentation { text: quoted(&label, quote), label, range }).collect()
}

/// A scalar's bytes without its quotes.
fn inner(text: &str, range: TextRange) -> TextRange {
    let one = TextSize::new(1);
    match text[range].starts_with(['"', '\'']) && range.len() > one {
        true => TextRange::new(range.start() + one, range.end() - one),
        false => range,
    }
}
