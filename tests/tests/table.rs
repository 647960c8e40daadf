//! Every feature in every situation: a table whose cells are run over stdio, with columns counted in UTF-16.
//!
//! | situation | what it is |
//! |---|---|
//! | normal | one file, well formed |
//! | broken elsewhere | another object of the file can't be read |
//! | broken at the cursor | the line at the cursor is half-typed |
//! | CRLF | lines end as on Windows |
//! | multi-byte | letters of two and four bytes stand before the cursor on its line |
//! | multi-file | models and inputs stand in an included file |
//!
//! A cell must show what the normal one shows; broken at the cursor, what [`Feature::broken`] says.

mod shown;

use crate::PROGRAM;
use serde_json::{Value, json};
use shown::{
    completion, edits, folds, hierarchy, hints, hover, labels, lenses, names, places, prepared, rows, selection,
    signature, symbols, tokens, uri,
};
use std::collections::BTreeMap;
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Encoding, Options};

const HEAD: &str = "name: shop
defaults: { source_name: local }
sources:
  - { name: local, type: duckdb, database: warehouse.duckdb }
";

const DATA: &str = "models:
  - name: orders
    sql: |
      select region, amount
      from read_csv('data.csv')
    metrics:
      - name: revenue
        expression: sum(amount)
inputs:
  - name: area
    type: single-select
    options: [\"West\", \"East\"]
";

/// Where letters of several bytes go.
const MARK: &str = "/**/";
const LETTERS: &str = "'é😀' <> '' and ";

const FILTER: &str = "      - filter: ?{ /**/${ref(orders).region} = '${ref(area).value}' }";
const HALF_A_FILTER: &str = "      - filter: ?{ /**/${ref(orders).region} = '${ref(area).value";

const PAGES: &str = "insights:
  - name: sales
    props:
      type: bar
      marker: { color: red }
      x: ?{ ${ref(orders).region} }
      y: ?{ round(${ref(orders).revenue}, 1) }
    interactions:
      - filter: ?{ /**/${ref(orders).region} = '${ref(area).value}' }
charts:
  - name: chart
    insights:
      - ${ref(sales)}
    layout: { titel: { text: Sales } }
dashboards:
  - name: home
    rows:
      - height: small
        items:
          - chart: ${ref(chart)}
";

/// An object that is no YAML, and one that is cut off.
const BROKEN: &str = "markdowns:
  - name: [oops
    content: 'never closed
  - }}} : {
";

/// A row of the table.
struct Feature {
    method: &'static str,
    /// A piece of the text with `|` at the cursor.
    cursor: &'static str,
    /// Of the answer, what must be the same everywhere.
    shown: fn(&mut Session, Value) -> Vec<String>,
    /// Parameters beside text and position.
    more: fn(&Session) -> Value,
    /// A line, what is left of it when it is half-typed, the cursor in it, and what must still be shown; else the reason
    /// why there is no such cell.
    broken: Broken,
}

/// The six situations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    Normal,
    BrokenElsewhere,
    Crlf,
    MultiByte,
    MultiFile,
}

const SITUATIONS: [Situation; 5] =
    [Situation::Normal, Situation::BrokenElsewhere, Situation::Crlf, Situation::MultiByte, Situation::MultiFile];

const NO_CURSOR: &str = "it looks at the whole text: broken elsewhere is the same cell";

/// A line, half of it, a cursor in that, and what must still be shown.
type Broken = Result<(&'static str, &'static str, &'static str, &'static [&'static str]), &'static str>;

fn row(
    method: &'static str,
    cursor: &'static str,
    shown: fn(&mut Session, Value) -> Vec<String>,
    broken: Broken,
) -> Feature {
    Feature { method, cursor, shown, more: |_| json!({}), broken }
}

fn filter(cursor: &'static str, shown: &'static [&'static str]) -> Broken {
    Ok((FILTER, HALF_A_FILTER, cursor, shown))
}

fn features() -> Vec<Feature> {
    let whole: Broken = Err(NO_CURSOR);
    vec![
        row(
            "textDocument/completion",
            "${ref(or|ders).region} = '",
            completion,
            Ok((FILTER, "      - filter: ?{ ${ref(or", "?{ ${ref(or|", &["orders"])),
        ),
        row(
            "textDocument/hover",
            "'${ref(ar|ea).value}'",
            hover,
            filter("'${ref(ar|ea).value", &["single-select, 2 options"]),
        ),
        row(
            "textDocument/signatureHelp",
            "y: ?{ round(${ref(orders).revenue}, |1)",
            signature,
            Ok((
                "      y: ?{ round(${ref(orders).revenue}, 1) }",
                "      y: ?{ round(${ref(orders).revenue}, ",
                "revenue}, |",
                &["round"],
            )),
        ),
        row("textDocument/definition", "'${ref(ar|ea).value}'", places, filter("'${ref(ar|ea).value", &["area"])),
        row(
            "textDocument/typeDefinition",
            "x: ?{ ${ref(orders).reg|ion}",
            places,
            Ok((
                "      x: ?{ ${ref(orders).region} }",
                "      x: ?{ ${ref(orders).region",
                "x: ?{ ${ref(orders).reg|ion",
                &["orders"],
            )),
        ),
        row(
            "textDocument/implementation",
            "      - ${ref(sa|les)}",
            places,
            Ok(("      - ${ref(sales)}", "      - ${ref(sales", "      - ${ref(sa|les", &[])),
        ),
        row("textDocument/references", "name: ar|ea", places, Ok((FILTER, HALF_A_FILTER, "name: ar|ea", &["area"]))),
        row(
            "textDocument/documentHighlight",
            "name: sa|les",
            places,
            Ok(("      - ${ref(sales)}", "      - ${ref(sales", "name: sa|les", &["sales"])),
        ),
        row("textDocument/prepareRename", "'${ref(ar|ea).value}'", prepared, filter("'${ref(ar|ea).value", &["area"])),
        Feature {
            more: |_| json!({ "newName": "zone" }),
            ..row(
                "textDocument/rename",
                "'${ref(ar|ea).value}'",
                edits,
                filter("'${ref(ar|ea).value", &["area → zone"]),
            )
        },
        row(
            "textDocument/prepareCallHierarchy",
            "name: sa|les",
            hierarchy,
            Ok((FILTER, HALF_A_FILTER, "name: sa|les", &["sales", "sales ← chart"])),
        ),
        row("textDocument/documentSymbol", "name: sa|les", symbols, whole),
        Feature { more: |_| json!({ "query": "sal" }), ..row("workspace/symbol", "name: sa|les", symbols, whole) },
        row("textDocument/foldingRange", "name: sa|les", folds, whole),
        Feature {
            more: |session| json!({ "positions": [session.position()] }),
            ..row(
                "textDocument/selectionRange",
                "'${ref(ar|ea).value}'",
                selection,
                filter("'${ref(ar|ea).value", &["area"]),
            )
        },
        row("textDocument/documentLink", "name: or|ders", places, whole),
        row("textDocument/documentColor", "color: r|ed", places, whole),
        Feature {
            more: |session| json!({ "color": { "red": 0, "green": 0, "blue": 1, "alpha": 1 }, "range": session.range_of("red") }),
            ..row("textDocument/colorPresentation", "color: r|ed", labels, whole)
        },
        row("textDocument/semanticTokens/full", "name: sa|les", tokens, whole),
        Feature {
            more: |session| json!({ "range": session.range_of("insights:\n  - name: sales") }),
            ..row("textDocument/semanticTokens/range", "name: sa|les", tokens, whole)
        },
        Feature {
            more: |session| json!({ "range": session.whole() }),
            ..row("textDocument/inlayHint", "name: sa|les", hints, whole)
        },
        row("textDocument/codeLens", "name: sa|les", lenses, whole),
        Feature {
            more: |session| json!({ "range": session.range_of("titel"), "context": { "diagnostics": [] } }),
            ..row("textDocument/codeAction", "ti|tel", labels, whole)
        },
        row(
            "viz/renderedSql",
            "name: sa|les",
            |_, answer| vec![answer["sql"].to_string()],
            Ok((FILTER, HALF_A_FILTER, "name: sa|les", &[])),
        ),
        row(
            "viz/rows",
            "name: sa|les",
            rows,
            Ok((
                "          - chart: ${ref(chart)}",
                "          - chart: ${ref(cha",
                "name: sa|les",
                &["1 rows, 2 columns, x 0, y 1"],
            )),
        ),
        row(
            "viz/inputs",
            "name: sa|les",
            |_, answer| names(&answer["inputs"]),
            Ok(("          - chart: ${ref(chart)}", "          - chart: ${ref(cha", "name: sa|les", &["area"])),
        ),
        row(
            "viz/lineage",
            "name: sa|les",
            |_, answer| names(&answer["nodes"]),
            Ok((
                "          - chart: ${ref(chart)}",
                "          - chart: ${ref(cha",
                "name: sa|les",
                &["orders", "chart"],
            )),
        ),
    ]
}

/// A project in a situation, open in an editor.
struct Session {
    client: Client,
    project: Project,
    document: Document,
    texts: BTreeMap<String, String>,
    at: usize,
}

impl Session {
    fn start(situation: Situation, edit: Option<(&str, &str)>) -> Self {
        let mut pages = PAGES.to_owned();
        if let Some((line, half)) = edit {
            assert!(pages.contains(line), "{line}");
            pages = pages.replacen(line, half, 1);
        }
        if situation == Situation::BrokenElsewhere {
            pages = format!("{BROKEN}{pages}");
        }
        let letters = if situation == Situation::MultiByte { LETTERS } else { "" };
        pages = pages.replace(MARK, letters);
        let mut files = match situation {
            Situation::MultiFile => vec![
                ("project.visivo.yml", format!("{HEAD}includes:\n  - path: parts/data.yml\n{pages}")),
                ("parts/data.yml", DATA.to_owned()),
            ],
            _ => vec![("project.visivo.yml", format!("{HEAD}{DATA}{pages}"))],
        };
        if situation == Situation::Crlf {
            files.iter_mut().for_each(|(_, text)| *text = text.replace('\n', "\r\n"));
        }
        let mut all: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        all.push((".viz-lsp.yml", "timeout: 60\n"));
        all.push(("data.csv", "region,amount\nWest,5\nEast,7\n"));
        let project = Project::of(&all);
        let abilities = json!({
            "completion": { "completionItem": { "snippetSupport": true } },
            "rename": { "prepareSupport": true },
        });
        let commands = json!({ "commands": ["viz.showReferences", "viz.showSql", "viz.preview", "viz.showCoverage"] });
        let options = Options { abilities, initialization: commands, ..Options::default() };
        let mut client = Client::start(PROGRAM, options);
        assert_eq!(client.encoding, Encoding::Utf16);
        let document = client.open(&project.file("project.visivo.yml"));
        client.settle(&project.root);
        let texts = files.iter().map(|(name, text)| (uri(&project.file(name)), text.clone())).collect();
        Self { client, project, document, texts, at: 0 }
    }

    /// Puts the cursor where `|` is; opens the file that has the place.
    fn put(&mut self, cursor: &str) {
        let (piece, offset) = (cursor.replace('|', ""), cursor.find('|').expect("a cursor"));
        let (uri, text) =
            self.texts.iter().find(|(_, text)| text.contains(&piece)).unwrap_or_else(|| panic!("{piece}"));
        if *uri != self.document.uri {
            let path = url::Url::parse(uri).expect("a URI").to_file_path().expect("a file");
            self.document = self.client.open(&path);
        }
        self.at = text.find(&piece).expect("it is there") + offset;
    }

    fn position(&self) -> Value {
        self.document.position(self.at)
    }

    fn whole(&self) -> Value {
        json!({ "start": self.document.position(0), "end": self.document.position(self.document.text.len()) })
    }

    fn range_of(&self, piece: &str) -> Value {
        let plain = self.document.text.replace("\r\n", "\n");
        let wanted = if self.document.text.contains("\r\n") { piece.replace('\n', "\r\n") } else { piece.to_owned() };
        assert!(plain.contains(piece), "{piece}");
        let start = self.document.text.find(&wanted).expect("it is there");
        json!({ "start": self.document.position(start), "end": self.document.position(start + wanted.len()) })
    }

    /// The text at a range of a file.
    fn text(&self, uri: &str, range: &Value) -> String {
        let text = &self.texts[uri];
        let offset = |position: &Value| {
            let (line, column) = (position["line"].as_u64().unwrap() as usize, position["character"].as_u64().unwrap());
            let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
            let mut units = 0;
            let len: usize = text[start..]
                .chars()
                .take_while(|c| {
                    units += c.len_utf16() as u64;
                    units <= column
                })
                .map(char::len_utf8)
                .sum();
            start + len
        };
        text[offset(&range["start"])..offset(&range["end"])].replace('\r', "")
    }

    fn ask(&mut self, feature: &Feature, cursor: &str) -> Vec<String> {
        self.put(cursor);
        let mut params = json!({ "textDocument": { "uri": self.document.uri }, "position": self.position() });
        for (key, value) in (feature.more)(self).as_object().expect("an object") {
            params[key] = value.clone();
        }
        if feature.method == "textDocument/references" {
            params["context"] = json!({ "includeDeclaration": true });
        }
        let answer = self.client.request(feature.method, params);
        let mut shown = (feature.shown)(self, answer);
        shown.iter_mut().for_each(|line| *line = line.replace('\r', "").replace(LETTERS, ""));
        shown
    }
}

/// What one file shows; of several files the shown one has less.
fn is_of_other_file(method: &str) -> bool {
    matches!(
        method,
        "textDocument/documentSymbol"
            | "textDocument/foldingRange"
            | "textDocument/semanticTokens/full"
            | "textDocument/inlayHint"
            | "textDocument/codeLens"
            | "textDocument/documentHighlight"
            | "textDocument/documentLink"
    )
}

#[test]
fn every_feature_in_every_situation() {
    let features = features();
    let mut normal: Vec<Vec<String>> = Vec::new();
    let mut wrong = Vec::new();
    for situation in SITUATIONS {
        let mut session = Session::start(situation, None);
        for (index, feature) in features.iter().enumerate() {
            let shown = session.ask(feature, feature.cursor);
            let Some(expected) = normal.get(index).filter(|_| situation != Situation::Normal) else {
                assert!(!shown.is_empty(), "{}: nothing", feature.method);
                normal.push(shown);
                continue;
            };
            let same = match situation {
                Situation::BrokenElsewhere => expected.iter().all(|line| shown.contains(line)),
                Situation::MultiFile if is_of_other_file(feature.method) => {
                    !shown.is_empty()
                        && shown.iter().filter(|line| !line.starts_with("include")).all(|line| expected.contains(line))
                }
                // Files are read in another order.
                Situation::MultiFile => {
                    shown.len() == expected.len() && shown.iter().all(|line| expected.contains(line))
                }
                _ => shown == *expected,
            };
            if !same {
                wrong.push(format!("{situation:?} {}\n  normal: {expected:?}\n  here:   {shown:?}", feature.method));
            }
        }
        drop(session.project);
        assert_eq!(session.client.shut_down(), 0);
    }
    for feature in &features {
        let Ok((line, half, cursor, expected)) = feature.broken else { continue };
        let mut session = Session::start(Situation::Normal, Some((line, half)));
        let shown = session.ask(feature, &cursor.replace(MARK, ""));
        if !expected.iter().all(|line| shown.iter().any(|shown| shown == line)) {
            wrong.push(format!("broken at the cursor {}\n  wanted: {expected:?}\n  here:   {shown:?}", feature.method));
        }
        drop(session.project);
        assert_eq!(session.client.shut_down(), 0);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
