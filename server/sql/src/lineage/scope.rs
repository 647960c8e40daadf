//! What a name of a column means, by the tables that can be seen where it stands.

use super::table::{Column, Find, Origins, Table};
use super::{Meaning, Reader, Way};
use rustc_hash::{FxHashMap, FxHashSet};
use sqlparser::ast::Ident;
use std::sync::Arc;
use viz_text::TextRange;

/// Words without quotes that DuckDB computes.
const COMPUTED: [&str; 12] = [
    "current_user",
    "session_user",
    "user",
    "current_role",
    "current_schema",
    "current_catalog",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "default",
];

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clause {
    /// Columns of tables come before the aliases of the SELECT.
    Plain,
    /// As before, and what is grouped may be an alias.
    Group,
    /// Which comes first depends on how it stands there.
    Late,
}

/// Something in FROM.
pub(super) struct Item {
    /// Its alias or the parts of its name, in small letters.
    pub(super) path: Vec<String>,
    pub(super) table: Arc<Table>,
    /// Whether it can be seen outside of its join.
    pub(super) visible: bool,
    /// The columns that USING makes one with those of the left side, in small letters.
    pub(super) joined: FxHashSet<String>,
}

impl Item {
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.path.last().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

/// What can be seen in a SELECT.
#[derive(Default)]
pub(super) struct Scope<'p> {
    pub(super) items: Vec<Item>,
    /// What USING makes of two columns, by its name in small letters.
    pub(super) merged: FxHashMap<String, Column>,
    /// The names that the SELECT has given so far, in small letters.
    pub(super) aliases: FxHashMap<String, Column>,
    /// Whether columns are made one that are not known.
    pub(super) murky: bool,
    pub(super) parent: Option<&'p Scope<'p>>,
}

/// A column that a name means.
pub(super) struct Hit {
    pub(super) given: Option<TextRange>,
    pub(super) origins: Arc<Origins>,
    /// Whether the name means all of it, no field in it.
    pub(super) whole: bool,
}

impl Hit {
    fn of(column: &Column) -> Self {
        Self { given: column.given, origins: Arc::clone(&column.origins), whole: true }
    }

    /// What is known of the meaning of the name.
    pub(super) fn meaning(&self) -> Meaning {
        let origins = &self.origins;
        match self.given {
            Some(given) => Meaning::Made(given),
            None if !origins.unknown && !origins.reads.is_empty() && origins.way == Way::HandedOn => {
                Meaning::Read(origins.reads.iter().copied().collect())
            }
            None => Meaning::Unknown,
        }
    }
}

/// What is known of a name.
enum Seen {
    Hit(Hit),
    /// It may be this, or something else.
    Perhaps(Option<Hit>),
    No,
}

impl Reader<'_> {
    /// What a name means, with its qualifiers; remembered for the text.
    pub(super) fn name(&mut self, path: &[Ident], scope: &Scope<'_>, clause: Clause) -> Option<Hit> {
        if !self.spend(1 + scope.items.len()) {
            return None;
        }
        let late = clause != Clause::Plain;
        let [first, rest @ ..] = path else { return None };
        if rest.is_empty() {
            let hit = self.bare(first, scope, clause);
            self.note(first, hit.as_ref().map_or(Meaning::Unknown, Hit::meaning), (late, false));
            return hit;
        }
        let (hit, at) = self.qualified(path, scope, clause)?;
        self.note(&path[at], hit.meaning(), (late, at > 0));
        Some(Hit { whole: hit.whole && at + 1 == path.len(), ..hit })
    }

    fn bare(&mut self, name: &Ident, scope: &Scope<'_>, clause: Clause) -> Option<Hit> {
        match self.seen(name, scope, clause) {
            Seen::Hit(hit) => Some(hit),
            _ => None,
        }
    }

    fn seen(&mut self, name: &Ident, scope: &Scope<'_>, clause: Clause) -> Seen {
        let lower = name.value.to_ascii_lowercase();
        if lower.starts_with('#') || name.quote_style.is_none() && COMPUTED.contains(&lower.as_str()) {
            return Seen::Perhaps(None);
        }
        let alias = scope.aliases.get(&lower);
        let own = match scope.merged.get(&lower) {
            Some(column) => Seen::Hit(Hit::of(column)),
            None if scope.murky => Seen::Perhaps(None),
            None => self.of_items(&name.value, scope.items.iter()),
        };
        match (own, alias) {
            (Seen::Hit(hit), None) => Seen::Hit(hit),
            (Seen::Hit(hit), Some(_)) if clause != Clause::Late => Seen::Hit(hit),
            (Seen::No, Some(alias)) => Seen::Hit(Hit::of(alias)),
            (_, Some(_)) => Seen::Perhaps(None),
            (Seen::Perhaps(hit), None) => {
                // A row of a table, or a column farther out?
                let other = scope.items.iter().any(|item| item.is_called(&lower))
                    || scope.parent.is_some_and(|parent| !matches!(self.seen(name, parent, clause), Seen::No));
                match hit {
                    Some(hit) if !other => Seen::Hit(hit),
                    _ => Seen::Perhaps(None),
                }
            }
            (Seen::No, None) if scope.items.iter().any(|item| item.is_called(&lower)) => Seen::Perhaps(None),
            (Seen::No, None) => match scope.parent {
                Some(parent) if !parent.aliases.contains_key(&lower) => self.seen(name, parent, clause),
                Some(_) => Seen::Perhaps(None),
                None => Seen::No,
            },
        }
    }

    /// What tables say of a name together.
    fn of_items<'i>(&mut self, name: &str, items: impl Iterator<Item = &'i Item>) -> Seen {
        let (mut yes, mut maybe) = (Vec::new(), Vec::new());
        for item in items.filter(|item| item.visible) {
            if !self.spend(1) {
                return Seen::Perhaps(None);
            }
            match item.table.find(name) {
                Find::Yes(column) => yes.push(Hit::of(column)),
                Find::Maybe(relation) => maybe.push(relation),
                Find::No => {}
            }
        }
        match (yes.len(), maybe.as_slice()) {
            (0, []) => Seen::No,
            (1, _) => yes.pop().map_or(Seen::No, Seen::Hit),
            (0, [Some(relation)]) => Seen::Perhaps(Some(self.hit_of(*relation, name))),
            _ => Seen::Perhaps(None),
        }
    }

    /// The column of one side of a join that USING means: each side has it.
    pub(super) fn of_side(&mut self, name: &str, items: &[Item]) -> Option<Hit> {
        match self.of_items(name, items.iter()) {
            Seen::Hit(hit) | Seen::Perhaps(Some(hit)) => Some(hit),
            _ => None,
        }
    }

    fn hit_of(&mut self, relation: usize, column: &str) -> Hit {
        Hit { given: None, origins: Arc::new(self.read_of(relation, column)), whole: true }
    }

    /// The column that a name with qualifiers means, and which part of it is its name.
    fn qualified(&mut self, path: &[Ident], scope: &Scope<'_>, clause: Clause) -> Option<(Hit, usize)> {
        if !self.spend(1 + scope.items.len()) {
            return None;
        }
        // `schema.table.column`
        for at in (1..path.len().min(4)).rev() {
            let (of, column) = (&path[..at], &path[at].value);
            let fits = |item: &&Item| {
                let from = item.path.len().checked_sub(of.len());
                from.is_some_and(|from| {
                    item.path[from..].iter().zip(of).all(|(own, part)| own.eq_ignore_ascii_case(&part.value))
                })
            };
            let fitting: Vec<&Item> = scope.items.iter().filter(fits).collect();
            let [item] = fitting.as_slice() else {
                if fitting.is_empty() {
                    continue;
                }
                return None;
            };
            match item.table.find(column) {
                Find::Yes(column) => return Some((Hit::of(column), at)),
                // Or a field of a column that is called like the table?
                Find::Maybe(Some(relation)) if matches!(self.seen(&path[0], scope, clause), Seen::Perhaps(None)) => {
                    return Some((self.hit_of(relation, column), at));
                }
                Find::Maybe(_) => return None,
                Find::No => {}
            }
        }
        if scope.items.iter().any(|item| item.is_called(&path[0].value)) {
            return None;
        }
        let lower = path[0].value.to_ascii_lowercase();
        let none_here = !scope.murky
            && !scope.merged.contains_key(&lower)
            && !scope.aliases.contains_key(&lower)
            && matches!(self.of_items(&lower, scope.items.iter()), Seen::No);
        if none_here {
            return scope.parent.and_then(|parent| self.qualified(path, parent, clause));
        }
        // A field of a column.
        self.bare(&path[0], scope, clause).map(|hit| (hit, 0))
    }
}
