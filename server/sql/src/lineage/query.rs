//! Queries: WITH, set operations, VALUES.

use super::Reader;
use super::scope::{Clause, Scope};
use super::table::{Column, Columns, Find, Origins, Rest, Table};
use rustc_hash::FxHashSet;
use sqlparser::ast::{Cte, Ident, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier, Values};
use std::sync::Arc;

/// How often the second half of a recursive query is read until its columns come from no more than before.
const ROUNDS: usize = 6;

impl Reader<'_> {
    /// The columns of a query.
    #[recursive::recursive]
    pub(super) fn query(&mut self, query: &Query, parent: Option<&Scope<'_>>) -> Table {
        if !self.spend(1) || !query.pipe_operators.is_empty() {
            return Table::unknown();
        }
        let outer = self.queries.len();
        if let Some(with) = &query.with {
            with.cte_tables.iter().for_each(|cte| self.named(cte, with.recursive, parent));
        }
        let table = match &*query.body {
            SetExpr::Select(select) => self.select(select, query.order_by.as_ref(), parent),
            body => {
                let table = self.body(body, parent);
                self.ordered(query.order_by.as_ref(), &table, parent);
                table
            }
        };
        self.queries.truncate(outer);
        table
    }

    /// The names that the result of a set operation is sorted by.
    fn ordered(&mut self, order_by: Option<&OrderBy>, table: &Table, parent: Option<&Scope<'_>>) {
        if !self.copies(table.columns.len()) {
            return;
        }
        let mut scope = Scope { parent, ..Scope::default() };
        for column in table.columns.iter().filter(|column| !column.name.is_empty()) {
            scope.aliases.entry(column.name.to_ascii_lowercase()).or_insert_with(|| column.clone());
        }
        scope.murky = table.rest != Rest::Nothing;
        let Some(OrderByKind::Expressions(found)) = order_by.map(|order| &order.kind) else { return };
        found.iter().for_each(|found| drop(self.read(&found.expr, &scope, Clause::Late)));
    }

    /// A query that WITH names.
    fn named(&mut self, cte: &Cte, recursive: bool, parent: Option<&Scope<'_>>) {
        let name = cte.alias.name.value.to_ascii_lowercase();
        let names: Vec<&Ident> = cte.alias.columns.iter().map(|column| &column.name).collect();
        let query = &cte.query;
        let table = match &*query.body {
            SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier, right }
                if recursive && query.with.is_none() && query.pipe_operators.is_empty() =>
            {
                self.recursive(&name, &names, (left, *set_quantifier, right), parent)
            }
            _ => {
                if recursive {
                    self.queries.push((name.clone(), Arc::new(Table::unknown())));
                }
                let table = self.query(query, parent);
                if recursive {
                    self.queries.pop();
                }
                if names.is_empty() { table } else { self.renamed(&table, &names) }
            }
        };
        self.queries.push((name, Arc::new(table)));
    }

    /// A query that reads itself: until its columns come from no more than before, at most so often.
    fn recursive(
        &mut self,
        name: &str,
        names: &[&Ident],
        (left, quantifier, right): (&SetExpr, SetQuantifier, &SetExpr),
        parent: Option<&Scope<'_>>,
    ) -> Table {
        self.queries.push((name.to_owned(), Arc::new(Table::unknown())));
        let base = self.body(left, parent);
        self.queries.pop();
        let mut now = if names.is_empty() { base.clone() } else { self.renamed(&base, names) };
        for _ in 0..ROUNDS {
            if !self.copies(base.columns.len() + now.columns.len()) {
                break;
            }
            self.queries.push((name.to_owned(), Arc::new(now.clone())));
            let step = self.body(right, parent);
            self.queries.pop();
            let both = self.set(SetOperator::Union, quantifier, base.clone(), step);
            let next = if names.is_empty() { both } else { self.renamed(&both, names) };
            if next == now {
                return now;
            }
            now = next;
        }
        now.names_only()
    }

    #[recursive::recursive]
    fn body(&mut self, body: &SetExpr, parent: Option<&Scope<'_>>) -> Table {
        if !self.spend(1) {
            return Table::unknown();
        }
        match body {
            SetExpr::Select(select) => self.select(select, None, parent),
            SetExpr::Query(query) => self.query(query, parent),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let left = self.body(left, parent);
                let right = self.body(right, parent);
                self.set(*op, *set_quantifier, left, right)
            }
            SetExpr::Values(values) => self.values(values, parent),
            _ => Table::unknown(),
        }
    }

    fn set(&mut self, op: SetOperator, quantifier: SetQuantifier, left: Table, right: Table) -> Table {
        use SetQuantifier as Q;
        let by_name = matches!(quantifier, Q::ByName | Q::AllByName | Q::DistinctByName);
        self.by_name |= by_name;
        if by_name {
            return self.by_name(&left, &right);
        }
        // What the others leave are rows of the first.
        if op != SetOperator::Union {
            return left;
        }
        let same = left.rest == Rest::Nothing && right.rest == Rest::Nothing;
        if !same || left.columns.len() != right.columns.len() {
            let mut columns = Columns::new();
            let rest = if left.rest == Rest::Nothing { Rest::Nothing } else { Rest::Unknown };
            left.names_only().columns.into_iter().for_each(|column| columns.push(column));
            columns.more(rest);
            return columns.table();
        }
        let pairs: Vec<(Column, Column)> = left.columns.into_iter().zip(right.columns).collect();
        let columns = pairs.into_iter().map(|(left, right)| self.joined(left, Some(&right.origins))).collect();
        Table::new(columns, Rest::Nothing)
    }

    fn by_name(&mut self, left: &Table, right: &Table) -> Table {
        if !self.copies(left.columns.len() + right.columns.len()) {
            return Table::unknown();
        }
        let mut columns = Columns::new();
        let unknown = Origins::unknown();
        for column in &left.columns {
            let other = match right.find(&column.name) {
                Find::Yes(other) => Some(&*other.origins),
                Find::Maybe(_) => Some(&unknown),
                Find::No => None,
            };
            let column = self.joined(column.clone(), other);
            columns.push(column);
        }
        for column in &right.columns {
            match left.find(&column.name) {
                Find::Yes(_) => {}
                Find::Maybe(_) => columns.push(self.joined(column.clone(), Some(&unknown))),
                Find::No => columns.push(column.clone()),
            }
        }
        if left.rest != Rest::Nothing || right.rest != Rest::Nothing {
            columns.more(Rest::Unknown);
        }
        columns.table()
    }

    /// A column with what another one is made of besides.
    fn joined(&mut self, mut column: Column, other: Option<&Origins>) -> Column {
        let Some(other) = other.filter(|other| **other != *column.origins) else { return column };
        if !self.spend(1 + column.origins.reads.len() + other.reads.len()) {
            column.origins = Arc::new(Origins::unknown());
            return column;
        }
        Arc::make_mut(&mut column.origins).extend(other);
        column
    }

    fn values(&mut self, values: &Values, parent: Option<&Scope<'_>>) -> Table {
        let scope = Scope { parent, ..Scope::default() };
        let mut columns: Vec<Column> = Vec::new();
        for row in &values.rows {
            for (at, expr) in row.content.iter().take(super::MAX_COLUMNS).enumerate() {
                let origins = self.read(expr, &scope, Clause::Plain);
                match columns.get(at).cloned() {
                    Some(column) => columns[at] = self.joined(column, Some(&origins)),
                    None => columns.push(Column::new(&format!("col{at}"), None, origins)),
                }
            }
        }
        Table::new(columns, Rest::Nothing)
    }
}

/// The names of a list in small letters.
pub(super) fn lower<'n>(names: impl Iterator<Item = &'n Ident>) -> FxHashSet<String> {
    names.map(|name| name.value.to_ascii_lowercase()).collect()
}
