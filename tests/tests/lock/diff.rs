//! Histories of data, and what `lock --diff` says of each.

use super::{SHOP, VALUES, lock, viz_lsp};
use serde_json::Value;
use viz_tests::pages::NOW;
use viz_tests::projects::Project;

/// What was locked with CSV data, then changed: the data are in files, so that the project's text stays.
const FILES: &str = "name: shop
sources:
  - {name: orders_file, type: csv, file: orders.csv}
  - {name: cities_file, type: csv, file: cities.csv}
models:
  - {name: orders, source: ref(orders_file), sql: 'select * from orders_file'}
  - {name: cities, source: ref(cities_file), sql: 'select * from cities_file'}
inputs:
  - {name: region, type: single-select, options: '?{ select distinct region from ${ref(orders)} order by 1 }', display: {default: {value: EMEA}}}
  - {name: city, type: single-select, options: '?{ select distinct city from ${ref(cities)} order by 1 }'}
insights:
  - name: revenue_by_region
    props: {type: bar, x: '?{${ref(orders).region}}', y: '?{sum(${ref(orders).amount})}'}
    interactions: [{filter: \"?{${ref(orders).region} = '${ref(region).value}'}\"}]
  - name: visits
    props: {type: bar, x: '?{${ref(cities).city}}', y: '?{count(*)}'}
    interactions: [{filter: \"?{${ref(cities).city} = '${ref(city).value}'}\"}]
";

const ORDERS: &str = "region,amount,note\nEMEA,3,a\nAPAC,4,b\n";
const CITIES: &str = "city\nRome\nOslo\n";

struct History {
    name: &'static str,
    settings: &'static str,
    orders: &'static str,
    cities: &'static str,
    /// Level and code, object, and a piece of the message.
    expected: &'static [(&'static str, &'static str, &'static str)],
    status: i32,
}

const USUAL: History = History { name: "", settings: VALUES, orders: ORDERS, cities: CITIES, expected: &[], status: 0 };
const SHAPES: &str = "seed: 0\n";
const HASH: &str = "lock: {default: hash}\n";

const HISTORIES: [History; 20] = [
    History { name: "nothing", ..USUAL },
    History {
        name: "rows more, options the same",
        orders: "region,amount,note\nEMEA,3,a\nAPAC,4,b\nAPAC,9,b\n",
        ..USUAL
    },
    History {
        name: "option added",
        cities: "city\nRome\nOslo\nBern\n",
        expected: &[("dangerous option-new", "city", "has the new option `Bern`")],
        ..USUAL
    },
    History {
        name: "option lost",
        cities: "city\nRome\n",
        expected: &[("dangerous option-lost", "city", "no option `Oslo` any more")],
        ..USUAL
    },
    History {
        name: "option renamed",
        cities: "city\nRoma\nOslo\n",
        expected: &[("dangerous option-new", "city", "`Roma`"), ("dangerous option-lost", "city", "`Rome`")],
        ..USUAL
    },
    History {
        name: "an apostrophe appears",
        cities: "city\nRome\nOslo\nO'Fallon\n",
        expected: &[(
            "breaking option-since-lock",
            "city",
            "the option `O'Fallon`, new since the lock, breaks the insight `visits`",
        )],
        status: 1,
        ..USUAL
    },
    History {
        name: "of two new options one breaks",
        cities: "city\nRome\nOslo\nBern\nO'Fallon\n",
        expected: &[
            ("breaking option-since-lock", "city", "`O'Fallon`"),
            ("dangerous option-new", "city", "the new option `Bern`"),
        ],
        status: 1,
        ..USUAL
    },
    History {
        name: "the default is lost",
        orders: "region,amount,note\nLATAM,3,a\nAPAC,4,b\n",
        expected: &[
            ("breaking option-lost", "region", "`EMEA` any more, which is its default"),
            ("dangerous option-new", "region", "`LATAM`"),
        ],
        status: 1,
        ..USUAL
    },
    History {
        name: "a used column is dropped",
        orders: "region,note\nEMEA,a\nAPAC,b\n",
        expected: &[(
            "breaking column-lost",
            "orders",
            "no column `amount` any more, which is used by insight `revenue_by_region`",
        )],
        status: 1,
        ..USUAL
    },
    History {
        name: "an unused column is dropped",
        orders: "region,amount\nEMEA,3\nAPAC,4\n",
        expected: &[("safe column-lost", "orders", "no column `note` any more")],
        ..USUAL
    },
    History {
        name: "a column is added",
        orders: "region,amount,note,more\nEMEA,3,a,1\nAPAC,4,b,2\n",
        expected: &[("safe column-new", "orders", "new column `more` (BIGINT)")],
        ..USUAL
    },
    History {
        name: "a used column has another type",
        orders: "region,amount,note\nEMEA,x,a\nAPAC,4,b\n",
        expected: &[(
            "breaking column-type",
            "orders",
            "`amount` of the model `orders` is now VARCHAR, and was BIGINT",
        )],
        status: 1,
        ..USUAL
    },
    History {
        name: "an unused column has another type",
        orders: "region,amount,note\nEMEA,3,1\nAPAC,4,2\n",
        expected: &[("safe column-type", "orders", "`note` of the model `orders` is now BIGINT")],
        ..USUAL
    },
    History {
        name: "the table is empty",
        cities: "city\n",
        expected: &[
            ("breaking empty", "cities", "no rows any more"),
            ("dangerous option-lost", "city", "`Oslo`"),
            ("dangerous option-lost", "city", "`Rome`"),
        ],
        status: 1,
        ..USUAL
    },
    History {
        name: "a column that options come from is renamed",
        cities: "town\nRome\nOslo\n",
        expected: &[
            ("breaking fails", "city", "the query of the input `city` fails"),
            ("breaking column-lost", "cities", "no column `city` any more"),
            ("safe column-new", "cities", "`town`"),
        ],
        status: 1,
        ..USUAL
    },
    History {
        name: "shapes: another option of the same kind",
        settings: SHAPES,
        cities: "city\nRome\nBern\n",
        expected: &[("dangerous options-other", "city", "has other options")],
        ..USUAL
    },
    History {
        name: "shapes: an apostrophe appears",
        settings: SHAPES,
        cities: "city\nRome\nO'Fallon\n",
        expected: &[
            ("breaking shape-new", "city", "that look like `x'x`, as none did; that breaks insight `visits`"),
            ("dangerous options-other", "city", ""),
        ],
        status: 1,
        ..USUAL
    },
    History {
        name: "shapes: a number appears",
        settings: SHAPES,
        cities: "city\nRome\nOslo\n12\n",
        expected: &[
            ("dangerous shape-new", "city", "`7`"),
            ("dangerous options-other", "city", ""),
            ("safe count", "city", "has 3 options, and had 2"),
        ],
        ..USUAL
    },
    History {
        name: "hash: an option is added",
        settings: HASH,
        cities: "city\nRome\nOslo\nBern\n",
        expected: &[("dangerous options-other", "city", ""), ("safe count", "city", "3 options")],
        ..USUAL
    },
    History { name: "hash: the same in another order", settings: HASH, cities: "city\nOslo\nRome\n", ..USUAL },
];

fn changes(shop: &Project, status: i32, name: &str) -> Vec<Value> {
    let run = viz_lsp(&shop.root, &["lock", "--diff", "--format", "json", "--no-cache", "--now", NOW]);
    assert_eq!(run.status, status, "{name}: {run:?}");
    let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{name}: {error}: {run:?}"));
    json["projects"][0]["changes"].as_array().expect("a list").clone()
}

#[test]
fn histories_are_told_as_they_were() {
    let mut wrong = Vec::new();
    for History { name, settings, orders, cities, expected, status } in HISTORIES {
        let files =
            [("project.visivo.yml", FILES), (".viz-lsp.yml", settings), ("orders.csv", ORDERS), ("cities.csv", CITIES)];
        let shop = Project::of(&files);
        assert_eq!(lock(&shop.root).status, 0);
        let before = shop.read("viz.lock");
        shop.write("orders.csv", orders);
        shop.write("cities.csv", cities);
        let run = viz_lsp(&shop.root, &["lock", "--diff", "--format", "json", "--no-cache", "--now", NOW]);
        let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{name}: {error}: {run:?}"));
        let found: Vec<Value> = json["projects"][0]["changes"].as_array().expect("a list").clone();
        let is = |(found, (what, object, message)): (&Value, &(&str, &str, &str))| {
            let (level, code) = (found["level"].as_str().unwrap(), found["code"].as_str().unwrap());
            format!("{level} {code}") == *what
                && found["name"] == *object
                && found["message"].as_str().unwrap().contains(message)
        };
        if found.len() != expected.len() || !found.iter().zip(expected).all(is) || run.status != status {
            wrong.push(format!("{name} ({}): {}", run.status, serde_json::to_string_pretty(&found).unwrap()));
        }
        assert_eq!(shop.read("viz.lock"), before, "nothing is written");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_fails_is_chosen() {
    let shop = Project::of(&[("project.visivo.yml", SHOP), (".viz-lsp.yml", VALUES)]);
    assert_eq!(viz_lsp(&shop.root, &["lock", "--diff"]).status, 2, "there is nothing to compare with");
    assert_eq!(lock(&shop.root).status, 0);
    shop.write("project.visivo.yml", &SHOP.replace("[up, down]", "[up, down, left]"));
    assert_eq!(changes(&shop, 0, "a listed option")[0]["code"], "option-new");
    for (on, status) in [("breaking", 0), ("dangerous", 1), ("never", 0)] {
        assert_eq!(viz_lsp(&shop.root, &["lock", "--diff", "--fail-on", on]).status, status, "{on}");
    }
    // The project has changed, not the data.
    shop.write("project.visivo.yml", &SHOP.replace("'EMEA', 3", "'E''MEA', 3"));
    let codes: Vec<Value> = changes(&shop, 0, "another query").iter().map(|change| change["code"].clone()).collect();
    assert_eq!(codes, ["query-other", "query-other"]);
}

#[test]
fn annotations_stand_at_the_input() {
    let files =
        [("project.visivo.yml", FILES), (".viz-lsp.yml", VALUES), ("orders.csv", ORDERS), ("cities.csv", CITIES)];
    let shop = Project::of(&files);
    assert_eq!(lock(&shop.root).status, 0);
    shop.write("cities.csv", "city\nRome\nOslo\nO'Fallon\n");
    let run = viz_lsp(&shop.root, &["lock", "--diff", "--format", "github", "--no-cache"]);
    let line = "::error title=viz-lsp (option-since-lock),file=project.visivo.yml,line=10::the option `O'Fallon`";
    assert!(run.status == 1 && run.out.starts_with(line), "{run:?}");
    let text = viz_lsp(&shop.root, &["lock", "--diff"]).out;
    assert!(
        text.contains("breaking: the option `O'Fallon`, new since the lock") && text.contains("1 breaking"),
        "{text}"
    );
}
