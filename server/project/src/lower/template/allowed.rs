//! What may stand in the HTML of a template: elements, attributes, addresses and styles (R-22-33 to R-22-35).

/// Elements without content.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements of texts, and those that are tolerated around them.
const OF_TEXTS: &str = "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn \
    div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main mark nav ol p pre q rp rt ruby s \
    samp section small span strong style sub summary sup table tbody td tfoot th thead time tr u ul var wbr html head body meta";

/// Elements of drawings.
const OF_DRAWINGS: &str = "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textpath lineargradient \
    radialgradient stop clippath mask pattern marker title desc";

/// Attributes that every element may have.
const EVERYWHERE: &str = "class id style title lang dir role hidden tabindex translate";

/// Attributes of drawings: how they are painted, and where.
const OF_DRAWN: &str = "opacity transform transform-origin text-anchor clip-path clip-rule mask color display visibility overflow \
    dominant-baseline alignment-baseline baseline-shift letter-spacing word-spacing text-decoration paint-order vector-effect \
    pointer-events shape-rendering text-rendering stop-color stop-opacity writing-mode mix-blend-mode \
    xmlns xmlns:xlink version x y width height cx cy r rx ry x1 y1 x2 y2 dx dy d points viewbox preserveaspectratio offset \
    gradientunits gradienttransform spreadmethod fx fy fr href xlink:href patternunits patterncontentunits patterntransform \
    clippathunits maskunits maskcontentunits refx refy orient markerwidth markerheight markerunits rotate textlength lengthadjust \
    startoffset pathlength";

/// Beginnings of attributes of drawings.
const DRAWN_BEGIN: &[&str] = &["fill", "stroke", "font-", "marker-"];

/// Elements and the attributes that they have of their own.
const OWN: &[(&[&str], &str)] = &[
    (&["a"], "href target rel download hreflang type"),
    (&["img"], "src alt width height loading decoding"),
    (&["td", "th"], "colspan rowspan headers scope abbr width height align valign"),
    (&["col", "colgroup"], "span width"),
    (&["table"], "border cellpadding cellspacing width"),
    (&["ol"], "start reversed type"),
    (&["li", "data"], "value"),
    (&["blockquote", "q", "del", "ins"], "cite datetime"),
    (&["time"], "datetime"),
    (&["details"], "open name"),
    (&["style"], "media type"),
    (&["meta"], "charset name content"),
];

/// What CSS may not hold, in small letters and without escapes.
const NOT_IN_STYLES: &[&str] = &["@import", "expression(", "javascript:", "vbscript:", "-moz-binding", "behavior:"];

/// What is wrong with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttributeFault {
    /// The element may not have it.
    Unknown,
    /// It runs a script.
    Handler,
    /// It leads where it may not.
    Address,
}

fn lists(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}

/// Whether an element may stand in a template.
pub(super) fn is_element(name: &str) -> bool {
    lists(OF_TEXTS, name) || lists(OF_DRAWINGS, name)
}

/// Whether an element has no content.
pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

/// What is wrong with an attribute of an element, whose names are in small letters.
pub(super) fn attribute_fault(element: &str, name: &str, value: &str) -> Option<AttributeFault> {
    if name.starts_with("on") {
        return Some(AttributeFault::Handler);
    }
    let drawn = lists(OF_DRAWINGS, element);
    let own = || OWN.iter().any(|(elements, names)| elements.contains(&element) && lists(names, name));
    let known = name.starts_with("data-")
        || name.starts_with("aria-")
        || lists(EVERYWHERE, name)
        || own()
        || DRAWN_BEGIN.iter().any(|begin| name.starts_with(begin))
        || lists("opacity transform text-anchor clip-path mask color", name)
        || (drawn && lists(OF_DRAWN, name));
    if !known {
        return Some(AttributeFault::Unknown);
    }
    let leads = ["href", "src", "xlink:href", "cite"].contains(&name);
    (leads && !is_address(element, value)).then_some(AttributeFault::Address)
}

/// Whether an element may lead to an address.
fn is_address(element: &str, value: &str) -> bool {
    let text: String =
        value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect::<String>().to_lowercase();
    if ["use", "textpath", "lineargradient", "radialgradient"].contains(&element) {
        return text.starts_with('#');
    }
    let Some((scheme, rest)) = text.split_once(':') else { return true };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    match scheme {
        _ if !is_scheme => true,
        "http" | "https" | "mailto" => true,
        "data" => {
            let kinds = ["png", "jpeg", "gif", "webp", "svg+xml"];
            let kind = rest.strip_prefix("image/").and_then(|rest| rest.split([';', ',']).next());
            element == "img" && kind.is_some_and(|kind| kinds.contains(&kind))
        }
        _ => false,
    }
}

/// What a style may not hold, if it does.
pub(super) fn css_fault(css: &str) -> Option<&'static str> {
    let plain = without_escapes(css).to_lowercase();
    NOT_IN_STYLES.iter().copied().find(|word| plain.contains(word))
}

/// CSS with its escapes (`\6a`, `\j`) read.
fn without_escapes(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            let code = u32::from_str_radix(&rest[..digits], 16).ok().and_then(char::from_u32);
            out.extend(code);
            rest = &rest[digits..];
            rest = rest.strip_prefix([' ', '\t', '\n']).unwrap_or(rest);
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_addresses() {
        use AttributeFault as F;
        for (element, name, value, fault) in [
            ("p", "onclick", "x()", Some(F::Handler)),
            ("img", "srcset", "a.png 2x", Some(F::Unknown)),
            ("meta", "http-equiv", "refresh", Some(F::Unknown)),
            ("div", "foo", "", Some(F::Unknown)),
            ("div", "aria-label", "", None),
            ("td", "colspan", "2", None),
            ("svg", "viewbox", "0 0 1 1", None),
            ("path", "stroke-width", "2", None),
            ("a", "href", "https://a.b", None),
            ("a", "href", "//a.b/c", None),
            ("a", "href", "#top", None),
            ("a", "href", "mailto:a@b", None),
            ("a", "href", "a/b:c", None),
            ("a", "href", "java\nscript:x()", Some(F::Address)),
            ("a", "href", "ftp://a", Some(F::Address)),
            ("a", "href", "data:text/html,x", Some(F::Address)),
            ("a", "href", "data:image/png;base64,AA", Some(F::Address)),
            ("img", "src", "data:image/png;base64,AA", None),
            ("use", "href", "#a", None),
            ("use", "href", "a.svg#a", Some(F::Address)),
        ] {
            assert_eq!(attribute_fault(element, name, value), fault, "<{element} {name}={value}>");
        }
    }

    #[test]
    fn styles() {
        assert_eq!(css_fault("a { background: url(https://a/b.png) }"), None);
        assert_eq!(css_fault("@IMPORT 'a.css'"), Some("@import"));
        assert_eq!(css_fault(r"a { x: \6a avascript:y }"), Some("javascript:"));
        assert_eq!(css_fault("html { scroll-behavior: smooth }"), Some("behavior:"));
    }
}
