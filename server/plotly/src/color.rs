//! Colours as plotly reads them (it uses tinycolor).

use regex::Regex;
use std::sync::LazyLock;

/// The colour scales that plotly knows by name.
pub const COLORSCALES: &[&str] = &[
    "Blackbody",
    "Bluered",
    "Blues",
    "Cividis",
    "Earth",
    "Electric",
    "Greens",
    "Greys",
    "Hot",
    "Jet",
    "Picnic",
    "Portland",
    "Rainbow",
    "RdBu",
    "Reds",
    "Viridis",
    "YlGnBu",
    "YlOrRd",
];

/// Whether a text is a colour: a CSS name, three, four, six or eight hexadecimal digits with or without `#`, or
/// `rgb(…)`, `hsl(…)`, `hsv(…)`, each also with an opacity. tinycolor takes spaces for brackets and commas.
pub fn is_color(text: &str) -> bool {
    static FUNCTION: LazyLock<Regex> = LazyLock::new(|| {
        let unit = r"(?:[-+]?\d*\.\d+%?|[-+]?\d+%?)";
        let three = format!(r"[\s(]+{unit}[,\s]+{unit}[,\s]+{unit}");
        Regex::new(&format!(r"(?:rgb|hsl|hsv){three}\s*\)?|(?:rgba|hsla|hsva){three}[,\s]+{unit}\s*\)?"))
            .expect("the pattern is fixed")
    });
    let text = text.trim().to_ascii_lowercase();
    let digits = text.strip_prefix('#').unwrap_or(&text);
    if matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return true;
    }
    let is_word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_word && text != "none" && csscolorparser::parse(&text).is_ok()) || FUNCTION.is_match(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_as_plotly_takes_them() {
        for color in [
            "red",
            "RebeccaPurple",
            "transparent",
            " grey ",
            "#fff",
            "#FFFF",
            "d3d3d3",
            "#d3d3d380",
            "rgb(255, 0, 0)",
            "rgba(255,0,0,.5)",
            "rgba(255, 0, 0, 50%)",
            "hsl(120, 100%, 50%)",
            "hsv(0, 100%, 100%)",
            "rgb 255 0 0",
        ] {
            assert!(is_color(color), "{color}");
        }
        for text in ["", "redd", "#ff", "#ggg", "rgb(1,2)", "hwb(194 0% 0%)", "oklch(40% 0.2 0)", "currentcolor", "5"] {
            assert!(!is_color(text), "{text}");
        }
    }
}
