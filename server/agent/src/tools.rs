//! The tools, in the order in which they are told.

mod check_project;
#[cfg(test)]
mod contract;
mod describe_object;
mod execute_query_plan;
mod execute_sql;
mod explain_finding;
mod get_schema;
mod list_datasets;
mod list_objects;
mod render_insight;

use crate::tool::Tool;

/// All tools, always in this order.
pub const TOOLS: &[Tool] = &[
    list_datasets::TOOL,
    get_schema::TOOL,
    execute_query_plan::TOOL,
    execute_sql::TOOL,
    list_objects::TOOL,
    describe_object::TOOL,
    check_project::TOOL,
    render_insight::TOOL,
    explain_finding::TOOL,
];

/// The tool of a name.
pub fn named(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}
