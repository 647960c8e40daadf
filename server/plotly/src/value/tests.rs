use super::*;
use crate::schema::{Root, schema};

fn fits(root: Root<'_>, path: &str, given: Given<'_>) -> Result<(), Misfit> {
    schema().find(root, path.split('.')).unwrap_or_else(|| panic!("{path} exists")).fits(given)
}

#[test]
fn the_embedded_schema_is_whole() {
    let schema = schema();
    assert!(schema.version().starts_with("3."));
    assert_eq!(schema.traces().count(), 48);
    assert!(schema.root(Root::Trace("table")).is_none());
    for trace in schema.traces() {
        let root = schema.root(Root::Trace(trace)).expect("listed");
        assert!(schema.children(root).any(|(key, _)| key == "name"), "{trace}");
        assert!(!schema.about(trace).is_empty(), "{trace}");
    }
}

#[test]
fn paths_lead_through_objects_lists_and_numbered_subplots() {
    let schema = schema();
    let ty = |root, path: &str| schema.find(root, path.split('.')).map(|found| found.ty);
    assert_eq!(ty(Root::Trace("bar"), "marker.line.width"), Some(ValueType::Number));
    assert_eq!(ty(Root::Trace("indicator"), "gauge.steps.color"), Some(ValueType::Color));
    assert_eq!(ty(Root::Layout, "xaxis2.title.text"), Some(ValueType::String));
    assert_eq!(ty(Root::Layout, "scene12.camera.eye"), Some(ValueType::Object));
    assert_eq!(ty(Root::Layout, "barmode"), Some(ValueType::Enumerated));
    for path in ["xaxis1", "xaxis02", "margin2", "nothing", "margin.x"] {
        assert_eq!(ty(Root::Layout, path), None, "{path}");
    }
}

#[test]
fn values_of_every_type() {
    use Given::{Boolean, Date, Number, Text};
    let scatter = Root::Trace("scatter");
    for (path, given, expected) in [
        ("opacity", Number(0.5), Ok(())),
        ("opacity", Number(2.0), Err(Misfit::Value)),
        ("opacity", Text("0.5"), Err(Misfit::Type)),
        ("mode", Text("lines+markers"), Ok(())),
        ("mode", Text("none"), Ok(())),
        ("mode", Text("lines+marker"), Err(Misfit::Flag(6, 6))),
        ("mode", Text("lines+none"), Err(Misfit::Flag(6, 4))),
        ("mode", Boolean(true), Err(Misfit::Type)),
        ("visible", Text("legendonly"), Ok(())),
        ("visible", Boolean(false), Ok(())),
        ("visible", Text("false"), Err(Misfit::Value)),
        ("showlegend", Boolean(true), Ok(())),
        ("showlegend", Number(1.0), Err(Misfit::Type)),
        ("marker.color", Text("steelblue"), Ok(())),
        ("marker.color", Text("steelblu"), Err(Misfit::Value)),
        ("marker.color", Number(3.0), Err(Misfit::Type)),
        ("marker.colorscale", Text("Viridis"), Ok(())),
        ("marker.colorscale", Text("viridis"), Err(Misfit::Value)),
        ("marker.symbol", Number(100.0), Ok(())),
        ("marker.angle", Number(170.0), Ok(())),
        ("marker.angle", Number(270.0), Err(Misfit::Value)),
        ("marker.maxdisplayed", Number(-1.0), Err(Misfit::Value)),
        ("xaxis", Text("x2"), Ok(())),
        ("xaxis", Text("x1"), Err(Misfit::Value)),
        ("xaxis", Text("y"), Err(Misfit::Value)),
        ("marker.coloraxis", Text("coloraxis3"), Ok(())),
        ("name", Text("a"), Ok(())),
        ("name", Number(2024.0), Ok(())),
        ("name", Date, Err(Misfit::Type)),
        ("x", Text("month"), Err(Misfit::Type)),
        ("x0", Date, Ok(())),
        ("textfont.weight", Text("bold"), Ok(())),
        ("textfont.weight", Number(400.0), Ok(())),
        ("textfont.weight", Number(400.5), Err(Misfit::Value)),
        ("textfont.weight", Text("fat"), Err(Misfit::Value)),
    ] {
        assert_eq!(fits(scatter, path, given), expected, "{path} {given:?}");
    }
    assert_eq!(fits(Root::Layout, "xaxis.anchor", Text("y2")), Ok(()));
    assert_eq!(fits(Root::Layout, "xaxis.anchor", Text("z")), Err(Misfit::Value));
    assert_eq!(fits(Root::Layout, "xaxis.automargin", Boolean(true)), Ok(()));
    assert_eq!(fits(Root::Layout, "geo.resolution", Number(110.0)), Ok(()));
}

#[test]
fn words_for_messages() {
    let expected = |root, path: &str| schema().find(root, path.split('.')).expect("exists").expected();
    let scatter = Root::Trace("scatter");
    assert_eq!(expected(scatter, "opacity"), "a number from 0 to 1");
    assert_eq!(expected(scatter, "visible"), "`true`, `false` or `legendonly`");
    assert_eq!(expected(scatter, "mode"), "made of `lines`, `markers`, `text` joined by `+`, or `none`");
    assert_eq!(expected(scatter, "xaxis"), "`x`, `x2`, `x3`, …");
    assert_eq!(expected(Root::Layout, "annotations.xref"), "`paper` or an x axis (`x`, `x2`, …)");
    assert_eq!(schema().find(scatter, ["mode"]).expect("exists").words(), ["lines", "markers", "text", "none"]);
}

#[test]
fn links_lead_into_the_reference() {
    let link =
        |root, path: &str| schema().link(root, &path.split('.').filter(|key| !key.is_empty()).collect::<Vec<_>>());
    let base = "https://plotly.com/javascript/reference/";
    for (root, path, expected) in [
        (Root::Trace("bar"), "", "bar/"),
        (Root::Trace("bar"), "marker.line.width", "bar/#bar-marker-line-width"),
        (Root::Trace("indicator"), "gauge.steps.color", "indicator/#indicator-gauge-steps"),
        (Root::Layout, "barmode", "layout/#layout-barmode"),
        (Root::Layout, "xaxis2.title.text", "layout/xaxis/#layout-xaxis-title-text"),
        (Root::Layout, "annotations.text", "layout/annotations/#layout-annotations"),
    ] {
        assert_eq!(link(root, path), format!("{base}{expected}"));
    }
}
