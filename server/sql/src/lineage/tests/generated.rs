//! Queries made together with the origins of their columns. That the origins are right was found out with DuckDB, over tables whose values are
//! the names of their columns: what a query gives then tells where it comes from.

use super::super::lineage;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The tables: all have `k`.
const TABLES: [(&str, &[&str]); 3] = [("t", &["k", "a", "b"]), ("u", &["k", "b", "c"]), ("v", &["k", "x", "y"])];

/// Names that are given: some are columns of tables.
const NAMES: [&str; 6] = ["a", "b", "x", "y", "p", "q"];

type Origins = BTreeSet<String>;

/// A column that can be named, or one whose name only the engine knows.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    origins: Origins,
}

struct Maker<'c> {
    choices: std::slice::Iter<'c, u8>,
    aliases: usize,
    /// Whether a star hands on two columns of a name: the engine calls the second one as it likes.
    doubled: bool,
    /// Queries of WITH.
    named: Vec<(String, Vec<Column>)>,
}

impl Maker<'_> {
    fn pick(&mut self, of: usize) -> usize {
        usize::from(self.choices.next().copied().unwrap_or(0)) % of.max(1)
    }

    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("s{}", self.aliases)
    }

    /// Something to read, with its alias.
    fn source(&mut self, depth: usize) -> (String, String, Vec<Column>) {
        let alias = self.alias();
        match self.pick(5) {
            3 if depth > 0 => {
                let (sql, columns) = self.query(depth - 1);
                (format!("({sql}) {alias}"), alias, columns)
            }
            4 if !self.named.is_empty() => {
                let at = self.pick(self.named.len());
                let (name, columns) = self.named[at].clone();
                (format!("{name} {alias}"), alias, columns)
            }
            other => {
                let (table, names) = TABLES[other % 3];
                let column = |name: &&str| Column {
                    name: (*name).to_owned(),
                    origins: BTreeSet::from([format!("{table}.{name}")]),
                };
                (format!("{table} {alias}"), alias, names.iter().map(column).collect())
            }
        }
    }

    fn query(&mut self, depth: usize) -> (String, Vec<Column>) {
        match self.pick(8) {
            0 if depth > 0 => {
                let (sql, columns) = self.query(depth - 1);
                let name = format!("w{}", self.named.len());
                self.named.push((name.clone(), columns));
                let (rest, columns) = self.query(depth - 1);
                self.named.pop();
                (format!("with {name} as ({sql}) ({rest})"), columns)
            }
            1 if depth > 0 => {
                let ((left, a), (right, b)) = (self.query(depth - 1), self.query(depth - 1));
                if a.len() != b.len() {
                    return (left, a);
                }
                let columns = a.into_iter().zip(b).map(|(mut a, b)| {
                    a.origins.extend(b.origins);
                    a
                });
                (format!("({left}) union all ({right})"), columns.collect())
            }
            2 if depth > 0 => {
                let ((left, mut a), (right, b)) = (self.query(depth - 1), self.query(depth - 1));
                if twice(&a) || twice(&b) {
                    return (right, b);
                }
                for column in b {
                    match a.iter_mut().find(|own| own.name == column.name) {
                        Some(own) => own.origins.extend(column.origins),
                        None => a.push(column),
                    }
                }
                (format!("({left}) union all by name ({right})"), a)
            }
            _ => self.select(depth),
        }
    }

    fn select(&mut self, depth: usize) -> (String, Vec<Column>) {
        let mut sources = vec![self.source(depth)];
        let mut from = sources[0].0.clone();
        let mut merged: Option<Column> = None;
        if self.pick(2) == 1 {
            let (sql, alias, columns) = self.source(depth);
            let key = |columns: &[Column]| columns.iter().find(|column| column.name == "k").cloned();
            match (self.pick(3), key(&sources[0].2), key(&columns)) {
                (0, Some(mut left), Some(right)) => {
                    from = format!("{from} join {sql} using (k)");
                    left.origins.extend(right.origins);
                    merged = Some(left);
                }
                _ => from = format!("{from}, {sql}"),
            }
            sources.push((sql, alias, columns));
        }
        let mut items: Vec<String> = Vec::new();
        let (mut columns, mut given): (Vec<Column>, Vec<Column>) = (Vec::new(), Vec::new());
        for _ in 0..=self.pick(3) {
            if self.pick(6) == 0 {
                let (sql, found) = self.star(&sources, merged.as_ref());
                items.push(sql);
                columns.extend(found);
                continue;
            }
            let (sql, origins) = self.expression(&sources, merged.as_ref(), &given, depth);
            let name = NAMES[self.pick(NAMES.len())].to_owned();
            items.push(format!("{sql} as {name}"));
            let column = Column { name, origins };
            // Of two of a name, none is named; a query in what a name stands for is refused.
            let known = given.len();
            given.retain(|other| other.name != column.name);
            if given.len() == known
                && !items.iter().any(|item| item.contains("(select"))
                && columns.iter().all(|other| other.name != column.name)
            {
                given.push(column.clone());
            }
            columns.push(column);
        }
        (format!("select {} from {from}", items.join(", ")), columns)
    }

    fn star(&mut self, sources: &[(String, String, Vec<Column>)], merged: Option<&Column>) -> (String, Vec<Column>) {
        let at = self.pick(sources.len() + 1);
        self.doubled |= sources.iter().any(|(_, _, columns)| twice(columns));
        if let Some((_, alias, columns)) = sources.get(at) {
            return (format!("{alias}.*"), columns.clone());
        }
        let mut all: Vec<Column> = Vec::new();
        for (at, (_, _, columns)) in sources.iter().enumerate() {
            let mut seen = false;
            for column in columns {
                match merged.filter(|merged| merged.name == column.name && !seen) {
                    Some(merged) => {
                        seen = true;
                        if at == 0 {
                            all.push(merged.clone());
                        }
                    }
                    None => all.push(column.clone()),
                }
            }
        }
        let Some(chosen) = all.get(self.pick(all.len())).cloned().filter(|_| !twice(&all)) else {
            return ("*".to_owned(), all);
        };
        match self.pick(4) {
            0 if all.len() > 1 => {
                all.retain(|column| column.name != chosen.name);
                (format!("* exclude ({})", chosen.name), all)
            }
            1 => {
                let (sql, origins) = self.column(sources, merged);
                let own = all.iter_mut().find(|column| column.name == chosen.name);
                own.expect("it was chosen").origins = origins;
                (format!("* replace (upper({sql}) as {})", chosen.name), all)
            }
            2 => {
                let own = all.iter_mut().find(|column| column.name == chosen.name);
                "z".clone_into(&mut own.expect("it was chosen").name);
                (format!("* rename ({} as z)", chosen.name), all)
            }
            _ => ("*".to_owned(), all),
        }
    }

    /// A column of a source: bare where only one has it.
    fn column(&mut self, sources: &[(String, String, Vec<Column>)], merged: Option<&Column>) -> (String, Origins) {
        let (_, alias, columns) = &sources[self.pick(sources.len())];
        let name = columns[self.pick(columns.len())].name.clone();
        let column = columns.iter().find(|column| column.name == name).expect("the first of its name");
        let owners = sources.iter().filter(|(_, _, columns)| columns.iter().any(|other| other.name == name)).count();
        match merged.filter(|merged| merged.name == name) {
            Some(merged) if self.pick(2) == 0 => (name, merged.origins.clone()),
            None if owners == 1 && self.pick(2) == 0 => (name, column.origins.clone()),
            _ => (format!("{alias}.{name}"), column.origins.clone()),
        }
    }

    fn expression(
        &mut self,
        sources: &[(String, String, Vec<Column>)],
        merged: Option<&Column>,
        given: &[Column],
        depth: usize,
    ) -> (String, Origins) {
        match self.pick(6) {
            0 => {
                let ((a, mut found), (b, more)) = (self.column(sources, merged), self.column(sources, merged));
                found.extend(more);
                (format!("{a} || {b}"), found)
            }
            1 => {
                let (sql, found) = self.column(sources, merged);
                (format!("cast({sql} as varchar)"), found)
            }
            // A name that was given before, if no table has it.
            2 if !given.is_empty() => {
                let alias = &given[self.pick(given.len())];
                if sources.iter().any(|(_, _, columns)| columns.iter().any(|column| column.name == alias.name)) {
                    return self.column(sources, merged);
                }
                (format!("lower({})", alias.name), alias.origins.clone())
            }
            3 if depth > 0 => {
                let inner = self.source(depth - 1);
                let (own, mut found) = self.column(std::slice::from_ref(&inner), None);
                // One of outside, with its table.
                let (_, alias, columns) = &sources[self.pick(sources.len())];
                let outer = &columns[0];
                found.extend(outer.origins.clone());
                let sql = format!("(select max({own} || {alias}.{}) from {})", outer.name, inner.0);
                (sql, found)
            }
            _ => self.column(sources, merged),
        }
    }
}

/// Whether a name is given twice.
fn twice(columns: &[Column]) -> bool {
    let names: BTreeSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    names.len() < columns.len()
}

fn claimed(sql: &str, known: &dyn Fn(&str) -> Option<Vec<String>>) -> Vec<(Origins, bool)> {
    let found = lineage(sql, known).unwrap_or_else(|| panic!("{sql} is read"));
    let origins = |column: &super::LineageColumn| {
        let reads = column.origins.reads.iter().map(|at| super::read(&found, *at)).collect();
        (reads, column.origins.unknown)
    };
    found.columns.iter().map(origins).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// With known tables all is told as it is; with unknown ones nothing that is wrong.
    #[test]
    fn what_is_told_is_so(choices in proptest::collection::vec(any::<u8>(), 0..120), hidden in 0..4_usize) {
        let mut maker = Maker { choices: choices.iter(), aliases: 0, doubled: false, named: Vec::new() };
        let (sql, columns) = maker.query(3);
        let names = |table: &str| TABLES.iter().find(|(name, _)| *name == table).map(|(_, names)| names.iter().map(|name| (*name).to_owned()).collect());
        let truth: Vec<Origins> = columns.iter().map(|column| column.origins.clone()).collect();
        let told = claimed(&sql, &names);
        prop_assert_eq!(told.len(), truth.len(), "{}", sql);
        for ((origins, unknown), truth) in told.iter().zip(&truth) {
            prop_assert!(origins.is_subset(truth), "{}: {:?} of {:?}", sql, origins, truth);
            prop_assert!(maker.doubled && *unknown || origins == truth, "{}: {:?} of {:?}", sql, origins, truth);
        }

        let partly = |table: &str| names(table).filter(|_| TABLES.get(hidden).is_none_or(|(name, _)| *name != table));
        let some = lineage(&sql, &partly).expect("it is read");
        for column in some.columns.iter().filter(|column| column.first) {
            // The first of its name, so that it can be found among all.
            let Some(truth) = columns.iter().find(|other| other.name.eq_ignore_ascii_case(&column.name)) else { continue };
            if some.columns.iter().find(|other| other.name == column.name) != Some(column) {
                continue;
            }
            let reads: Origins = column.origins.reads.iter().map(|at| super::read(&some, *at)).collect();
            prop_assert!(reads.is_subset(&truth.origins), "{}: {} of {:?}", sql, column.name, reads);
            prop_assert!(column.origins.unknown || reads == truth.origins, "{}: {} of {:?}", sql, column.name, reads);
        }
    }
}
