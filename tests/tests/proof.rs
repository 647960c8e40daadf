//! The proof of `viz_check::proof` against DuckDB: combinations of one class have one verdict, for thousands of random
//! templates; and each side condition is there for a reason.

use crate::PROGRAM;
use fastrand::Rng;
use std::collections::HashMap;
use std::path::Path;
use viz_check::proof::{Classes, Conditions, Key, Shape};
use viz_facts::{Answer, Column, Question, ShadowTable};
use viz_tests::Worker;

/// A query with holes, and what the states of each input put into the input's holes.
#[derive(Debug, Clone)]
struct Case {
    pieces: Vec<String>,
    owners: Vec<usize>,
    fillings: Vec<Vec<Vec<String>>>,
}

impl Case {
    fn shape(&self) -> Shape {
        Shape::new(self.pieces.clone(), self.owners.clone())
    }

    fn combinations(&self) -> Vec<Vec<u32>> {
        let mut out = vec![Vec::new()];
        for states in &self.fillings {
            let each = |prefix: Vec<u32>| (0..states.len() as u32).map(move |at| [prefix.as_slice(), &[at]].concat());
            out = out.into_iter().flat_map(each).collect();
        }
        out
    }

    fn render(&self, combination: &[u32]) -> String {
        let mut next = vec![0; self.fillings.len()];
        let values: Vec<String> = self
            .owners
            .iter()
            .map(|owner| {
                next[*owner] += 1;
                self.fillings[*owner][combination[*owner] as usize][next[*owner] - 1].clone()
            })
            .collect();
        self.shape().render(|hole| &values[hole])
    }
}

fn tables() -> Vec<ShadowTable> {
    let columns = [
        ("i", "INTEGER"),
        ("i1", "INTEGER"),
        ("s", "VARCHAR"),
        ("d", "DATE"),
        ("f", "DOUBLE"),
        ("b", "BOOLEAN"),
        ("c", "DECIMAL(9,2)"),
        ("l", "VARCHAR[]"),
        ("j", "JSON"),
        ("tn", "TINYINT"),
    ];
    let columns = columns.map(|(name, data_type)| Column { name: name.into(), data_type: data_type.into() });
    vec![ShadowTable { name: "t".into(), columns: columns.into() }]
}

/// DuckDB's verdicts on texts: whether it parses and binds them.
fn verdicts(worker: &mut Worker, texts: &[String]) -> HashMap<String, bool> {
    let mut texts = texts.to_vec();
    texts.sort();
    texts.dedup();
    let questions: Vec<Question> =
        texts.iter().map(|sql| Question::Bind { tables: tables().into(), sql: sql.clone() }).collect();
    let accepted = |answer| matches!(answer, Ok(Answer::Accepted(Ok(()))));
    let answers: Vec<bool> = worker.ask(&questions).into_iter().map(accepted).collect();
    texts.into_iter().zip(answers).collect()
}

/// Pairs of combinations with one key and two verdicts.
fn disagreements(case: &Case, conditions: &Conditions, verdicts: &HashMap<String, bool>) -> (Vec<String>, usize) {
    let classes = Classes::new(&case.shape(), &case.fillings, conditions);
    let mut known: HashMap<Key, (String, bool)> = HashMap::new();
    let mut sizes = 0;
    let mut out = Vec::new();
    let combinations = case.combinations();
    for combination in &combinations {
        let (text, key) = (case.render(combination), classes.key(combination));
        let verdict = verdicts[&text];
        if !known.contains_key(&key) {
            sizes += classes.size(&key);
        }
        let (first, expected) = known.entry(key).or_insert_with(|| (text.clone(), verdict));
        if *expected != verdict {
            out.push(format!("{first:?} is {expected}, {text:?} is {verdict}"));
        }
    }
    assert_eq!(sizes, combinations.len(), "classes are a partition: {case:?}");
    (out, known.len())
}

/// `@` is a hole for one raw value, `#` one for the quoted list of all.
const CONDITIONS: &[&str] = &[
    "s = '@'",
    "s = '@'",
    "s <> '@'",
    "s in ('@', 'q')",
    "s like '%@%'",
    "s not ilike '@'",
    "s between '@' and '@'",
    "'@' = s",
    "i = @",
    "i =@",
    "i < @",
    "i > -@",
    "i > - @",
    "i in (@)",
    "i in (1, @)",
    "i between @ and @",
    "@ = i",
    "f >= @",
    "c = @",
    "tn = @",
    "s in (#)",
    "s in (#)",
    "s in (#, 'x')",
    "s = #",
    "i in (#)",
    "s = @",
    "\"@\" = 5",
    "i = 1 -- @\n",
    "i = 1 /* @ */",
    "s = E'@'",
    "s = $$@$$",
    "i = 1@",
    "i@ = 2",
    "t.@ = 3",
    "strptime(s, '@') is not null",
    "regexp_matches(s, '@')",
    "d = '@'",
    "d >= '@'::date",
    "i @ 5",
    "case when s = '@' then i else 2 end > 1",
    "s = 'a' @",
    "@",
    "s similar to '@'",
    "j->'$.@' is null",
    "s = '@' '@'",
    "s = '@'\n'b'",
    "(s = '@' or i = @)",
    "date_trunc('@', d) = d",
    "cast(s as @) is not null",
    "list_contains(l, '@')",
    "columns('@') is not null",
    "s = @::varchar",
    "interval '@' day is not null",
    "(i, s) in ((@, '@'))",
    "coalesce(s, '@') = 'a'",
    "s = 'x' || '@'",
    "{'@': 1} is not null",
    "i = (select max(i) from t where s = '@')",
    "s ='@'",
    "s in ('@','@')",
    "s like '@' and i < @",
    "s = '@@'",
    "i = @@",
    "decimal_@ = 1",
    "s[@] = 'a'",
    "b = (s = '@')",
    "least(s, '@') = 'a'",
    "round(f, @) = 1",
    "s = concat('@', #)",
    "cast(i as decimal(9,@)) = 1",
    "not s = '@'",
    "i % @ = 1",
];
const SELECTED: &[&str] = &[
    "s",
    "i",
    "count(*)",
    "s = '@'",
    "case when s = '@' then 1 else 0 end",
    "i + @",
    "@",
    "sum(i) filter (s = '@')",
    "'@'",
];
const SORTED: &[&str] = &["i @", "s @", "@", "s = '@'", "i asc @", "'@'"];

/// Options that fit most places.
const FIT: &[&str] =
    &["a", "b", "West Side", "5", "7", "12", "2024-01-01", "s", "i", "asc", "desc", "San José", "-5", "1.5"];
/// Options that don't.
const ODD: &[&str] = &[
    "O'Fallon",
    "D'X",
    "it''s",
    "",
    "null",
    "NULL",
    "1e5",
    "0x1F",
    "99999999999",
    "9223372036854775808",
    "99999999999999999999999999999999999999999",
    "ASC",
    "select",
    "default",
    "all",
    "user",
    "e",
    "a--b",
    "a -- b",
    "--",
    "/*",
    "*/",
    "a /* b",
    "-",
    "a\\",
    "\\",
    "a\"b",
    "$1",
    "$$",
    "?",
    ";",
    "a;b",
    "a\u{a0}b",
    "%Y",
    "%Q",
    "[",
    "(",
    ")",
    "(1)",
    "day",
    "foo",
    "'a'",
    "'a','b'",
    "'a','b','c'",
    "'a' 'b'",
    "'a'\n'b'",
    "a\nb",
    "' or '1'='1",
    "x' or s = '",
    "x' or s = s || ' --",
    "limit",
    "5 limit 1",
    "INTEGER",
    "1,2",
    "O'F",
    "é",
    "a.b",
    "t.i",
    "1 = 1 or s",
    "between",
    "=",
    "and",
    "1;",
    "1.",
    ".5",
    "1_0",
    "x y",
    "\0",
];

fn pick<'a, T: ?Sized>(random: &mut Rng, from: &[&'a T]) -> &'a T {
    from[random.usize(..from.len())]
}

fn case(random: &mut Rng) -> Case {
    let mut text = format!("select {}", pick(random, SELECTED));
    let grouped = random.u8(..4) == 0;
    if grouped {
        text.push_str(", count(*)");
    }
    text.push_str(" from t");
    if random.u8(..5) > 0 {
        text.push_str(&format!("\nwhere {}", pick(random, CONDITIONS)));
        if random.u8(..3) == 0 {
            text.push_str(&format!(" and {}", pick(random, CONDITIONS)));
        }
    }
    if grouped {
        text.push_str(&format!("\ngroup by {}", pick(random, SELECTED)));
    }
    if random.u8(..3) == 0 {
        text.push_str(&format!("\norder by {}", pick(random, SORTED)));
    }
    if random.u8(..12) == 0 {
        text.push_str("\nlimit @");
    }
    if !text.contains(['@', '#']) {
        text.push_str(" having s = '@'");
    }
    let pieces: Vec<String> = text.split(['@', '#']).map(str::to_owned).collect();
    let lists: Vec<bool> = text.chars().filter(|c| matches!(c, '@' | '#')).map(|c| c == '#').collect();
    let inputs = 1 + random.usize(..lists.len().min(3));
    let owners: Vec<usize> =
        (0..lists.len()).map(|hole| if hole < inputs { hole } else { random.usize(..inputs) }).collect();
    let fillings = (0..inputs).map(|input| {
        let count = if inputs == 3 { 3 } else { 2 + random.usize(..4) };
        let states = (0..count).map(|state| {
            let option = |random: &mut Rng| {
                let options = if state == 0 || random.bool() { FIT } else { ODD };
                pick(random, options).to_owned()
            };
            let values: Vec<String> = (0..1 + random.usize(..3)).map(|_| option(random)).collect();
            let quoted: Vec<String> = values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
            let fill = |hole: usize| if lists[hole] { quoted.join(",") } else { values[0].clone() };
            (0..lists.len()).filter(|hole| owners[*hole] == input).map(fill).collect()
        });
        states.collect()
    });
    let fillings = fillings.collect();
    Case { pieces, owners, fillings }
}

fn worker() -> Worker {
    Worker::start(PROGRAM, "parse", Path::new("."))
}

#[test]
fn classes_agree_with_every_combination_in_duckdb() {
    const CASES: usize = 2_400;
    let run = |seed: u64| {
        let (mut random, mut worker) = (Rng::with_seed(seed), worker());
        let (mut wrong, mut mixed, mut combinations, mut keys) = (Vec::new(), 0, 0, 0);
        for _ in 0..CASES / 2 {
            let mut case = case(&mut random);
            // Templates that fail with the first options mostly fail with all: they are the smaller part.
            for _ in 0..2 {
                let first = case.render(&vec![0; case.fillings.len()]);
                if !verdicts(&mut worker, std::slice::from_ref(&first))[&first] {
                    case = self::case(&mut random);
                }
            }
            let texts: Vec<String> = case.combinations().iter().map(|combination| case.render(combination)).collect();
            let verdicts = verdicts(&mut worker, &texts);
            let failing = texts.iter().filter(|text| !verdicts[*text]).count();
            mixed += usize::from(failing > 0 && failing < texts.len());
            combinations += texts.len();
            let (disagreements, distinct) = disagreements(&case, &Conditions::ALL, &verdicts);
            keys += distinct;
            wrong.extend(disagreements);
        }
        (wrong, mixed, combinations, keys)
    };
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| run(2));
        (run(1), other.join().expect("it ends"))
    });
    let wrong = [one.0, two.0].concat();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    let (mixed, combinations, keys) = (one.1 + two.1, one.2 + two.2, one.3 + two.3);
    assert!(mixed * 100 >= CASES * 30, "{mixed} of {CASES} have mixed verdicts");
    // A proof that joins nothing is right, too: it must save work.
    assert!(keys * 100 <= combinations * 85, "{keys} classes of {combinations} combinations");
}

/// A template with `{0}` and `{1}` for the inputs' holes.
fn written(text: &str, options: &[&[&str]]) -> Case {
    let mut pieces = vec![String::new()];
    let mut owners = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("{0}").into_iter().chain(rest.find("{1}")).min() {
        pieces.last_mut().expect("one is there").push_str(&rest[..at]);
        owners.push(usize::from(&rest[at..at + 3] == "{1}"));
        pieces.push(String::new());
        rest = &rest[at + 3..];
    }
    pieces.last_mut().expect("one is there").push_str(rest);
    let holes = |input: usize| owners.iter().filter(|owner| **owner == input).count();
    let fillings = options
        .iter()
        .enumerate()
        .map(|(input, options)| options.iter().map(|option| vec![(*option).to_owned(); holes(input)]).collect())
        .collect();
    Case { pieces, owners, fillings }
}

#[test]
fn no_side_condition_can_be_left_out() {
    let all = Conditions::ALL;
    let table: &[(&str, Conditions, &str, &[&[&str]])] = &[
        (
            "quotes in strings",
            Conditions { quotes: false, ..all },
            "select i from t where s = '{0}'",
            &[&["a", "O'Fallon"]],
        ),
        (
            "line breaks in comments",
            Conditions { quotes: false, ..all },
            "select i -- {0}\nfrom t",
            &[&["a", "a\n, x"]],
        ),
        ("ends of comments", Conditions { quotes: false, ..all }, "select i /* {0} */ from t", &[&["a", "a */ , x"]]),
        ("touching words", Conditions { adjacency: false, ..all }, "select i from t where i = i{0}", &[&["1", "2"]]),
        ("words", Conditions { words: false, ..all }, "select i from t order by i {0}", &[&["asc", "desc", "upwards"]]),
        (
            "keywords",
            Conditions { words: false, ..all },
            "select i from t where s = {0}",
            &[&["s", "user", "default", "all"]],
        ),
        (
            "parameters",
            Conditions { words: false, structure: false, ..all },
            "select i from t where i = {0}",
            &[&["i", "?", "$1"]],
        ),
        (
            "numbers beyond 128 bits",
            Conditions { numbers: false, ..all },
            "select i from t where i = {0}",
            &[&["5", "99999999999999999999999999999999999999999"]],
        ),
        ("lists", Conditions { lists: false, ..all }, "select i from t where s = {0}", &[&["'a'", "'a','b'"]]),
        (
            "`null` becomes `NULL`",
            Conditions { rewriting: false, ..all },
            "select s = '{0}' from t group by s = '{1}'",
            &[&["a", "null"], &["b", "NULL"]],
        ),
        ("limits", Conditions { binding: false, ..all }, "select i from t limit '{0}'", &[&["5", "a"]]),
        (
            "regular expressions",
            Conditions { binding: false, ..all },
            "select 1 from t where regexp_matches(s, '{0}')",
            &[&["a", "["]],
        ),
        ("formats", Conditions { binding: false, ..all }, "select strptime(s, '{0}') from t", &[&["%Y", "%Q"]]),
        ("paths", Conditions { binding: false, ..all }, "select j->'{0}' from t", &[&["a", "$["]]),
        (
            "parts of dates",
            Conditions { binding: false, ..all },
            "select date_trunc('{0}', d) from t",
            &[&["day", "foo"]],
        ),
        ("positions", Conditions { binding: false, ..all }, "select i from t order by {0}", &[&["1", "9"]]),
        (
            "equal texts of two inputs",
            Conditions { equality: false, ..all },
            "select s = '{0}' from t group by s = '{1}'",
            &[&["a", "b"], &["c", "b"]],
        ),
        (
            "a text of the template",
            Conditions { equality: false, ..all },
            "select s = 'x' from t group by s = '{0}'",
            &[&["a", "x"]],
        ),
        (
            "what changes other holes",
            Conditions { structure: false, ..all },
            "select i from t where {0} = '{1}'",
            &[&["s", "1 = 1 limit 1"], &["5", "a"]],
        ),
        (
            "what is not plain",
            Conditions { plainness: false, ..all },
            "select i from t where s = '{0}' and s = '{1}'",
            &[&["a", "x' or s = "], &["y", " --"]],
        ),
    ];
    let mut worker = worker();
    let mut useless = Vec::new();
    for (name, without, text, options) in table {
        let case = written(text, options);
        let texts: Vec<String> = case.combinations().iter().map(|combination| case.render(combination)).collect();
        let verdicts = verdicts(&mut worker, &texts);
        assert_eq!(disagreements(&case, &all, &verdicts).0, [] as [String; 0], "{name}");
        if disagreements(&case, without, &verdicts).0.is_empty() {
            useless.push((name, verdicts));
        }
    }
    assert!(useless.is_empty(), "{useless:#?}");
}
