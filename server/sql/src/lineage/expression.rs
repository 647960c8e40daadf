//! What an expression is made of.

use super::scope::{Clause, Scope};
use super::table::{Origins, Rest};
use super::{Reader, Way};
use rustc_hash::FxHashSet;
use sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, LambdaSyntax, Query, Visit,
    Visitor, WindowType, visit_expressions,
};
use std::ops::ControlFlow;
use std::sync::Arc;

impl Reader<'_> {
    /// The columns that an expression reads.
    pub(super) fn read(&mut self, expr: &Expr, scope: &Scope<'_>, clause: Clause) -> Arc<Origins> {
        match expr {
            Expr::Nested(inner) => self.read_inner(inner, scope, clause),
            Expr::Identifier(name) => self.one(std::slice::from_ref(name), scope, clause),
            Expr::CompoundIdentifier(path) => self.one(path, scope, clause),
            Expr::Cast { expr, .. } => {
                let mut origins = self.read_inner(expr, scope, clause);
                let made = Arc::make_mut(&mut origins);
                made.way = made.way.max(Way::Converted);
                origins
            }
            _ => self.walk(expr, scope, clause),
        }
    }

    #[recursive::recursive]
    fn read_inner(&mut self, expr: &Expr, scope: &Scope<'_>, clause: Clause) -> Arc<Origins> {
        self.read(expr, scope, clause)
    }

    /// An expression that is a name.
    fn one(&mut self, path: &[Ident], scope: &Scope<'_>, clause: Clause) -> Arc<Origins> {
        match self.name(path, scope, clause) {
            Some(hit) if hit.whole => hit.origins,
            Some(mut hit) => {
                Arc::make_mut(&mut hit.origins).way = Way::Computed;
                hit.origins
            }
            None => Arc::new(Origins::unknown()),
        }
    }

    fn walk(&mut self, expr: &Expr, scope: &Scope<'_>, clause: Clause) -> Arc<Origins> {
        let made = Origins { way: Way::Computed, ..Origins::default() };
        let mut walk =
            Walk { reader: self, scope, clause, made, inside: 0, bound: Vec::new(), passed: FxHashSet::default() };
        if expr.visit(&mut walk).is_break() {
            walk.made.unknown = true;
        }
        Arc::new(walk.made)
    }
}

struct Walk<'w, 'a, 'p> {
    reader: &'w mut Reader<'a>,
    scope: &'w Scope<'p>,
    clause: Clause,
    made: Origins,
    /// How many queries are open around the place: they are read on their own.
    inside: usize,
    /// The parameters of lambdas around the place, in small letters.
    bound: Vec<(*const Expr, Vec<String>)>,
    /// Names that are no columns.
    passed: FxHashSet<*const Expr>,
}

impl Walk<'_, '_, '_> {
    fn name(&mut self, path: &[Ident]) {
        let is_bound = |name: &String| path[0].value.eq_ignore_ascii_case(name);
        if self.bound.iter().flat_map(|(_, names)| names).any(is_bound) {
            return;
        }
        match self.reader.name(path, self.scope, self.clause) {
            Some(hit) => self.extend(&hit.origins),
            None => self.made.unknown = true,
        }
    }

    fn extend(&mut self, origins: &Origins) {
        self.reader.spend(origins.reads.len());
        self.made.extend(origins);
    }

    fn bind(&mut self, expr: &Expr, names: &[&Ident]) {
        let names = names.iter().map(|name| name.value.to_ascii_lowercase()).collect();
        self.bound.push((std::ptr::from_ref(expr), names));
    }

    fn call(&mut self, function: &Function) {
        let last = function.name.0.last().and_then(|part| part.as_ident());
        let is = |word: &str| last.is_some_and(|name| name.value.eq_ignore_ascii_case(word));
        self.made.unknown |= is("columns") || matches!(function.over, Some(WindowType::NamedWindow(_)));
        if let Some(WindowType::WindowSpec(window)) = &function.over {
            self.made.unknown |= window.window_name.is_some();
        }
        let FunctionArguments::List(list) = &function.args else { return };
        for argument in &list.args {
            let (FunctionArg::Named { arg, .. } | FunctionArg::ExprNamed { arg, .. } | FunctionArg::Unnamed(arg)) =
                argument;
            self.made.unknown |= match arg {
                FunctionArgExpr::Wildcard => !is("count"),
                FunctionArgExpr::Expr(_) => false,
                _ => true,
            };
            if let FunctionArg::ExprNamed { name, .. } = argument {
                self.passed.insert(std::ptr::from_ref(name));
            }
        }
    }
}

impl Visitor for Walk<'_, '_, '_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.inside == 0 {
            if self.bound.is_empty() {
                let table = self.reader.query(query, Some(self.scope));
                self.made.unknown |= table.rest != Rest::Nothing;
                table.columns.iter().for_each(|column| self.extend(&column.origins));
            } else {
                self.made.unknown = true;
            }
        }
        self.inside += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.inside -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if !self.reader.spend(1) {
            return ControlFlow::Break(());
        }
        if self.inside > 0 || self.passed.contains(&std::ptr::from_ref(expr)) {
            return ControlFlow::Continue(());
        }
        match expr {
            Expr::Identifier(name) => self.name(std::slice::from_ref(name)),
            Expr::CompoundIdentifier(path) => self.name(path),
            // It tells whether there are rows, which depends on more than its columns.
            Expr::Exists { .. } | Expr::QualifiedWildcard(..) => self.made.unknown = true,
            Expr::Function(function) => self.call(function),
            Expr::CompoundFieldAccess { access_chain, .. } => {
                let fields = access_chain.iter().filter_map(|access| match access {
                    AccessExpr::Dot(field @ Expr::Identifier(_)) => Some(std::ptr::from_ref(field)),
                    _ => None,
                });
                self.passed.extend(fields);
            }
            Expr::Lambda(lambda) => {
                let names: Vec<&Ident> = lambda.params.iter().map(|param| &param.name).collect();
                match (lambda.syntax, names.as_slice()) {
                    // `document -> '$.name'` is written alike.
                    (LambdaSyntax::Arrow, [only]) if !names_it(&lambda.body, only) => {
                        self.name(std::slice::from_ref(*only));
                    }
                    (_, names) => self.bind(expr, names),
                }
            }
            // `[x + 1 for x in list]`, as the dialect reads it.
            Expr::Tuple(parts) => {
                if let [variables @ Expr::CompoundIdentifier(names), _, _, ..] = parts.as_slice()
                    && names.first().is_some_and(|name| names.len() == 1 || self.reader.places.comma_behind(name))
                {
                    self.passed.insert(std::ptr::from_ref(variables));
                    self.bind(expr, &names.iter().collect::<Vec<_>>());
                    // A column may be called like the variable.
                    self.made.unknown = true;
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.bound.last().is_some_and(|(of, _)| std::ptr::eq(*of, expr)) {
            self.bound.pop();
        }
        ControlFlow::Continue(())
    }
}

/// Whether an expression names something.
fn names_it(expr: &Expr, name: &Ident) -> bool {
    let found = visit_expressions(expr, |expr| {
        let first = match expr {
            Expr::Identifier(name) => Some(name),
            Expr::CompoundIdentifier(path) => path.first(),
            _ => None,
        };
        match first {
            Some(first) if first.value.eq_ignore_ascii_case(&name.value) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    found.is_break()
}
