use super::*;
use crate::{NodeKind, PathStep, TopValue};

const PROJECT: &str = "\
# head
name: demo

sources:
  - name: local   # the one
    type: duckdb
    database: a.db

insights:
- name: one
  props:
    type: bar
    x: ?{ ${ref(m).x} }
  interactions:
    - filter: ?{ a > 1 }
    - split: |
        b
# about two
- name: two
  props: {type: pie, y: [1, 2]}
";

fn names(doc: &Document, section: &str) -> Vec<String> {
    let entry = doc.get(section).expect("the section");
    entry.items().filter_map(|item| Some(item.get("name")?.str()?.to_owned())).collect()
}

fn shown(doc: &Document) -> Vec<(ProblemKind, &str, &str)> {
    let text = |loc| &doc.text()[doc.range(loc).expect("in this document")];
    doc.problems().iter().map(|problem| (problem.kind, text(problem.loc), problem.message.as_str())).collect()
}

#[test]
fn a_project_is_cut_into_its_objects() {
    let doc = Document::parse(PROJECT);
    assert_eq!(doc.problems(), []);
    let keys: Vec<_> = doc.entries().map(|entry| entry.name().to_owned()).collect();
    assert_eq!(keys, ["name", "sources", "insights"]);
    assert_eq!(names(&doc, "sources"), ["local"]);
    assert_eq!(names(&doc, "insights"), ["one", "two"]);
    use SegmentKind as K;
    let kinds: Vec<_> = doc.segments().iter().map(|segment| segment.kind).collect();
    assert_eq!(kinds, [K::Preamble, K::Pair, K::Header, K::Item, K::Header, K::Item, K::Item]);
    let insight = doc.get("insights").expect("insights").items().next().expect("one");
    let x = insight.get("props").and_then(|props| props.get("x")).expect("x");
    assert_eq!(x.str(), Some("?{ ${ref(m).x} }"));
    assert_eq!(doc.range(x.loc()), Some(x.range()));
    assert_eq!(doc.loc(x.range()), x.loc());
    assert_eq!(insight.kind(), NodeKind::Mapping);
    assert!(insight.text().starts_with("name: one") && insight.text().ends_with("        b"));
    assert_eq!(insight.get("nothing").map(|node| node.kind()), None);
    let TopValue::Node(name) = doc.get("name").expect("name").value() else { panic!("a node") };
    assert_eq!(name.str(), Some("demo"));
    assert!(
        doc.get("sources").expect("sources").range().end() < doc.get("insights").expect("insights").range().start()
    );
}

#[test]
fn segments_are_a_partition() {
    for text in ["", "\n", "# a\n", "\u{feff}", PROJECT, "---\na: b\n---\nc: d\n", "{a: b}", "a\r\nb: c\r\n", "x"] {
        let doc = Document::parse(text);
        let mut at = TextSize::new(0);
        for segment in doc.segments() {
            assert_eq!(segment.range.start(), at, "{text:?}");
            at = segment.range.end();
        }
        assert_eq!(at, TextSize::of(text), "{text:?}");
        assert!(doc.loc(TextRange::empty(at)).range.is_empty());
    }
}

#[test]
fn an_edit_costs_one_segment() {
    let doc = Document::parse(PROJECT);
    let text = PROJECT.replace("type: bar", "type: scatter").replace("# head", "# head\n# more");
    let new = doc.reparse(&text);
    assert_eq!(
        new.counters(),
        Counters { segments_reused: 5, segments_parsed: 2, bytes_parsed: new.counters().bytes_parsed }
    );
    let old_ids: Vec<_> = doc.segments().iter().map(|segment| segment.id).collect();
    let same: Vec<_> = new.segments().iter().map(|segment| old_ids.contains(&segment.id)).collect();
    assert_eq!(same, [false, true, true, true, true, false, true]);
    assert!(!new.has_segment(old_ids[0]) && new.has_segment(old_ids[1]));
    // Items that change places keep their ids.
    let swapped = "a:\n- two\n- one\n- two\n";
    let before = Document::parse("a:\n- one\n- two\n- two\n");
    let after = before.reparse(swapped);
    let ids = |doc: &Document, n: [usize; 4]| n.map(|n| doc.segments()[n].id);
    assert_eq!(ids(&after, [0, 1, 2, 3]), ids(&before, [0, 2, 1, 3]));
}

#[test]
fn unusual_roots_are_parsed_in_one_piece() {
    for text in [
        "{a: b}",
        "--- {a: b}\n",
        "%YAML 1.1\n---\na: b\n",
        "  a: b\n  c: d\n",
        "? a\n: b\n",
        "!!map\na: b\n",
        "a: b\rc: d\r",
    ] {
        let doc = Document::parse(text);
        assert_eq!(doc.problems(), [], "{text:?}");
        assert_eq!(doc.segments().len(), 1, "{text:?}");
        assert_eq!(doc.segments()[0].kind, SegmentKind::Whole, "{text:?}");
        assert_eq!(doc.get("a").and_then(|a| a.node().str()), Some("b"), "{text:?}");
    }
    let doc = Document::parse("- a\n- b\n");
    assert_eq!(doc.root().map(|root| root.items().count()), Some(2));
    assert!(doc.entries().next().is_none() && !doc.is_empty());
    assert_eq!(Document::parse("---\na: b\n...\n").problems(), []);
    assert!(Document::parse("# c\n\n---\n").is_empty());
}

#[test]
fn what_the_reference_refuses_is_a_problem() {
    use ProblemKind as P;
    for (text, kind, at) in [
        ("a: 1\nb: 2\na: 3\n", P::DuplicateKey, "a"),
        ("a:\n  b: 1\n  b: 2\n", P::DuplicateKey, "b"),
        ("a: &x {b: c}\nd:\n  <<: *x\n", P::MergeKey, "<<"),
        ("a: !env x\n", P::CustomTag, "!env"),
        ("a:\tb\n", P::Tab, "\t"),
        ("a: b\t\t\n", P::Tab, "\t\t"),
        ("a: *x\nb: &x 1\n", P::UnknownAlias, "*x"),
        ("a: &x [*x]\n", P::UnknownAlias, "*x"),
        ("a: &x 1\nb: &x 2\n", P::DuplicateAnchor, "&x"),
        ("? [a]\n: b\n", P::ComplexKey, "[a]"),
        ("a: =\n", P::BadValue, "="),
        ("a: 2023-02-29\n", P::BadValue, "2023-02-29"),
        ("a: b\n---\nc: d\n", P::MultiDocument, "---"),
        ("a: b\n...\n c\n", P::MultiDocument, "..."),
        ("insights:\n   a: b\n  - c\n", P::Syntax, "a: b"),
        ("{a: b}\n---\nc: d\n", P::MultiDocument, "---"),
        ("a: b\n...\nc: d\n", P::MultiDocument, "..."),
        ("a: b\n...\n c\n", P::MultiDocument, "..."),
        ("insights:\n   a: b\n  - c\n", P::Syntax, "a: b"),
        ("insights\n- a\n", P::Syntax, "insights"),
        ("a:\n  - b\n - c\n", P::Syntax, "-"),
        ("a: b: c\n", P::Syntax, ":"),
        ("a: \"b\n", P::Syntax, "\"b"),
    ] {
        let doc = Document::parse(text);
        let found = shown(&doc);
        assert!(found.len() == 1 && found[0].0 == kind && found[0].1 == at, "{text:?}: {found:?}");
    }
    for text in
        ["a: \"x\ty\" # \t\nb: |\n  x\ty\n", "a: '<<'\n", "a: !!str =\n", "a: !!int \"3\"\n", "a: &x 1\nb: *x\n"]
    {
        assert_eq!(shown(&Document::parse(text)), [], "{text:?}");
    }
}

#[test]
fn aliases_are_followed_across_segments() {
    let doc = Document::parse("a: &x {b: 1}\nc:\n- d: *x\n- *x\n");
    let items: Vec<_> = doc.get("c").expect("c").items().collect();
    let d = items[0].get("d").expect("d");
    assert_eq!((d.kind(), d.text()), (NodeKind::Mapping, "*x"));
    assert_eq!(d.get("b").and_then(|b| b.str()), Some("1"));
    assert_eq!(items[1].get("b").map(|b| b.range().start()), Some(TextSize::new(10)));
    // Nine levels of ten aliases each are not followed to the end.
    let mut laughs = String::from("a0: &a0 [x]\n");
    for n in 1..10 {
        laughs += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","));
    }
    let doc = Document::parse(&laughs);
    assert!(shown(&doc).iter().any(|problem| problem.0 == ProblemKind::AliasTooLarge));
    // Nor are those of a long text that together stand for more than a megabyte of it.
    let texts = |length: usize| {
        let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(length), vec!["*a"; 100].join(","));
        shown(&Document::parse(&text)).iter().any(|problem| problem.0 == ProblemKind::AliasTooLarge)
    };
    assert_eq!((texts(10_000), texts(11_000)), (false, true));
}

#[test]
fn paths_lead_to_the_cursor() {
    let path = |marked: &str| {
        let offset = marked.find('|').expect("a cursor");
        let text = marked.replacen('|', "", 1);
        let doc = Document::parse(&text);
        let steps = doc.path_at(size(offset)).into_iter().map(|step| match step {
            PathStep::Top(top) => top.name().to_owned(),
            PathStep::Item { index, .. } => format!("[{index}]"),
            PathStep::Entry(entry) => format!(".{}", entry.name()),
            PathStep::Key(_) => "key".to_owned(),
            PathStep::Value(node) => format!("={}", node.text()),
        });
        steps.collect::<Vec<_>>().join(" ")
    };
    for (text, expected) in [
        ("na|me: x\n", "name key"),
        ("name: x|\n", "name =x"),
        ("name: |\n", "name ="),
        ("a: b\n|\n", ""),
        ("a:\n  |\n", "a"),
        ("a:\n- b: c\n  |\n", "a [0]"),
        ("a:\n- b: c\n|", ""),
        ("a:\n  - b: c\n  |\n", "a"),
        ("a:\n  - b: c\n    |\n  - d\n", "a [0]"),
        ("a:\n  - b:\n      |\n", "a [0] .b"),
        ("a:\n  - b:\n      c: 1\n      |\n", "a [0] .b"),
        ("a:\n  - b:\n      c: 1\n    |\n", "a [0]"),
        ("a:\n  - b:\n      c: x|y\n", "a [0] .b .c =xy"),
        ("a:\n  - b:\n      - x\n      - |\n", "a [0] .b [1] ="),
        ("a:\n  - b: {c: d, e: f|}\n", "a [0] .b .e =f"),
        ("a:\n  - b: {c: d, |}\n", "a [0] .b"),
        ("a:\n  - b: [x, y|]\n", "a [0] .b [1] =y"),
        ("a:\n  - b: c\n    fil|\n    d: e\n", "a [0] =fil"),
        ("a:\n  - b: \"c|\n    d: e\n", "a [0] .b =\"c"),
        ("a:\n  - |b: c\n", "a [0] .b key"),
        ("a:\n  |- b: c\n", "a [0]"),
        ("a: &x {b: c}\nd: *|x\n", "d =*x"),
    ] {
        assert_eq!(path(text), expected, "{text:?}");
    }
    let doc = Document::parse(PROJECT);
    let at = PROJECT.find("        b\n").expect("there") + 9;
    let steps = doc.path_at(size(at));
    assert!(matches!(steps.last(), Some(PathStep::Value(node)) if node.str() == Some("b\n")), "{steps:?}");
}

/// PyYAML's and libyaml's comments need no space before them where a token has ended.
#[test]
fn comments_right_behind_a_token() {
    let text = "name: \"p\"#c\nmodels:\n  - name: 'm'#\u{e9} c\n    tags: [1,#c\n      2]#c\n    sql: |#c\n      select 1\n  - {name: n}#c\n";
    let document = Document::parse(text);
    assert!(document.problems().is_empty(), "{:?}", document.problems());
    assert_eq!(names(&document, "models"), ["m", "n"]);
    let sql = document.get("models").unwrap().items().next().unwrap().get("sql").unwrap();
    assert_eq!(sql.str(), Some("select 1\n"));
    assert!(Document::parse("a: !!str#c\n").problems().len() == 1);
}

#[test]
fn suppressions_cover_lines_or_what_follows() {
    let text = "\
# viz-lsp: ignore[a]
insights:
  # viz-lsp: ignore[b, c] for now
  - name: one
    props:
      x: 1  # viz-lsp: ignore
      # viz-lsp: ignore[d]
      y:
        - 1

      z: '# viz-lsp: ignore[no]'
  # viz-lsp: ignored
  - name: two
";
    let doc = Document::parse(text);
    let found = doc.suppressions();
    let lines = |range: TextRange| {
        let line = |at: TextSize| text[..usize::from(at)].matches('\n').count() + 1;
        (line(range.start()), line(range.end()) - 1)
    };
    let found: Vec<_> = found
        .iter()
        .map(|one| {
            let codes: Vec<&str> = one.codes.iter().map(|(code, _)| code.as_str()).collect();
            (codes.join(" "), lines(one.scope))
        })
        .collect();
    let expected = [("a", (1, 13)), ("b c", (3, 11)), ("", (6, 6)), ("d", (7, 9))];
    assert_eq!(found, expected.map(|(codes, lines)| (codes.to_owned(), lines)));
}

#[test]
fn deep_nesting_is_a_problem_and_no_crash() {
    for text in [
        "a: ".to_owned() + &"[".repeat(10_000),
        "[".repeat(10_000),
        "a:\n".to_owned() + &"- ".repeat(10_000),
        "- ".repeat(10_000),
    ] {
        assert!(!Document::parse(&text).problems().is_empty());
    }
    let mut steps = String::new();
    for depth in 0..2_000 {
        steps += &format!("{}a:\n", " ".repeat(depth));
    }
    assert!(!Document::parse(&steps).problems().is_empty());
}

#[test]
fn a_segment_with_aliases_is_another_one_when_the_anchor_changes() {
    let text = "charts:\n  - &a {name: x}\n  - layout: *a\n  - name: y\n";
    let before = Document::parse(text);
    let same = before.reparse(&text.replace("name: y", "name: z"));
    let other = before.reparse(&text.replace("name: x", "name: w"));
    let ids = |document: &Document| document.segments().iter().map(|segment| segment.id).collect::<Vec<_>>();
    assert_eq!(ids(&same)[..3], ids(&before)[..3]);
    assert_ne!(ids(&other)[2], ids(&before)[2], "what it stands for has changed");
    assert_eq!(ids(&other)[3], ids(&before)[3]);
}
