//! Plotly's properties: completion and hover, finished and unfinished.

use super::fixture::{Fixture, labels, listed};

fn insight(rest: &str) -> String {
    format!("insights:\n  - name: sales\n    props:\n{rest}\n")
}

fn chart(rest: &str) -> String {
    format!("charts:\n  - name: sales\n    layout:\n{rest}\n")
}

fn hovered(text: &str) -> Option<(String, String)> {
    let fixture = Fixture::new(text);
    let found = fixture.hover(&crate::Choices::default())?;
    Some((fixture.text()[found.range].to_owned(), found.markdown))
}

#[test]
fn keys_are_those_of_the_trace() {
    let bar = labels(&insight("      type: bar\n      $0"));
    assert_eq!(bar[..3], ["name", "text", "x"]);
    assert!(bar.contains(&"marker".into()) && !bar.contains(&"mode".into()) && !bar.contains(&"xsrc".into()));
    assert!(!bar.contains(&"type".into()));
    assert!(labels(&insight("      type: scatter\n      $0")).contains(&"mode".into()));
    assert_eq!(labels(&insight("      $0")), ["type"]);
    assert_eq!(labels(&insight("      type: nothing\n      $0")), Vec::<String>::new());
    // The type may stand below, and others may be broken.
    let later = labels(&insight("      x: ?{ ${ref(a\n      $0\n      type: pie\n      : [\n      labels: 1"));
    assert!(later.contains(&"hole".into()) && !later.contains(&"labels".into()), "{later:?}");
}

#[test]
fn keys_at_every_level() {
    for text in [
        insight("      type: scatter\n      marker:\n        $0"),
        insight("      type: scatter\n      marker:\n        si$0"),
        insight("      type: scatter\n      marker:\n        si$0: 3"),
        insight("      type: scatter\n      marker: { si$0 }"),
        insight("      type: scatter\n      marker: { symbol: circle, $0"),
    ] {
        let found = labels(&text);
        assert!(found.contains(&"size".into()) && !found.contains(&"mode".into()), "{text}\n{found:?}");
    }
    let step = labels(&insight(
        "      type: indicator\n      gauge:\n        steps:\n          - range: [0, 1]\n            $0",
    ));
    assert!(step.contains(&"color".into()) && !step.contains(&"range".into()), "{step:?}");
    let axis = labels(&chart("      xaxis3:\n        $0"));
    assert!(axis.contains(&"title".into()), "{axis:?}");
    assert!(labels(&chart("      $0")).contains(&"barmode".into()));
    let annotation = labels(&chart("      annotations:\n        - $0"));
    assert!(annotation.contains(&"showarrow".into()), "{annotation:?}");
}

#[test]
fn keys_bring_what_follows_them() {
    let changed = |text: String, label: &str, snippet: bool| Fixture::new(&text).changed(label, snippet);
    let bar = |rest: &str| insight(&format!("      type: bar\n      {rest}"));
    assert_eq!(changed(bar("$0"), "marker", false), "marker:");
    assert_eq!(changed(bar("$0"), "x", true), "x: ?{ $0 \\}");
    assert_eq!(changed(bar("$0"), "orientation", true), "orientation: ${1|v,h|}$0");
    assert_eq!(changed(bar("$0"), "showlegend", true), "showlegend: ${1|true,false|}$0");
    // Constants are no texts: in quotes they are refused.
    assert_eq!(changed(bar("$0"), "visible", true), "visible: ${1|legendonly,true,false|}$0");
    assert_eq!(
        changed(chart("      $0"), "hovermode", true),
        "hovermode: ${1|x,\"y\",closest,x unified,y unified,false|}$0"
    );
    assert_eq!(changed(chart("      annotations:\n        $0"), "text", false), "- text:");
    assert_eq!(changed(chart("      $0"), "annotations", false), "annotations:\n  -");
}

#[test]
fn words_of_values() {
    let scatter = |rest: &str| insight(&format!("      type: scatter\n      {rest}"));
    assert_eq!(labels(&scatter("mode: $0"))[..4], ["lines", "markers", "text", "none"]);
    assert_eq!(labels(&scatter("mode: lines+$0")), ["markers", "text"]);
    let flags = |line: &str, word: &str| Fixture::new(&scatter(line)).changed(word, false);
    assert_eq!(flags("mode: lines+ma$0", "markers"), "mode: lines+markers");
    assert_eq!(flags("mode: li$0+text", "markers"), "mode: markers+text");
    assert_eq!(labels(&scatter("showlegend: $0"))[..2], ["true", "false"]);
    assert_eq!(labels(&scatter("visible: $0"))[..3], ["legendonly", "true", "false"]);
    assert!(labels(&scatter("marker:\n        symbol: $0")).contains(&"diamond".into()));
    assert!(labels(&scatter("marker:\n        colorscale: V$0")).contains(&"Viridis".into()));
    assert_eq!(labels(&chart("      barmode: $0")), ["stack", "group", "overlay", "relative"]);
    assert!(labels(&chart("      colorway: $0")).contains(&"Retro Pop".into()));
    let colors = labels(&chart("      paper_bgcolor: $0"));
    assert!(colors.contains(&"steelblue".into()) && colors.len() > 100, "{colors:?}");
    assert_eq!(listed(&chart("      legend:\n        orientation: $0")), "v (default)\nh");
    assert_eq!(Fixture::new(&chart("      hovermode: $0")).changed("false", false), "hovermode: false");
    // No query where only keys can stand.
    assert!(!labels(&scatter("marker: $0")).iter().any(|label| label.starts_with("?{")));
}

#[test]
fn hover_tells_what_a_property_takes() {
    let (text, markdown) = hovered(&insight("      type: scatter\n      marker:\n        si$0ze: 3")).expect("a hover");
    assert_eq!(text, "size");
    assert_eq!(
        markdown,
        "**`marker.size`** · a number of at least 0, or a list of such\n\nSets the marker size (in px).\n\ndefault: `6`\n\n\
         [plotly's reference](https://plotly.com/javascript/reference/scatter/#scatter-marker-size)"
    );
    let (text, markdown) = hovered(&insight("      type: scatter\n      mode: lin$0es")).expect("a hover");
    assert_eq!(text, "lines");
    assert!(
        markdown.starts_with("**`mode`** · made of `lines`, `markers`, `text` joined by `+`, or `none`"),
        "{markdown}"
    );
    let (_, markdown) = hovered(&insight("      type: sca$0tter\n      x: 1")).expect("a hover");
    assert!(markdown.starts_with("**`scatter`** trace\n\nThe scatter trace type"), "{markdown}");
    let (_, markdown) = hovered(&chart("      xaxis2:\n        tit$0le: { text: a }")).expect("a hover");
    assert!(markdown.ends_with("layout/xaxis/#layout-xaxis-title)"), "{markdown}");
    let (_, markdown) =
        hovered(&insight("      type: scatter\n      marker:\n        sym$0bol: circle")).expect("a hover");
    assert!(markdown.contains("values: `circle`"), "{markdown}");
    for nothing in ["      type: bar\n      no$0ne: 1", "      type: bar\n      x: ?{ su$0m }", "      na$0me: a"] {
        assert_eq!(hovered(&insight(nothing)), None, "{nothing}");
    }
}
