//! States of a text while someone types: the objects that nobody touches stay as they are.

use super::{check_shape, node, sample};
use crate::Document;
use std::collections::HashMap;

/// Where something is typed (the `n`th place of a text) and what it becomes.
const STATES: &[(&str, &str, &str)] = &[
    ("key no colon", "      type: bar\n", "      type\n"),
    ("key no colon, new line mid-object", "    label:", "    lab\n    label:"),
    ("key no colon last in object", "      showlegend: no\n", "      showlegend: no\n    des\n"),
    ("half key in nested map", "      type: bar\n", "      type: bar\n      mod\n"),
    ("half key before the first item", "insights:\n", "insights:\n  na\n"),
    ("half top-level key, end of file", "$", "dash\n"),
    ("half top-level key, mid file", "inputs:\n", "tab\ninputs:\n"),
    ("top-level key lost its colon", "inputs:\n", "inputs\n"),
    ("unclosed double quote", "type: bar\n", "type: \"bar\n"),
    ("unclosed double quote in source", "\"data/3.db\"", "\"data/3.db"),
    ("lone opening double quote", "label: Größe 3\n", "label: \"\n"),
    ("unclosed single quote", "label: Größe 3\n", "label: 'Größe 3\n"),
    ("text after closing quote", "\"#a0b\"", "\"#a0b\" b"),
    ("unclosed quote in flow list", "[north, 'south',", "[north, 'south,"),
    ("unclosed quote list item", "- sort: '?{ ${ref(model3).day} desc }'", "- sort: '?{ ${ref(model3).day} desc }"),
    ("bad escape", "\"#a0b\"", "\"#a0b\\d\""),
    ("unclosed ?{", "x: ?{ ${ref(model3).day} }", "x: ?{ ${ref(model3).day}"),
    ("unclosed ?{ only", "x: ?{ ${ref(model3).day} }", "x: ?{"),
    ("half ref", "x: ?{ ${ref(model3).day} }", "x: ?{ ${ref("),
    ("half ref in list item", "- ref(insight3)", "- ref("),
    ("colon-space in ?{", "x: ?{ ${ref(model3).day} }", "x: ?{ {a: ${ref(model3).day}} }"),
    ("plain with #", "x: ?{ ${ref(model3).day} }", "x: ?{ #a }"),
    ("lone {", "type: bar\n", "type: {\n"),
    ("lone ${", "type: bar\n", "type: ${\n"),
    ("key in a ref", "- ref(insight3)", "- ref(insi: ght3)"),
    ("indent -1 key in object", "    label: Größe 3", "   label: Größe 3"),
    ("indent +1 key in object", "    label: Größe 3", "     label: Größe 3"),
    ("indent -1 list item", "  - name: input3\n", " - name: input3\n"),
    ("indent +1 list item", "  - name: input3\n", "   - name: input3\n"),
    ("indent 0 list item", "  - name: input3\n", "- name: input3\n"),
    ("indent -1 nested key", "      type: bar\n", "     type: bar\n"),
    ("indent -1 deep list item", "          - width: 2\n", "         - width: 2\n"),
    ("indent +1 sibling deep", "            chart: ref(chart3)", "             chart: ref(chart3)"),
    ("block scalar line dedented", "      from orders -- 3\n", "    from orders -- 3\n"),
    ("block scalar line at column 0", "      from orders -- 3\n", "from orders -- 3\n"),
    ("tab indents a key", "    label: Größe 3", "\tlabel: Größe 3"),
    ("tab then spaces", "    label: Größe 3", "\t  label: Größe 3"),
    ("tab after colon", "label: Größe 3", "label:\tGröße 3"),
    ("tab line only", "    label: Größe 3", "\t\n    label: Größe 3"),
    ("tab before list item", "  - name: input3\n", "\t- name: input3\n"),
    ("dangling '- ' in list", "    - ref(insight3)\n", "    - ref(insight3)\n    - \n"),
    ("dangling '-'", "    - ref(insight3)\n", "    - ref(insight3)\n    -\n"),
    ("dangling '- ' as object", "  - name: input3\n", "  - \n  - name: input3\n"),
    ("'-name' no space", "  - name: input3\n", "  -name: input3\n"),
    ("'- name' no colon", "  - name: input3\n", "  - name\n"),
    ("'- n' new object", "  - name: input3\n", "  - n\n  - name: input3\n"),
    ("value is single '-'", "label: Größe 3", "label: -"),
    ("list item where a key belongs", "    label: Größe 3", "    - label: Größe 3"),
    ("unclosed flow list", "options: [north, 'south', \"it''s\"]", "options: [north, 'south'"),
    ("lone [", "type: bar\n", "type: [\n"),
    ("flow list no comma", "[north, 'south'", "[north 'south'"),
    ("extra ]", "\"it''s\"]", "\"it''s\"]]"),
    ("unclosed flow map", "default: { value: north }", "default: { value: north"),
    ("duplicate key", "    label: Größe 3", "    label: x\n    label: Größe 3"),
    ("two colons in plain", "label: Größe 3", "label: Größe: 3"),
    ("key:value no space", "label: Größe 3", "label:Größe 3"),
    ("empty value then sibling", "label: Größe 3", "label:"),
    ("line is ': x'", "label: Größe 3", ": Größe 3"),
    ("value starts with %", "label: Größe 3", "label: %a"),
    ("value starts with @", "label: Größe 3", "label: @a"),
    ("value starts with `", "label: Größe 3", "label: `a`"),
    ("undefined alias", "label: Größe 3", "label: *foo"),
    ("value starts with * glob", "label: Größe 3", "label: *.csv"),
    ("lone & anchor", "label: Größe 3", "label: &"),
    ("lone ! tag", "label: Größe 3", "label: !"),
    ("line starts with %", "    label: Größe 3", "%   label: Größe 3"),
    ("block header with text", "markdown: |\n", "markdown: | x\n"),
    ("lone > then dedent", "label: Größe 3\n", "label: >\n"),
    ("--- mid file", "inputs:\n", "---\ninputs:\n"),
    ("? at column 0", "inputs:\n", "? \ninputs:\n"),
    ("root flow typed first", "# a project\n", "{\n"),
    (
        "conflict markers",
        "    label: Größe 3\n",
        "<<<<<<< HEAD\n    label: Größe 3\n=======\n    label: x\n>>>>>>> b\n",
    ),
];

/// Section and name of each object, with its tree, places relative to its first byte.
fn objects(doc: &Document) -> HashMap<(String, String), String> {
    let mut all = HashMap::new();
    for entry in doc.entries() {
        for item in entry.items() {
            let Some(name) = item.get("name").and_then(|name| name.str()) else { continue };
            let mut tree = String::new();
            node(&mut tree, item, 0);
            // Without places: they move with the text.
            let lines = tree.lines().map(|line| {
                let kind = ["Mapping ", "Sequence ", "Scalar ", "Alias ", "Error "]
                    .iter()
                    .find(|kind| line.trim().starts_with(**kind));
                kind.map_or(line, |kind| kind)
            });
            all.insert((entry.name().to_owned(), name.to_owned()), lines.collect::<Vec<_>>().join("\n"));
        }
    }
    all
}

#[test]
fn faults_are_told_at_their_place() {
    for (text, at, message) in [
        ("a:\n- b: c\n  d\n  e: f\n", "d", "expected a key here; `d` has no `:`"),
        ("a:\n- b: c\ntab\n- e: f\n", "tab", "expected a key or a list item here; `tab` is neither"),
        ("a:\n- b: c\n   d: e\n", "d:", "this line is indented by 3 spaces, the ones beside it by 2"),
        ("a:\n- b:\n    c: d\n   e: f\n", "e:", "this line is indented by 3 spaces, the ones beside it by 4"),
        ("a:\n- b: |\n    c d\n  e f\n  g: h\n", "e f", "this line is indented less than the block it belongs to"),
        ("a:\n- b: |\n    c d\ne f\n    g\n", "e f", "this line is indented less than the block it belongs to"),
        ("a:\n  - b: c\n  -d: e\n", "-d: e", "a list item needs a space after its `-`"),
        ("a:\n  - b: c\n  b: d\n    e: f\n  - b: g\n", "b: d", "expected a list item (`- …`) here, found `b: d`"),
        ("a:\n  - b: c\n  b: d\n  e: f\n  - b: g\n", "b: d", "expected a list item (`- …`) here, found `b: d`"),
        ("a:\n- b: c\n  - d: e\n", "- d: e", "a list item (`- …`) is not allowed between keys"),
        ("a:\n- b: ?{ x: y }\n", ":", "`: ` is not allowed here; if it belongs to the value, put the value in quotes"),
        ("a:\n- b: \"c\n- d: e\n", "\"c", "this quoted text is never closed"),
        ("a:\n- b: [c,\n  d: e\n- f: g\n", "[c,", "this `[` is never closed"),
        ("a:\n- b: @c\n", "@c", "a value can't start with `@`; put it in quotes"),
        ("a:\n- b: 1\n\tc: 2\n", "\t", "the project loader refuses tabs here; use spaces"),
        ("a:\n<<<<<<< HEAD\n- b\n", "<<<<<<< HEAD", "this is the mark of a merge conflict"),
    ] {
        let doc = Document::parse(text);
        let found: Vec<_> = doc.problems().iter().map(|problem| (problem, doc.range(problem.loc))).collect();
        let shown: Vec<_> =
            found.iter().map(|(problem, range)| (range.map(|range| &text[range]), &problem.message)).collect();
        assert_eq!(shown, [(Some(at), &message.to_owned())], "{text:?}");
    }
}

/// What lacks its dash is an item all the same.
#[test]
fn items_without_their_dash_are_read() {
    for below in ["    e: f\n", "  e: f\n"] {
        let text = format!("a:\n  - b: c\n  b: d\n{below}  - b: g\n");
        let doc = Document::parse(&text);
        let entry = doc.get("a").expect("the section");
        let shown: Vec<String> = entry.items().map(|item| item.get("b").expect("a key").text().to_owned()).collect();
        assert_eq!(shown, ["c", "d", "g"], "{text:?}");
        let second = entry.items().nth(1).expect("an item");
        assert_eq!(second.get("e").map(|value| value.text()), Some("f"), "{text:?}");
    }
}

#[test]
fn other_objects_stay_intact() {
    let base = sample::project(8);
    let intact = objects(&Document::parse(&base));
    assert_eq!(intact.len(), 48);
    let (mut kept, mut wanted, mut whole, mut edited_kept) = (0, 0, 0, 0);
    for (state, find, replace) in STATES {
        let text = if *find == "$" {
            format!("{base}{replace}")
        } else {
            // The fourth of its kind, or the only one.
            let at = base.match_indices(find).nth(3).or_else(|| base.match_indices(find).next());
            let at = at.unwrap_or_else(|| panic!("{state}: {find:?} is in the text")).0;
            format!("{}{replace}{}", &base[..at], &base[at + find.len()..])
        };
        let doc = Document::parse(&text);
        let found = objects(&doc);
        let lost: Vec<_> =
            intact.iter().filter(|(key, tree)| found.get(*key) != Some(tree)).map(|(key, _)| key).collect();
        // One object may be the edited one; its name should survive.
        let (edited, lost) = match lost.as_slice() {
            [] => (None, 0),
            [one] => (Some(*one), 0),
            more => (None, more.len() - 1),
        };
        edited_kept += usize::from(edited.is_none_or(|key| found.contains_key(key)));
        let others = intact.len() - 1;
        if lost > 0 {
            eprintln!("{state}: {lost} of {others} others lost");
        }
        whole += usize::from(lost == 0);
        kept += others - lost;
        wanted += others;
        if crate::oracle::oracle(&text).is_some() {
            assert!(!doc.problems().is_empty(), "{state}: refused, and no problem");
        }
    }
    eprintln!(
        "{kept} of {wanted} kept, {whole} of {} states without loss, {edited_kept} edited objects named",
        STATES.len()
    );
    assert!(kept * 1000 >= wanted * 980, "{kept} of {wanted}");
    assert!(edited_kept * 10 >= STATES.len() * 8, "{edited_kept}");
}

/// A place in the middle of a character is none.
#[test]
fn problems_lie_between_characters() {
    for text in ["a: ö\n...\n-©\n", "a: b\n...\n😀: 1\n", "a: b\n--- ©\n"] {
        check_shape(&Document::parse(text));
    }
}
