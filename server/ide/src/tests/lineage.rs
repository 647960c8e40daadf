//! Lineage, call hierarchy, type definition and implementation, and which insight a place is about.

use super::fixture::Fixture;
use crate::{Definitions, callees, callers, hierarchy_at, implementation, insight_at, lineage, type_definition};
use insta::assert_snapshot;
use viz_project::{Kind, ObjectId};

const PROJECT: &str = "\
//- /project.visivo.yml
sources:
  - { name: shop, type: duckdb, database: ':memory:' }
models:
  - name: orders
    source: ${ref(shop)}
    sql: select region, total from t
    metrics:
      - { name: revenue, expression: sum(total) }
inputs:
  - name: city
    type: single-select
    options: ?{ select region from ${ref(orders)} }
insights:
  - name: sales
    props: { type: bar, x: '?{ ${ref(orders).region} }', y: '?{ ${ref(orders).revenue} }' }
    interactions:
      - filter: ?{ ${ref(orders).region} = '${ref(city).value}' }
charts:
  - { name: chart, insights: [ref(sales)] }
//- /pages.yml
dashboards:
  - name: home
    rows:
      - height: small
        items:
          - chart: ref(chart)
          - input: ref(city)
          - table:
              name: rows
              data: ref(sales)
";

/// The project with a cursor where `|` is.
fn at(place: &str) -> Fixture {
    let plain = place.replace('|', "");
    assert!(PROJECT.contains(&plain), "{plain}");
    let text = PROJECT.replacen(&plain, &place.replace('|', "$0"), 1);
    Fixture::new(&text.replacen("sources:\n", "includes:\n  - path: pages.yml\nsources:\n", 1))
}

fn name(fixture: &Fixture, id: ObjectId) -> String {
    let object = fixture.project.object(id);
    format!("{} {}", object.kind.name(), object.name_text())
}

#[test]
fn the_graph_goes_from_sources_to_dashboards() {
    let fixture = at("name: sa|les");
    let graph = lineage(&fixture.project, None, usize::MAX);
    let edges = graph.edges.iter().map(|(from, to)| format!("{} → {}", name(&fixture, *from), name(&fixture, *to)));
    assert_snapshot!(edges.collect::<Vec<_>>().join("\n"));
    let chart = fixture.named(Kind::Chart, "chart");
    let near = lineage(&fixture.project, Some(chart), 1);
    let near: Vec<String> = near.nodes.iter().map(|id| name(&fixture, *id)).collect();
    assert_eq!(near, ["insight sales", "chart chart", "dashboard home"]);
}

/// Of very many objects those nearest to the one that is asked for are left.
#[test]
fn a_part_of_the_graph_is_what_is_near() {
    let fixture = at("name: sa|les");
    let whole = lineage(&fixture.project, None, usize::MAX);
    let chart = fixture.named(Kind::Chart, "chart");
    let near = whole.clone().nearest(&[chart], 3, 100);
    assert_eq!((near.nodes.len(), near.nodes.contains(&chart)), (3, true));
    assert!(!near.edges.is_empty());
    assert!(near.edges.iter().all(|(user, used)| near.nodes.contains(user) && near.nodes.contains(used)));
    let steps = lineage(&fixture.project, Some(chart), 1).nodes;
    assert!(near.nodes.iter().all(|id| steps.contains(id)), "{near:?}");
    assert_eq!(whole.clone().nearest(&[chart], 100, 1).edges.len(), 1);
    assert_eq!(whole.clone().nearest(&[], whole.nodes.len() - 1, 100).nodes.len(), whole.nodes.len() - 1);
    assert_eq!(whole.clone().nearest(&[], 100, 100), whole);
}

#[test]
fn callers_and_callees_with_the_places() {
    let fixture = at("name: sa|les");
    let [id] = hierarchy_at(&fixture.project, fixture.file, fixture.offset)[..] else { panic!("one") };
    let shown = |calls: Vec<crate::Call>, of: Option<ObjectId>| -> Vec<String> {
        let one = |call: crate::Call| {
            let file = fixture.project.file_of_object(of.unwrap_or(call.object));
            let places: Vec<String> = call.places.iter().map(|place| fixture.shown(file, *place)).collect();
            format!("{}: {}", name(&fixture, call.object), places.join(", "))
        };
        calls.into_iter().map(one).collect()
    };
    assert_eq!(
        shown(callers(&fixture.project, id), None),
        ["chart chart: project.visivo.yml:21:sales", "table rows: pages.yml:10:sales"]
    );
    assert_eq!(
        shown(callees(&fixture.project, id), Some(id)),
        [
            "model orders: project.visivo.yml:17:orders, project.visivo.yml:17:orders, project.visivo.yml:19:orders",
            "metric revenue: project.visivo.yml:17:revenue",
            "input city: project.visivo.yml:19:city",
        ]
    );
}

fn targets(fixture: &Fixture, found: Option<Definitions>) -> Vec<String> {
    let targets = found.map(|found| found.targets).unwrap_or_default();
    targets.iter().map(|target| fixture.shown(target.file, target.focus)).collect()
}

#[test]
fn what_things_are_made_from_and_where_they_are_shown() {
    for (place, types, shown) in [
        ("= '${ref(ci|ty)", &["project.visivo.yml:6:orders"][..], &["project.visivo.yml:16:sales"][..]),
        (
            "insights: [ref(sa|les)]",
            &["project.visivo.yml:6:orders"],
            &["project.visivo.yml:21:chart", "pages.yml:2:home", "pages.yml:9:rows"],
        ),
        ("y: '?{ ${ref(orders).rev|enue}", &["project.visivo.yml:6:orders"], &["project.visivo.yml:16:sales"]),
        ("x: '?{ ${ref(orders).reg|ion}", &["project.visivo.yml:6:orders"], &["project.visivo.yml:16:sales"]),
        ("chart: ref(ch|art)", &["project.visivo.yml:16:sales"], &["pages.yml:2:home"]),
        ("${ref(sh|op)}", &[], &["project.visivo.yml:6:orders"]),
    ] {
        let fixture = at(place);
        let (project, file, offset) = (&fixture.project, fixture.file, fixture.offset);
        assert_eq!(targets(&fixture, type_definition(project, file, offset)), types, "{place}");
        assert_eq!(targets(&fixture, implementation(project, file, offset)), shown, "{place}");
    }
}

#[test]
fn a_place_is_about_the_insight_that_is_seen_there() {
    for (place, expected) in [
        ("x: '?{ ${ref(or|ders).region}", Some("insight sales")),
        ("name: ch|art", Some("insight sales")),
        ("data: ref(sa|les)", Some("insight sales")),
        ("height: sm|all", Some("insight sales")),
        ("name: ci|ty", None),
        ("sql: se|lect", None),
    ] {
        let fixture = at(place);
        let found = insight_at(&fixture.project, fixture.file, fixture.offset);
        assert_eq!(found.map(|found| name(&fixture, found.insight)).as_deref(), expected, "{place}");
    }
}
