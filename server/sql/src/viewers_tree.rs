//! Whether two expressions are one and the same tree to the parser of DuckDB 1.4, the viewers' engine: that, and nothing
//! else, makes an expression behind GROUP BY the one that is selected. DuckDB 2.0, by which everything is bound here, keeps
//! the names of types and the calls of `if` as they are typed, and takes some calls for what they make.
//!
//! The differences are those of 5,000 expressions and SQLGlot's texts of them, grouped by in both (`server/sql/generate`).

use crate::engine_1_4::without_underscores;
use crate::parse::parse_expression;
use crate::tokens::{Token, tokenize};
use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator,
    FunctionArguments, Ident, ObjectName, TrimWhereField, UnaryOperator, visit_expressions_mut,
};
use sqlparser::tokenizer::Token as T;
use std::ops::ControlFlow;

/// Other names of types, as `duckdb_types()` of 1.4.3 has them, and the types.
const TYPES: &[(&str, &str)] = &[
    ("BINARY", "BLOB"),
    ("BITSTRING", "BIT"),
    ("BOOL", "BOOLEAN"),
    ("BPCHAR", "VARCHAR"),
    ("BYTEA", "BLOB"),
    ("CHAR", "VARCHAR"),
    ("CHAR VARYING", "VARCHAR"),
    ("CHARACTER", "VARCHAR"),
    ("CHARACTER VARYING", "VARCHAR"),
    ("DATETIME", "TIMESTAMP"),
    ("DEC", "DECIMAL(18,3)"),
    ("DECIMAL", "DECIMAL(18,3)"),
    ("DOUBLE PRECISION", "DOUBLE"),
    ("FLOAT4", "FLOAT"),
    ("FLOAT8", "DOUBLE"),
    ("GUID", "UUID"),
    ("INT", "INTEGER"),
    ("INT1", "TINYINT"),
    ("INT128", "HUGEINT"),
    ("INT16", "SMALLINT"),
    ("INT2", "SMALLINT"),
    ("INT32", "INTEGER"),
    ("INT4", "INTEGER"),
    ("INT64", "BIGINT"),
    ("INT8", "BIGINT"),
    ("INTEGRAL", "INTEGER"),
    ("LOGICAL", "BOOLEAN"),
    ("LONG", "BIGINT"),
    ("NCHAR", "VARCHAR"),
    ("NUMERIC", "DECIMAL(18,3)"),
    ("NVARCHAR", "VARCHAR"),
    ("OID", "BIGINT"),
    ("REAL", "FLOAT"),
    ("SHORT", "SMALLINT"),
    ("SIGNED", "INTEGER"),
    ("STRING", "VARCHAR"),
    ("TEXT", "VARCHAR"),
    ("TIME WITH TIME ZONE", "TIMETZ"),
    ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"),
    ("TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP"),
    ("TIMESTAMP_US", "TIMESTAMP"),
    ("TIME WITHOUT TIME ZONE", "TIME"),
    ("UINT128", "UHUGEINT"),
    ("UINT16", "USMALLINT"),
    ("UINT32", "UINTEGER"),
    ("UINT64", "UBIGINT"),
    ("UINT8", "UTINYINT"),
    ("VARBINARY", "BLOB"),
];

/// Types of extensions that DuckDB loads by itself.
const TYPES_OF_EXTENSIONS: [&str; 2] = ["JSON", "INET"];

/// Calls that 2.0 takes for what they make, and 1.4 does not.
const CALLS: [&str; 2] = ["struct_pack", "list_value"];

/// Parts of dates that are words of 1.4's grammar.
const UNITS: [&str; 13] = [
    "YEAR",
    "MONTH",
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "MILLISECOND",
    "MICROSECOND",
    "WEEK",
    "QUARTER",
    "DECADE",
    "CENTURY",
    "MILLENNIUM",
];

/// How the viewers' engine sees two texts of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alike {
    /// They are one tree.
    Yes,
    /// They are not, though they are to DuckDB 2.0.
    No,
    /// DuckDB 2.0 sees it as 1.4 does.
    AsIn2_0,
}

/// Whether what is typed and what is grouped by are alike.
pub(crate) fn alike(typed: &str, grouped: &str) -> Alike {
    let (typed, grouped) = (without_underscores(typed), without_underscores(grouped));
    let (Ok(one), Ok(other)) = (parse_expression(&typed), parse_expression(&grouped)) else { return Alike::AsIn2_0 };
    let mut seen = Seen { call: types_of_extensions(&typed) != types_of_extensions(&grouped), unit: false };
    let spelled = !seen.call;
    let (one, other) = (tree(one, &mut seen), tree(other, &mut Seen::default()));
    if one == other && spelled && !seen.unit {
        Alike::Yes
    } else if seen.call {
        Alike::No
    } else {
        Alike::AsIn2_0
    }
}

/// The names of types that 1.4's parser does not know, as they are written: it compares them by their letters.
fn types_of_extensions(sql: &str) -> Vec<String> {
    let upper = sql.to_ascii_uppercase();
    if !TYPES_OF_EXTENSIONS.iter().any(|name| upper.contains(name)) {
        return Vec::new();
    }
    let tokens: Vec<Token> = tokenize(sql).unwrap_or_default().into_iter().filter(|token| !token.is_space()).collect();
    let name = |(at, token): (usize, &Token)| match &token.token {
        T::Word(word) if TYPES_OF_EXTENSIONS.iter().any(|known| word.value.eq_ignore_ascii_case(known)) => {
            let called = tokens.get(at + 1).is_some_and(|next| next.token == T::LParen);
            (!called).then(|| word.value.clone())
        }
        _ => None,
    };
    tokens.iter().enumerate().filter_map(name).collect()
}

/// What is in an expression.
#[derive(Default)]
struct Seen {
    /// One of [`CALLS`], or a `trim … from`.
    call: bool,
    /// A part of a date that is no word of the grammar: its letters count, and are lost in the tree.
    unit: bool,
}

/// The tree as a text.
fn tree(mut expression: Expr, seen: &mut Seen) -> String {
    let _: ControlFlow<()> = visit_expressions_mut(&mut expression, |node| {
        let old = std::mem::replace(node, Expr::Wildcard(AttachedToken::empty()));
        *node = as_parsed(old, seen);
        ControlFlow::Continue(())
    });
    expression.to_string()
}

/// One node whose children are done.
fn as_parsed(node: Expr, seen: &mut Seen) -> Expr {
    match node {
        Expr::Nested(inner) => *inner,
        Expr::Cast { kind: CastKind::DoubleColon | CastKind::Cast, expr, data_type, format } => {
            Expr::Cast { kind: CastKind::Cast, expr, data_type: type_named(&data_type), format }
        }
        Expr::Cast { kind, expr, data_type, format } => {
            Expr::Cast { kind, expr, data_type: type_named(&data_type), format }
        }
        Expr::TypedString(typed) => Expr::Cast {
            kind: CastKind::Cast,
            expr: Box::new(Expr::Value(typed.value)),
            data_type: type_named(&typed.data_type),
            format: None,
        },
        // `trim(both a from b)` is `trim(b, a)`.
        Expr::Trim { expr, trim_where: None | Some(TrimWhereField::Both), trim_what, trim_characters } => {
            let characters = trim_what.map(|what| vec![*what]).or(trim_characters);
            Expr::Trim { expr, trim_where: None, trim_what: None, trim_characters: characters }
        }
        Expr::Trim { expr, trim_where: Some(place), trim_what, trim_characters } => {
            seen.call = true;
            Expr::Trim { expr, trim_where: Some(place), trim_what, trim_characters }
        }
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::PGRegexMatch => call("regexp_full_match", [*left, *right]),
            BinaryOperator::PGRegexNotMatch => Expr::Nested(Box::new(Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr: Box::new(call("regexp_full_match", [*left, *right])),
            })),
            op => Expr::Nested(Box::new(Expr::BinaryOp { left, op, right })),
        },
        Expr::Function(function) => function_as_parsed(function, seen),
        Expr::Extract { field, syntax, expr } => {
            seen.unit |= !UNITS.contains(&field.to_string().as_str());
            Expr::Nested(Box::new(Expr::Extract { field, syntax, expr }))
        }
        atom @ (Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_)) => atom,
        // Parentheses say nothing else than the tree.
        other => Expr::Nested(Box::new(other)),
    }
}

fn function_as_parsed(mut function: Function, seen: &mut Seen) -> Expr {
    let name = function.name.to_string().to_lowercase();
    seen.call |= CALLS.contains(&name.as_str());
    function.name = ObjectName::from(vec![Ident::new(name.as_str())]);
    if let FunctionArguments::List(list) = &mut function.args {
        list.args = std::mem::take(&mut list.args).into_iter().map(compared).collect();
    }
    let plain = function.over.is_none() && function.filter.is_none() && function.within_group.is_empty();
    if plain
        && name == "if"
        && let Some([condition, then, otherwise]) = arguments(&function)
    {
        return Expr::Nested(Box::new(Expr::Case {
            case_token: AttachedToken::empty(),
            end_token: AttachedToken::empty(),
            operand: None,
            conditions: vec![CaseWhen { condition, result: then }],
            else_result: Some(Box::new(otherwise)),
        }));
    }
    if name == "ifnull" {
        function.name = ObjectName::from(vec![Ident::new("coalesce")]);
    }
    Expr::Function(function)
}

/// `f(a = b)` compares: sqlparser reads a name and its argument.
fn compared(argument: FunctionArg) -> FunctionArg {
    let equals = |left: Expr, right: Expr| {
        let both = Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::Eq, right: Box::new(right) };
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Nested(Box::new(both))))
    };
    match argument {
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(right), operator: FunctionArgOperator::Equals } => {
            equals(Expr::Identifier(name), right)
        }
        FunctionArg::ExprNamed { name, arg: FunctionArgExpr::Expr(right), operator: FunctionArgOperator::Equals } => {
            equals(name, right)
        }
        other => other,
    }
}

/// The arguments of a call, if they are three without names.
fn arguments(function: &Function) -> Option<[Expr; 3]> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let plain = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression.clone()),
        _ => None,
    };
    list.args.iter().map(plain).collect::<Option<Vec<_>>>()?.try_into().ok()
}

fn call(name: &str, arguments: [Expr; 2]) -> Expr {
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    Expr::Identifier(Ident::new(format!("{name}({})", arguments.join(", "))))
}

/// A type by the name that the parser gives it.
fn type_named(data_type: &DataType) -> DataType {
    let text = data_type.to_string().to_uppercase();
    let (name, lists) = text.find('[').map_or((text.as_str(), ""), |at| text.split_at(at));
    let bare = name.split('(').next().unwrap_or_default().trim_end();
    let known = TYPES.iter().find(|(other, _)| *other == bare).map_or(bare, |(_, name)| name);
    // The length of a text counts for nothing.
    let parameters = name.get(bare.len()..).filter(|_| known != "VARCHAR").unwrap_or_default();
    let known = if parameters.is_empty() { known } else { known.split('(').next().unwrap_or(known) };
    DataType::Custom(
        ObjectName::from(vec![Ident::new(format!("{known}{}{lists}", parameters.replace(' ', "")))]),
        vec![],
    )
}

#[cfg(test)]
mod tests {
    use super::{Alike, alike};

    #[test]
    fn types_by_any_of_their_names_are_one() {
        for (typed, grouped) in [
            ("n::varchar", "CAST(n AS TEXT)"),
            ("cast(upper(s) as string) || 'x'", "CAST(UPPER(s) AS TEXT) || 'x'"),
            ("n::numeric", "CAST(n AS DECIMAL(18, 3))"),
            ("n::decimal(8,2)", "CAST(n AS DECIMAL(8, 2))"),
            ("n::int4[]", "CAST(n AS INT[])"),
            ("try_cast(n as varchar(4))", "TRY_CAST(n AS TEXT)"),
            ("n::timestamp with time zone", "CAST(n AS TIMESTAMPTZ)"),
            ("date '2024-01-01' < d", "CAST('2024-01-01' AS DATE) < d"),
        ] {
            assert_eq!(alike(typed, grouped), Alike::Yes, "{typed}");
        }
        assert_eq!(alike("n::decimal(8, 2)", "CAST(n AS DECIMAL(18, 3))"), Alike::AsIn2_0);
    }

    #[test]
    fn what_the_parser_writes_anew_is_one() {
        for (typed, grouped) in [
            ("upper(if(n > 1, 'a', 'b'))", "UPPER(CASE WHEN n > 1 THEN 'a' ELSE 'b' END)"),
            ("(ifnull(n, 1))", "COALESCE(n, 1)"),
            ("s ~ 'x'", "REGEXP_FULL_MATCH(s, 'x')"),
            ("s !~ 'x'", "NOT REGEXP_FULL_MATCH(s, 'x')"),
            ("a != b", "a <> b"),
            (
                "coalesce(if('-' = '-', '-', \"m\".\"s\"), case when b then s else c end)",
                "COALESCE(CASE WHEN '-' = '-' THEN '-' ELSE \"m\".\"s\" END, CASE WHEN b THEN s ELSE c END)",
            ),
            ("extract(year from d)", "EXTRACT(YEAR FROM d)"),
            ("trim(both ' ' from s)", "TRIM(s, ' ')"),
            ("trim(' ' from s)", "TRIM(s, ' ')"),
            ("1_000 + n", "1000 + n"),
            ("s::JSON", "CAST(s AS JSON)"),
            ("json_1 + json", "json_1 + json"),
        ] {
            assert_eq!(alike(typed, grouped), Alike::Yes, "{typed}");
        }
    }

    #[test]
    fn calls_are_no_literals() {
        for (typed, grouped) in [
            ("struct_pack(a := n)", "{'a': n}"),
            ("list_value(n, 2)", "[n, 2]"),
            ("trim(leading 'x' from s)", "LTRIM(s, 'x')"),
            ("s::json", "CAST(s AS JSON)"),
            ("cast(s as Json)", "CAST(s AS JSON)"),
        ] {
            assert_eq!(alike(typed, grouped), Alike::No, "{typed}");
        }
    }

    #[test]
    fn the_rest_is_left_to_duckdb() {
        for (typed, grouped) in [
            ("len(s)", "LENGTH(s)"),
            ("s is not null", "NOT s IS NULL"),
            ("date_trunc('month', d)", "DATE_TRUNC('MONTH', d)"),
            ("n ** 2", "POWER(n, 2)"),
            ("extract(epoch from d)", "EXTRACT(EPOCH FROM d)"),
            ("s not like 'a'", "NOT s LIKE 'a'"),
        ] {
            assert_eq!(alike(typed, grouped), Alike::AsIn2_0, "{typed}");
        }
    }
}
