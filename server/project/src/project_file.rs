//! What is odd about the project file itself: its name, and the version that it is written for.

use crate::codes::Code;
use crate::files::FileSystem;
use crate::includes::PROJECT_FILES;
use crate::object::Spanned;
use crate::problem::Problem;
use crate::schema::{Rule, Target};
use std::path::Path;
use viz_text::Loc;

/// The two names of a project file (`R-DISC-02`, `R-DISC-03`). `head` is the start of the file that is read.
pub(crate) fn name_problem(path: &Path, head: Loc, files: &dyn FileSystem) -> Option<Problem> {
    let [legacy, current] = PROJECT_FILES;
    if path.file_name().is_none_or(|name| name != legacy) {
        return None;
    }
    if files.is_file(&path.with_file_name(current)) {
        let message = format!("`{current}` beside this file is not read: `{legacy}` wins (R-DISC-02)");
        return Some(Problem::new(Code::ShadowedProjectFile, head, message).help("remove one of the two"));
    }
    let message =
        format!("`{legacy}` is an old name: `serve` and `init` do not find a project in this folder (R-DISC-03)");
    Some(Problem::new(Code::LegacyProjectFile, head, message).help(format!("rename the file to `{current}`")))
}

/// `cli_version` against what the project is checked for (3.1, D-011, `R-VER-01`).
pub(crate) fn version_problem(version: &Spanned, configured: Option<Target>) -> Option<Problem> {
    let text = version.text.trim();
    let exact = configured.filter(|target| target.has(Rule::ExactVersion));
    let major: Option<u32> = text.split('.').next().and_then(|major| major.parse().ok());
    let is_of = |target: Target| text == target.name() || text.starts_with(&format!("{target}."));
    let message = match (major, exact) {
        (Some(major), _) if major != 2 => {
            format!("`{text}` is not a version whose format is known here: every 2.x refuses the project")
        }
        (Some(_), Some(target)) if !is_of(target) => {
            format!("`{text}` is not a version {target}, and the target is {target}: it accepts its own version only")
        }
        // 2.2 ignores what it can't read, those before compare it as text.
        (None, Some(target)) => format!("`{text}` is no version: {target} accepts its own version only"),
        _ => return None,
    };
    let problem =
        Problem::new(Code::VersionMismatch, version.loc, message).help("write the version that runs the project");
    Some(if major.is_none_or(|major| major == 2) { problem.by(Rule::ExactVersion) } else { problem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_text::{SegmentId, TextRange};

    #[test]
    fn versions_that_fit_d_011() {
        let fits = |text: &str, configured| {
            let loc = Loc::new(SegmentId::fresh(), TextRange::default());
            version_problem(&Spanned { text: text.to_owned(), loc }, configured).is_none()
        };
        for text in ["2.0.3", "2.1.0", "2.1", "2", "latest", ""] {
            assert!(fits(text, None), "{text}");
        }
        assert!(!fits("1.0.74", None) && !fits("3.0", Some(Target::V2_2)));
        assert!(fits("2.0.3", Some(Target::V2_0)) && fits("2.1.0", Some(Target::V2_1)));
        for target in [Target::V2_0, Target::V2_1] {
            assert!(!fits("2.2.1", Some(target)) && !fits("latest", Some(target)) && !fits("2", Some(target)));
        }
        for text in ["2", "2.0.3", "2.9.9", "latest", "v2.1.0"] {
            assert!(fits(text, Some(Target::V2_2)), "{text}");
        }
    }
}
