//! What a check of a company with shops costs, counted: twice the shops are twice the work when nothing is known, and no more work
//! for a key. Answers are made up, so nothing here depends on a machine.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{CheckOptions, Counters, Memo, Report, Severity, check};
use viz_facts::{Answer, Column, Fact, FactStore, OptionValues, Question};
use viz_project::{Environment, FileSystem, MemoryFiles, Project};
use viz_tests::shops::Shops;

/// Work by what it is.
type Work = BTreeMap<String, u64>;

struct Company {
    files: MemoryFiles,
    project: Project,
    facts: FactStore,
    memo: Memo,
    options: CheckOptions,
    /// All questions so far.
    asked: Vec<Arc<Question>>,
}

impl Company {
    fn of(shops: Shops) -> Self {
        let files = shops.files();
        let files = files.iter().map(|(path, text)| (place(path), text.as_str()));
        let files = files.collect::<Vec<_>>();
        let files = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), *text)));
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let options = CheckOptions { oracle: false, ..CheckOptions::default() };
        Self { files, project, facts: FactStore::new(), memo: Memo::default(), options, asked: Vec::new() }
    }

    /// Checks until nothing is asked any more: the last report, and all work.
    fn settle(&mut self) -> (Report, Work) {
        let (mut total, mut questions) = (Counters::default(), 0);
        loop {
            let report = check(&self.project, &self.facts, &self.options, &self.memo);
            total += report.counters;
            questions += report.questions.len() as u64;
            if report.questions.is_empty() {
                let mut work = work(total, questions);
                work.insert("walked".to_owned(), self.project.walked() as u64);
                return (report, work);
            }
            for question in &report.questions {
                self.asked.push(Arc::clone(question.question()));
                let answer = Arc::new(answer(question));
                self.facts.insert(question.key(), Fact::Known { answer, at: SystemTime::UNIX_EPOCH });
            }
        }
    }

    /// Puts another text in place of one, and settles.
    fn edit(&mut self, file: &str, old: &str, new: &str) -> Work {
        let path = PathBuf::from(place(file));
        let text = self.files.read(&path).expect("it is there");
        assert_eq!(text.matches(old).count(), 1, "{old}");
        self.files.insert(path.to_str().expect("UTF-8"), &text.replacen(old, new, 1));
        self.project = self.project.reload(&self.files, &Environment::empty());
        let id = self.project.file_of(&path).expect("it is in the project");
        let parsed = self.project.file(id).document.counters().segments_parsed as u64;
        let mut work = self.settle().1;
        work.insert("segments_parsed".to_owned(), parsed);
        work
    }
}

fn place(path: &str) -> String {
    format!("/p/{path}")
}

fn work(counters: Counters, questions: u64) -> Work {
    let Ok(Value::Object(counters)) = serde_json::to_value(counters) else { panic!("a table") };
    let number = |(name, value): (String, Value)| (name, value.as_u64().expect("a number"));
    let mut work: Work = counters.into_iter().map(number).collect();
    // What was done before costs next to nothing, and the more there is the better.
    for reused in ["insights_remembered", "known"] {
        work.remove(reused);
    }
    work.insert("questions".to_owned(), questions);
    work
}

/// Nothing takes more than so many times the work; a handful more is no growth.
fn grows(what: &str, small: &Work, large: &Work, most: f64) {
    for (name, large) in large {
        let small = small.get(name).copied().unwrap_or_default();
        assert!(*large as f64 <= most * small as f64 + 3.0, "{what}: {name} {small} → {large}");
    }
}

/// What DuckDB would say.
fn answer(question: &Question) -> Answer {
    match question {
        Question::Describe { sql, .. } => Answer::Columns(Ok(columns(sql))),
        Question::Options { .. } => {
            let values = ["Denver", "Tents", "Boise"].map(|value| Some(value.to_owned())).to_vec();
            let columns = vec![Column { name: "city".into(), data_type: "VARCHAR".into() }];
            Answer::Options(Ok(OptionValues { columns, values, more: false }))
        }
        _ => Answer::Accepted(Ok(())),
    }
}

/// The columns of a shop's model, as its text has them.
fn columns(sql: &str) -> Vec<Column> {
    let list = if sql.contains("s.*") { "product_id, depot, pieces, counted_on" } else { list_of(sql) };
    let mut depth = 0;
    let items = list.split(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    });
    let name = |item: &str| item.trim().rsplit([' ', '.']).next().expect("a name").to_owned();
    let column = |item| {
        let name = name(item);
        let data_type = match name.as_str() {
            "ordered_at" | "visited_at" => "TIMESTAMP",
            "signed_up_on" | "counted_on" | "returned_on" | "day" => "DATE",
            "total" | "amount" | "gross" | "shipping" | "unit_cost" | "list_price" | "unit_price" | "line_amount"
            | "planned" | "hoped" | "refund" | "hours" => "DOUBLE",
            "quantity" | "seconds" | "visit_number" | "pieces" | "period" | "staff" => "BIGINT",
            other if other.ends_with("_id") => "BIGINT",
            _ => "VARCHAR",
        };
        Column { name, data_type: data_type.into() }
    };
    items.map(column).collect()
}

fn list_of(sql: &str) -> &str {
    let list = sql.split_once("select").expect("it selects").1;
    list.rsplit_once(" from ").or_else(|| list.split_once("\nfrom ")).expect("from something").0
}

#[test]
fn twice_the_shops_are_twice_the_work() {
    let cold = |count| {
        let (report, work) = Company::of(Shops::alike(count)).settle();
        let errors: Vec<_> = report.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        work
    };
    let (small, large) = (cold(8), cold(16));
    // They are alike: what opens no source is asked once for all.
    assert!(small["queries"] > 100, "{small:?}");
    grows("cold", &small, &large, 2.1);
}

#[test]
fn a_key_costs_no_more_in_a_company_of_twice_the_size() {
    let tag = Shops::tag(0);
    let insights = Shops::file(0, "insights");
    let condition = format!("'${{ref({tag}_region).value}}'");
    let insight = format!("  - name: {tag}_revenue_by_month\n");
    let added = format!(
        "  - name: added\n    props:\n      type: bar\n      x: ?{{ ${{ref({tag}_orders).order_month}} }}\n      \
         y: ?{{ sum(${{ref({tag}_orders).shipping}}) }}\n"
    );
    let (models, chart) = (Shops::file(0, "models"), format!("ref({tag}_revenue_by_month)"));
    let model = format!("  - name: {tag}_visits\n");
    let copy = "  - name: pasted\n    sql: select staff as one from company\n    metrics:\n      - { name: ones, expression: sum(one) }\n";
    let everything = |count| {
        let mut company = Company::of(Shops { count, seed: 20, alike: false });
        company.settle();
        let file = company.files.read(Path::new(&place(&insights))).expect("it is there").to_string();
        let filter = file.lines().find(|line| line.contains(&condition)).expect("it filters by region").to_owned();
        let longer = filter.replace(" }", &format!(" and ${{ref({tag}_orders).shipping}} > 17 }}"));
        let wrong = longer.replace("shipping", "shippin");
        let reference = filter.replace(&condition, "");
        let mut edit = |what, file: &str, old: &str, new: &str| (what, company.edit(file, old, new));
        vec![
            edit("a condition", &insights, &filter, &longer),
            edit("a wrong column", &insights, &longer, &wrong),
            edit("taken back", &insights, &wrong, &filter),
            edit("a reference deleted", &insights, &filter, &reference),
            edit("a reference put back", &insights, &reference, &filter),
            edit("an insight added", &insights, &insight, &format!("{added}{insight}")),
            edit("an insight renamed", &insights, "name: added", "name: pasted"),
            edit("an insight deleted", &insights, &added.replace("added", "pasted"), ""),
            edit("an insight renamed that a chart shows", &insights, &insight, &insight.replace("by_month", "by_mont")),
            edit("its name put back", &insights, &insight.replace("by_month", "by_mont"), &insight),
            edit("a model added", &models, &model, &format!("{copy}{model}")),
            edit("a model renamed", &models, "name: pasted", "name: one"),
            edit("a model deleted", &models, &copy.replace("pasted", "one"), ""),
            edit("a model renamed that insights read", &models, &model, &model.replace("visits", "visit")),
            edit("its name put back", &models, &model.replace("visits", "visit"), &model),
            edit("a chart without its insight", &Shops::file(0, "dashboards"), &chart, "ref(nothing)"),
            edit("its insight put back", &Shops::file(0, "dashboards"), "ref(nothing)", &chart),
            edit("a model of fifty insights", "company.yml", "staff * 7.5", "staff * 8.25"),
            edit("a column of fifty insights", "company.yml", "quarter, ", "quarters, "),
            edit("a metric of fifty insights", "company.yml", "max(staff)", "min(staff)"),
        ]
    };
    for ((what, small), (_, large)) in everything(12).into_iter().zip(everything(24)) {
        grows(what, &small, &large, 1.1);
    }
}

/// What is asked for shops that differ in their names only differs in names only.
#[test]
fn shops_that_are_alike_ask_alike() {
    let questions = |count: usize| {
        let mut company = Company::of(Shops::alike(count));
        company.settle();
        let tags: Vec<String> = (0..count).map(Shops::tag).collect();
        let distinct: BTreeSet<String> = company.asked.iter().map(|question| nameless(question, &tags)).collect();
        distinct
    };
    let (one, many) = (questions(1), questions(12));
    assert!(one.len() > 50);
    let others: Vec<_> = one.symmetric_difference(&many).take(4).collect();
    assert!(others.is_empty(), "{others:#?}");
}

/// What opens no source is asked once for all shops that are alike.
#[test]
fn shops_that_are_alike_share_what_opens_no_source() {
    let pure = |count: usize| -> BTreeSet<String> {
        let mut company = Company::of(Shops::alike(count));
        company.settle();
        company.asked.iter().filter(|question| question.is_pure()).map(|question| format!("{question:?}")).collect()
    };
    let (one, many) = (pure(1), pure(12));
    let others: Vec<_> = one.symmetric_difference(&many).take(6).collect();
    assert!(one.len() > 30 && one.len() == many.len(), "{} {} {others:#?}", one.len(), many.len());
}

/// Numbers, texts and columns' names are nothing to the parser: the query that it takes of one shop, it takes of every shop of that shape.
#[test]
fn shops_of_few_shapes_put_few_queries_to_the_parser() {
    let parsed = |count: usize| {
        let mut company = Company::of(Shops { count, seed: 20, alike: false });
        company.settle();
        let texts: BTreeSet<&str> = company.asked.iter().filter_map(|question| parsed(question)).collect();
        texts.len()
    };
    let (few, many) = (parsed(12), parsed(48));
    assert!(few > 20 && many < 2 * few, "{few} {many}");
}

/// The query of an insight that is put to the parser; those of models and inputs name tables and columns bare.
fn parsed(question: &Question) -> Option<&str> {
    matches!(question, Question::Parse { .. }).then(|| question.sql()).filter(|sql| sql.starts_with("SELECT"))
}

/// A question without names: those of shops, and those that composed queries have, which are hashes.
fn nameless(question: &Question, tags: &[String]) -> String {
    let hash = regex::Regex::new(r"\bm(?:[a-z]{28}|[a-z]{14})\b").expect("it is a regular expression");
    let mut seen = Vec::new();
    for found in hash.find_iter(question.sql()) {
        if !seen.contains(&found.as_str()) {
            seen.push(found.as_str());
        }
    }
    let plain = |text: &str| {
        let number = |found: &regex::Captures<'_>| format!("name{:?}", seen.iter().position(|name| **name == found[0]));
        let text = hash.replace_all(text, number).into_owned();
        tags.iter().fold(text, |text, tag| text.replace(tag, "shop"))
    };
    let mut tables: Vec<String> = match question {
        Question::Bind { tables, .. } | Question::Probe { tables, .. } => {
            tables.iter().map(|table| plain(&format!("{table:?}"))).collect()
        }
        _ => question.tables().iter().map(|table| plain(&format!("{table:?}"))).collect(),
    };
    tables.sort();
    format!("{:?} {tables:?} {}", std::mem::discriminant(question), plain(question.sql()))
}
