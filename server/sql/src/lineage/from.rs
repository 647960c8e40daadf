//! FROM: tables, queries and calls, and what joins make of their columns.

use super::Reader;
use super::scope::{Clause, Hit, Item, Scope};
use super::table::{Column, Columns, Origins, Rest, Table};
use super::{Meaning, Way};
use rustc_hash::FxHashSet;
use sqlparser::ast::{
    FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, TableAlias, TableFactor,
    TableWithJoins,
};
use std::sync::Arc;

/// Whose values USING hands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    /// They are equal.
    Both,
    /// That which is not NULL.
    Either,
}

impl Reader<'_> {
    pub(super) fn from(&mut self, from: &TableWithJoins, scope: &mut Scope<'_>) {
        let start = scope.items.len();
        self.factor(&from.relation, scope);
        for join in &from.joins {
            self.join(join, start, scope);
        }
    }

    fn join(&mut self, join: &Join, start: usize, scope: &mut Scope<'_>) {
        let before = scope.items.len();
        self.factor(&join.relation, scope);
        use JoinOperator as J;
        let (constraint, side) = match &join.join_operator {
            J::Join(c) | J::Inner(c) | J::CrossJoin(c) | J::StraightJoin(c) => (c, Side::Both),
            J::Left(c) | J::LeftOuter(c) | J::Semi(c) | J::LeftSemi(c) | J::Anti(c) | J::LeftAnti(c) => (c, Side::Left),
            J::Right(c) | J::RightOuter(c) | J::RightSemi(c) | J::RightAnti(c) => (c, Side::Right),
            J::FullOuter(c) => (c, Side::Either),
            _ => {
                scope.murky = true;
                return;
            }
        };
        match constraint {
            JoinConstraint::On(condition) => drop(self.read(condition, scope, Clause::Plain)),
            JoinConstraint::Using(columns) => {
                for column in columns {
                    match column.0.as_slice() {
                        [part] => match part.as_ident() {
                            Some(name) => self.merge(name, (start, before), side, scope),
                            None => scope.murky = true,
                        },
                        _ => scope.murky = true,
                    }
                }
            }
            JoinConstraint::Natural => match self.common(&scope.items, start, before) {
                Some(names) => {
                    names.iter().for_each(|name| self.merge(&Ident::new(name), (start, before), side, scope));
                }
                None => scope.murky = true,
            },
            JoinConstraint::None => {}
        }
        match &join.join_operator {
            J::Semi(_) | J::LeftSemi(_) | J::Anti(_) | J::LeftAnti(_) => hide(&mut scope.items[before..]),
            J::RightSemi(_) | J::RightAnti(_) => hide(&mut scope.items[start..before]),
            _ => {}
        }
    }

    /// Makes one column of those with a name on both sides.
    fn merge(&mut self, name: &Ident, (start, before): (usize, usize), side: Side, scope: &mut Scope<'_>) {
        let lower = name.value.to_ascii_lowercase();
        let left = match scope.merged.get(&lower) {
            Some(column) => Some(Hit { given: column.given, origins: Arc::clone(&column.origins), whole: true }),
            None => self.of_side(&name.value, &scope.items[start..before]),
        };
        let right = self.of_side(&name.value, &scope.items[before..]);
        let given = left.as_ref().and_then(|hit| hit.given);
        let (left, right) = match (left, right) {
            (Some(left), Some(right)) => (left.origins, right.origins),
            _ => (Arc::new(Origins::unknown()), Arc::new(Origins::unknown())),
        };
        let origins = match side {
            Side::Left => left,
            Side::Right => right,
            Side::Both | Side::Either => {
                let mut both = (*left).clone();
                both.extend(&right);
                if side == Side::Either {
                    both.way = Way::Computed;
                }
                self.spend(both.reads.len());
                Arc::new(both)
            }
        };
        let column = Column::new(&name.value, given, origins);
        let meaning = Hit { given, origins: Arc::clone(&column.origins), whole: true }.meaning();
        self.note(name, if given.is_some() { Meaning::Unknown } else { meaning }, (false, false));
        for item in &mut scope.items[before..] {
            item.joined.insert(lower.clone());
        }
        scope.merged.insert(lower, column);
    }

    #[recursive::recursive]
    fn factor(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) {
        if !self.spend(1) {
            return push(scope, Vec::new(), Table::unknown());
        }
        match factor {
            TableFactor::Table { name, alias, args, version: None, .. } => {
                let call = args.as_ref().map(|args| args.args.as_slice());
                self.table(name, call, alias.as_ref(), scope);
            }
            TableFactor::Function { name, args, alias, .. } => self.table(name, Some(args), alias.as_ref(), scope),
            TableFactor::Derived { subquery, alias, .. } => {
                let table = self.query(subquery, Some(scope));
                self.push(alias.as_ref(), Vec::new(), Arc::new(table), scope);
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => self.from(table_with_joins, scope),
            TableFactor::NestedJoin { alias, .. }
            | TableFactor::Pivot { alias, .. }
            | TableFactor::Unpivot { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::TableFunction { alias, .. } => {
                self.push(alias.as_ref(), Vec::new(), Arc::new(Table::unknown()), scope);
            }
            _ => {
                push(scope, Vec::new(), Table::unknown());
                scope.murky = true;
            }
        }
    }

    /// A table, a query that WITH has named, a file or a call.
    fn table(
        &mut self,
        name: &ObjectName,
        call: Option<&[FunctionArg]>,
        alias: Option<&TableAlias>,
        scope: &mut Scope<'_>,
    ) {
        let parts: Option<Vec<&Ident>> = name.0.iter().map(|part| part.as_ident()).collect();
        let Some((parts, (first, last))) = parts.and_then(|parts| {
            let ends = (*parts.first()?, *parts.last()?);
            Some((parts, ends))
        }) else {
            return self.push(alias, Vec::new(), Arc::new(Table::unknown()), scope);
        };
        let path: Vec<String> = parts.iter().map(|part| part.value.to_ascii_lowercase()).collect();
        let is_name = first.quote_style != Some('\'');
        self.spend(self.queries.len());
        let named = match (path.as_slice(), call) {
            ([only], None) if is_name => self.queries.iter().rev().find(|(name, _)| name == only),
            _ => None,
        };
        let table = match named {
            Some((_, table)) => Arc::clone(table),
            None => match self.places.written(first, last, call.is_some()) {
                // What is called with columns is made of them in ways of its own.
                Some(written) if call.is_none_or(|arguments| self.is_constant(arguments, scope)) => {
                    self.relation(&written)
                }
                _ => Arc::new(Table::unknown()),
            },
        };
        self.push(alias, path, table, scope);
    }

    /// Whether a call reads no columns.
    fn is_constant(&mut self, arguments: &[FunctionArg], scope: &Scope<'_>) -> bool {
        arguments.iter().all(|argument| {
            let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) =
                argument;
            match arg {
                FunctionArgExpr::Expr(expr) => {
                    let origins = self.read(expr, scope, Clause::Plain);
                    origins.reads.is_empty() && !origins.unknown
                }
                _ => false,
            }
        })
    }

    /// Puts something into FROM, under its alias if it has one.
    fn push(&mut self, alias: Option<&TableAlias>, path: Vec<String>, table: Arc<Table>, scope: &mut Scope<'_>) {
        let Some(alias) = alias else { return push_shared(scope, path, table) };
        let names: Vec<&Ident> = alias.columns.iter().map(|column| &column.name).collect();
        let table = if names.is_empty() { table } else { Arc::new(self.renamed(&table, &names)) };
        push_shared(scope, vec![alias.name.value.to_ascii_lowercase()], table);
    }

    /// A table whose first columns get other names.
    pub(super) fn renamed(&mut self, table: &Table, names: &[&Ident]) -> Table {
        if !self.copies(table.columns.len() + names.len()) {
            return Table::unknown();
        }
        let mut columns = Columns::new();
        for (at, name) in names.iter().enumerate() {
            let known = table.columns.get(at).filter(|column| !column.behind);
            let origins = known.map_or_else(|| Arc::new(Origins::unknown()), |column| Arc::clone(&column.origins));
            let given = self.given(name, &origins);
            columns.push(Column::new(&name.value, given, origins));
        }
        // Which of those that are not known are renamed can't be told.
        if table.columns.len() < names.len() && table.rest != Rest::Nothing {
            columns.more(Rest::Unknown);
            return columns.table();
        }
        table.columns.iter().skip(names.len()).for_each(|column| columns.push(column.clone()));
        columns.more(table.rest);
        columns.table()
    }

    /// The names that both sides of a join have, if all are known.
    fn common(&mut self, items: &[Item], start: usize, before: usize) -> Option<Vec<String>> {
        let sides = [&items[start..before], &items[before..]];
        if sides.iter().copied().flatten().any(|item| item.table.rest != Rest::Nothing) {
            return None;
        }
        if !self.copies(items[start..].iter().map(|item| item.table.columns.len()).sum()) {
            return None;
        }
        let names = |items: &[Item]| -> Vec<String> {
            let columns = items.iter().filter(|item| item.visible).flat_map(|item| &item.table.columns);
            columns.map(|column| column.name.to_ascii_lowercase()).collect()
        };
        let right: FxHashSet<String> = names(sides[1]).into_iter().collect();
        Some(names(sides[0]).into_iter().filter(|name| right.contains(name)).collect())
    }
}

fn push(scope: &mut Scope<'_>, path: Vec<String>, table: Table) {
    push_shared(scope, path, Arc::new(table));
}

fn push_shared(scope: &mut Scope<'_>, path: Vec<String>, table: Arc<Table>) {
    scope.items.push(Item { path, table, visible: true, joined: FxHashSet::default() });
}

fn hide(items: &mut [Item]) {
    items.iter_mut().for_each(|item| item.visible = false);
}
