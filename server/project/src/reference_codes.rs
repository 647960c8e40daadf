//! Under which of its own codes 2.2 reports what corresponds to one of ours. The table in `docs/json.md` is made of this.

use crate::codes::Code;

/// The codes of 2.2, each with those of ours to which it corresponds; those without are states of a run or of its server, which no
/// text has.
pub const REFERENCE_CODES: &[(&str, &[Code])] = &[
    ("ambiguous_relation", &[Code::AmbiguousRelation]),
    (
        "broken_reference",
        &[Code::AmbiguousReference, Code::QuotedReference, Code::UnknownReference, Code::WrongReferenceKind],
    ),
    ("commit_validation_failed", &[]),
    ("dependency_failed", &[]),
    ("expression_parse_failed", &[Code::MalformedExpression]),
    ("extra_forbidden", &[Code::UnknownKey, Code::UnknownProp]),
    (
        "invalid_value",
        &[
            Code::ConflictingKeys,
            Code::InvalidName,
            Code::InvalidProp,
            Code::InvalidTemplate,
            Code::InvalidValue,
            Code::MalformedQuery,
            Code::QueryExpected,
            Code::ReferenceExpected,
            Code::WrongType,
        ],
    ),
    ("missing_field", &[Code::MissingField]),
    ("missing_model", &[Code::NoModel]),
    ("missing_relation", &[Code::NoJoinPath]),
    ("not_built", &[]),
    ("query_execution_failed", &[Code::OptionsQuery, Code::RunError, Code::SqlBind, Code::SqlSyntax]),
    ("schema_build_failed", &[Code::ModelSql]),
    ("source_connection_failed", &[Code::DatabaseMissing, Code::DatabaseUnreadable, Code::UnusableSource]),
    ("source_locked", &[]),
    ("unexpected_error", &[]),
    ("yaml_parse_failed", &[Code::YamlSyntax]),
];

impl Code {
    /// The code of 2.2 that corresponds to it, if one does.
    pub fn reference_code(self) -> Option<&'static str> {
        REFERENCE_CODES.iter().find(|(_, ours)| ours.contains(&self)).map(|(theirs, _)| *theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_row_for_each_code_of_2_2() {
        let page = include_str!("../../../docs/json.md");
        let row = |(theirs, ours): &(&str, &[Code])| {
            let ours: Vec<String> = ours.iter().map(|code| format!("`{code}`")).collect();
            format!("| `{theirs}` | {} |", ours.join(", "))
        };
        let expected: Vec<String> = REFERENCE_CODES.iter().map(row).collect();
        let found: Vec<&str> = page.lines().filter(|line| line.starts_with("| `") && line.contains('_')).collect();
        assert_eq!(found, expected, "write these rows:\n{}", expected.join("\n"));
    }

    #[test]
    fn each_code_corresponds_to_one_at_most() {
        let mut all: Vec<Code> = REFERENCE_CODES.iter().flat_map(|(_, ours)| *ours).copied().collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(Code::UnknownKey.reference_code(), Some("extra_forbidden"));
        assert_eq!(Code::NoRows.reference_code(), None);
    }
}
