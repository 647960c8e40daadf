//! Objects that use themselves by way of others.

use crate::codes::Code;
use crate::problem::Problem;
use crate::project::{ObjectId, Project};

/// A finding for each circle in which objects refer to each other (`R-DAG-04`).
pub(crate) fn problems(project: &Project, out: &mut Vec<Problem>) {
    // Names of a circle that are listed.
    const LISTED: usize = 20;
    for group in project.cycles() {
        let first = project.object(group[0]);
        let name = |id: &ObjectId| project.object(*id).name_text().to_owned();
        let mut names: Vec<String> = group.iter().take(LISTED).map(name).collect();
        if group.len() > LISTED {
            names.push(format!("… ({} more)", group.len() - LISTED));
        }
        names.push(names[0].clone());
        let towards = group.get(1).unwrap_or(&group[0]);
        let loc = first
            .uses
            .iter()
            .find(|reference| reference.name == project.object(*towards).name_text())
            .map_or(first.name_loc(), |reference| reference.loc);
        out.push(Problem::new(
            Code::ReferenceCycle,
            loc,
            format!("this refers to itself in a circle: {}", names.join(" → ")),
        ));
    }
}
