//! A SELECT: its list with stars and aliases, and the names in its other clauses.

use super::Reader;
use super::query::lower;
use super::scope::{Clause, Item, Scope};
use super::table::{Column, Columns, Origins, Rest, Table};
use rustc_hash::{FxHashMap, FxHashSet};
use sqlparser::ast::{
    Distinct, ExcludeSelectItem, Expr, GroupByExpr, Ident, NamedWindowExpr, ObjectName, OrderBy, OrderByKind,
    RenameSelectItem, Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, WildcardAdditionalOptions,
    visit_expressions,
};
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::sync::Arc;
use viz_text::TextRange;

/// What a star leaves out, and what it changes.
#[derive(Default)]
struct Changes {
    excluded: FxHashSet<String>,
    replaced: FxHashMap<String, Column>,
    renamed: FxHashMap<String, (String, Option<TextRange>)>,
}

impl Reader<'_> {
    pub(super) fn select(&mut self, select: &Select, order_by: Option<&OrderBy>, parent: Option<&Scope<'_>>) -> Table {
        let mut scope = Scope { parent, ..Scope::default() };
        for from in &select.from {
            self.from(from, &mut scope);
        }
        scope.murky |= !select.lateral_views.is_empty() || !select.connect_by.is_empty();
        let mut columns = Columns::new();
        if select.projection.is_empty() && select.flavor == SelectFlavor::FromFirstNoSelect {
            self.star(&mut columns, &scope, None, &WildcardAdditionalOptions::default());
        }
        for item in &select.projection {
            self.item(item, &mut columns, &mut scope);
        }
        if select.exclude.is_some() {
            columns.more(Rest::Unknown);
        }
        self.other_clauses(select, order_by, &scope);
        columns.table()
    }

    fn item(&mut self, item: &SelectItem, columns: &mut Columns, scope: &mut Scope<'_>) {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let origins = self.read(expr, scope, Clause::Plain);
                if several(expr) {
                    columns.more(Rest::Unknown);
                }
                let name = own_name(expr);
                let given = name.and_then(|name| self.places.of_name(name));
                if let Some(given) = given {
                    self.made.insert(given.start(), Arc::clone(&origins));
                }
                columns.push(Column::new(name.map_or("", |name| &name.value), given, origins));
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let origins = self.read(expr, scope, Clause::Plain);
                if calls(expr, "columns") {
                    columns.more(Rest::Unknown);
                }
                let column = Column::new(&alias.value, self.given(alias, &origins), origins);
                match scope.aliases.entry(alias.value.to_ascii_lowercase()) {
                    Entry::Vacant(entry) => {
                        entry.insert(column.clone());
                    }
                    // Which of two is meant can't be told.
                    Entry::Occupied(mut entry) => {
                        entry.insert(Column::new(&alias.value, None, Arc::new(Origins::unknown())));
                    }
                }
                columns.push(column);
            }
            SelectItem::Wildcard(options) => self.star(columns, scope, None, options),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                let name = name.0.last().and_then(|part| part.as_ident());
                match name.filter(|name| scope.items.iter().any(|item| item.is_called(&name.value))) {
                    Some(name) => self.star(columns, scope, Some(&name.value), options),
                    None => columns.more(Rest::Unknown),
                }
            }
            _ => columns.more(Rest::Unknown),
        }
    }

    /// All columns that can be seen, or those of one table.
    fn star(
        &mut self,
        columns: &mut Columns,
        scope: &Scope<'_>,
        only: Option<&str>,
        options: &WildcardAdditionalOptions,
    ) {
        if options.opt_ilike.is_some() || options.opt_alias.is_some() || scope.murky && only.is_none() {
            return columns.more(Rest::Unknown);
        }
        let mut changes = self.changes(scope, options);
        let mut seen = FxHashSet::default();
        for item in scope.items.iter().filter(|item| item.visible && only.is_none_or(|only| item.is_called(only))) {
            if !self.spend(1 + item.table.columns.len()) {
                return columns.more(Rest::Unknown);
            }
            let hidden = if only.is_none() { self.merged_of_unknown(scope, item) } else { Vec::new() };
            let listed = item.table.columns.iter().enumerate().map(|(at, column)| (item.table.is_first(at), column));
            for (first, column) in hidden.iter().map(|column| (true, column)).chain(listed) {
                if !first {
                    columns.push(Column { name: String::new(), ..column.clone() });
                    continue;
                }
                let lower = column.name.to_ascii_lowercase();
                let merged = scope.merged.get(&lower).filter(|_| only.is_none());
                if changes.excluded.contains(&lower)
                    || only.is_none() && item.joined.contains(&lower)
                    || merged.is_some() && !seen.insert(lower.clone())
                {
                    continue;
                }
                let mut column = merged.unwrap_or(column).clone();
                if let Some(other) = changes.replaced.remove(&lower) {
                    column = other;
                } else if let Some((name, given)) = changes.renamed.remove(&lower) {
                    column = Column { name, given, ..column };
                }
                columns.push(column);
            }
            // What is made from columns that are not known is known all the same.
            if item.table.rest != Rest::Nothing {
                for (_, column) in changes.replaced.drain() {
                    columns.push(column);
                }
                for (old, (name, given)) in changes.renamed.drain() {
                    let hit = match scope.merged.get(&old).filter(|_| only.is_none()) {
                        Some(merged) => Some(Arc::clone(&merged.origins)),
                        None if only.is_some() => self.of_side(&old, std::slice::from_ref(item)).map(|hit| hit.origins),
                        None => self.of_side(&old, &scope.items).map(|hit| hit.origins),
                    };
                    let origins = hit.unwrap_or_else(|| Arc::new(Origins::unknown()));
                    // A column that isn't known may have the new name, too.
                    columns.push(Column { behind: true, ..Column::new(&name, given, origins) });
                }
            }
            columns.more(item.table.rest);
        }
    }

    /// What USING makes of columns that a table has, but that aren't known.
    fn merged_of_unknown(&mut self, scope: &Scope<'_>, item: &Item) -> Vec<Column> {
        if item.table.rest == Rest::Nothing || !self.spend(scope.merged.len() * scope.items.len()) {
            return Vec::new();
        }
        let lists = |name: &String| {
            let mut others = scope.items.iter().filter(|other| other.visible && !other.joined.contains(name));
            others.any(|other| other.table.lists(name))
        };
        let mut names: Vec<&String> = scope.merged.keys().collect();
        names.retain(|name| !item.joined.contains(*name) && !lists(name));
        names.sort_unstable();
        names.into_iter().map(|name| scope.merged[name].clone()).collect()
    }

    fn changes(&mut self, scope: &Scope<'_>, options: &WildcardAdditionalOptions) -> Changes {
        let mut changes = Changes::default();
        let mut excluded: Vec<&Ident> = Vec::new();
        match &options.opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => excluded.extend(last(name)),
            Some(ExcludeSelectItem::Multiple(names)) => excluded.extend(names.iter().filter_map(last)),
            None => {}
        }
        if let Some(except) = &options.opt_except {
            excluded.push(&except.first_element);
            excluded.extend(&except.additional_elements);
        }
        for name in &excluded {
            self.name(std::slice::from_ref(name), scope, Clause::Plain);
        }
        changes.excluded = lower(excluded.into_iter());
        for replaced in options.opt_replace.iter().flat_map(|replace| &replace.items) {
            let origins = self.read(&replaced.expr, scope, Clause::Plain);
            let name = &replaced.column_name;
            let column = Column::new(&name.value, self.given(name, &origins), origins);
            changes.replaced.insert(name.value.to_ascii_lowercase(), column);
        }
        let renamed = match &options.opt_rename {
            Some(RenameSelectItem::Single(one)) => std::slice::from_ref(one),
            Some(RenameSelectItem::Multiple(all)) => all.as_slice(),
            None => &[],
        };
        for renamed in renamed {
            let origins = self.read(&Expr::Identifier(renamed.ident.clone()), scope, Clause::Plain);
            let name = (renamed.alias.value.clone(), self.given(&renamed.alias, &origins));
            changes.renamed.insert(renamed.ident.value.to_ascii_lowercase(), name);
        }
        changes
    }

    /// The names that decide which rows there are, and in which order.
    fn other_clauses(&mut self, select: &Select, order_by: Option<&OrderBy>, scope: &Scope<'_>) {
        let mut read = |expr: &Expr, clause| drop(self.read(expr, scope, clause));
        if let Some(Distinct::On(found)) = &select.distinct {
            found.iter().for_each(|expr| read(expr, Clause::Late));
        }
        select.selection.iter().for_each(|expr| read(expr, Clause::Plain));
        if let GroupByExpr::Expressions(found, _) = &select.group_by {
            found.iter().for_each(|expr| read(expr, Clause::Group));
        }
        select.having.iter().chain(&select.qualify).for_each(|expr| read(expr, Clause::Late));
        for window in &select.named_window {
            if let NamedWindowExpr::WindowSpec(window) = &window.1 {
                window.partition_by.iter().for_each(|expr| read(expr, Clause::Late));
                window.order_by.iter().for_each(|found| read(&found.expr, Clause::Late));
            }
        }
        let Some(OrderByKind::Expressions(found)) = order_by.map(|order| &order.kind) else { return };
        // An alias comes first here.
        let aliases = Scope { aliases: scope.aliases.clone(), ..Scope::default() };
        for found in found {
            match &found.expr {
                Expr::Identifier(name) if aliases.aliases.contains_key(&name.value.to_ascii_lowercase()) => {
                    self.name(std::slice::from_ref(name), &aliases, Clause::Late);
                }
                expr => drop(self.read(expr, scope, Clause::Late)),
            }
        }
    }
}

fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last()?.as_ident()
}

/// The name that an expression gives itself.
fn own_name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Nested(inner) => own_name(inner),
        Expr::Identifier(name) if !name.value.starts_with('#') => Some(name),
        Expr::CompoundIdentifier(path) => path.last(),
        _ => None,
    }
}

/// Whether an expression without an alias may stand for several columns.
fn several(expr: &Expr) -> bool {
    calls(expr, "columns") || calls(expr, "unnest")
}

/// Whether a function is called somewhere in an expression.
fn calls(expr: &Expr, function: &str) -> bool {
    let found = visit_expressions(expr, |expr| match expr {
        Expr::Function(found) if last(&found.name).is_some_and(|name| name.value.eq_ignore_ascii_case(function)) => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}
