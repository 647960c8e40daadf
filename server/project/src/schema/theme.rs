//! The table of `theme`, which came with 2.2: how all charts of a project look.

use super::types::{Field, Shape, Type, field};

/// The colours of a theme, each a key.
pub const THEME_COLORS: &[&str] = &["background", "surface", "text", "muted_text", "border", "grid", "accent"];

/// The fields that hold for a mode, and at the top of a theme for both, behind others.
macro_rules! tokens {
    ($($more:expr),* $(,)?) => {
        &[
            $($more,)*
            field("colorway", Type::Colorway, "Colours of the traces, one after the other: the name of a palette, or a list."),
            field("font_family", Type::Text, "Fonts, as CSS names them."),
            field("font_size", Type::IntegerBetween(8, 32), "Size of letters in pixels, from 8 to 32."),
            field("background", Type::HexColor, "Colour behind everything."),
            field("surface", Type::HexColor, "Colour behind charts, tables and controls."),
            field("text", Type::HexColor, "Colour of texts."),
            field("muted_text", Type::HexColor, "Colour of what matters less, such as the labels of axes."),
            field("border", Type::HexColor, "Colour of borders."),
            field("grid", Type::HexColor, "Colour of the lines behind a chart."),
            field("accent", Type::HexColor, "Colour of what is selected."),
            field("plotly_layout", Type::Layout, "Plotly layout of every chart, below the chart's own `layout`."),
        ]
    };
}

const TOKENS: &[Field] = tokens![];

static MODE: Shape = Shape::plain("theme mode", TOKENS);

/// Shape of `theme`.
pub static THEME: Shape = Shape::plain(
    "theme",
    tokens![
        field("mode", Type::Choice(&["light", "dark", "auto"]), "Which mode a page opens in; `auto` asks the browser.")
            .default("light"),
        field("allow_viewer_toggle", Type::Boolean, "Whether viewers may change the mode.").default("true"),
        field("light", Type::Mapping(&MODE), "What holds in the light mode only."),
        field("dark", Type::Mapping(&MODE), "What holds in the dark mode only."),
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_are_the_fields_that_are_colours() {
        let fields = TOKENS.iter().filter(|field| matches!(field.ty, Type::HexColor)).map(|field| field.name);
        assert_eq!(fields.collect::<Vec<_>>(), THEME_COLORS);
    }
}
