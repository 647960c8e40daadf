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

/// Red, green, blue and opacity of a colour, each from 0 to 1; `None` for other texts, and for colours in the forms that
/// only plotly knows (`hsv`, spaces for brackets).
pub fn rgba(text: &str) -> Option<[f32; 4]> {
    let text = text.trim();
    if !is_color(text) {
        return None;
    }
    csscolorparser::parse(text).ok().map(|color| color.to_array())
}

/// The colours of CSS: names, and hexadecimal.
pub fn named_colors() -> impl Iterator<Item = (&'static str, String)> {
    let hex = |[red, green, blue]: [u8; 3]| format!("#{red:02x}{green:02x}{blue:02x}");
    csscolorparser::NAMED_COLORS.entries().map(move |(name, rgb)| (name.as_str(), hex(*rgb)))
}

/// The ways to write a colour: hexadecimal, `rgb(…)`, `hsl(…)`, and its CSS name if it has one.
pub fn spellings(rgba: [f32; 4]) -> Vec<String> {
    let color = csscolorparser::Color::from(rgba);
    let [red, green, blue, _] = color.to_rgba8();
    let [hue, saturation, lightness, opacity] = color.to_hsla();
    let hsl = format!("{}, {}%, {}%", hue.round(), (saturation * 100.0).round(), (lightness * 100.0).round());
    let opacity = (opacity * 100.0).round() / 100.0;
    let mut out = vec![color.to_css_hex().to_string()];
    if opacity < 1.0 {
        out.extend([format!("rgba({red}, {green}, {blue}, {opacity})"), format!("hsla({hsl}, {opacity})")]);
    } else {
        out.extend([format!("rgb({red}, {green}, {blue})"), format!("hsl({hsl})")]);
        out.extend(color.name().map(str::to_owned));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_colours_and_mean_the_same() {
        for color in ["red", "#123", "#12345680", "rgba(0, 128, 255, 0.25)", "transparent"] {
            let meant = rgba(color).expect(color);
            for spelling in spellings(meant) {
                assert!(is_color(&spelling), "{spelling}");
                let found = rgba(&spelling).expect(&spelling);
                assert!(found.iter().zip(meant).all(|(a, b)| (a - b).abs() < 0.02), "{color}: {spelling}");
            }
        }
        assert_eq!(spellings([1.0, 0.0, 0.0, 1.0]), ["#ff0000", "rgb(255, 0, 0)", "hsl(0, 100%, 50%)", "red"]);
        assert_eq!((rgba("none"), rgba("Rome")), (None, None));
    }

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
