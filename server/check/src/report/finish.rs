//! From problems to findings: severity, object, fingerprint, order.

use crate::report::fingerprint::Fingerprints;
use crate::report::{Counters, Finding, ObjectName};
use crate::report::{mask, rule, suppression};
use rustc_hash::FxHashMap;
use viz_project::{Code, ConfiguredSeverity, ObjectId, Problem, Project, Severity};
use viz_secrets::Mask;
use viz_text::shorten::{MESSAGE, shorten_in};
use viz_text::{FileId, Loc, SegmentId, TextRange};

/// A finding with its file and its bytes there.
pub(crate) type Placed = (FileId, TextRange, Finding);

impl Finding {
    pub(crate) fn new(code: Code, loc: Loc, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            format_rule: None,
            loc,
            object: None,
            combinations: None,
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
            local: false,
            rule: None,
            fingerprint: String::new(),
        }
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        let mut finding = Finding::new(problem.code, problem.loc, problem.message.clone());
        finding.related = problem.related.clone();
        finding.help = problem.help.clone();
        finding.fix = problem.fix.clone();
        finding.local = problem.local;
        finding.rule = problem.rule;
        finding.severity = problem.severity.unwrap_or(finding.severity);
        finding
    }
}

/// Places the findings of a file, names their objects, applies comments and settings, and orders them. `complete` says whether
/// everything that was to be checked was.
pub(crate) fn ordered(project: &Project, file: FileId, findings: Vec<Finding>, complete: bool) -> Vec<Placed> {
    let mut placed = place(project, findings);
    let about_comments = suppression::apply(project, file, &mut placed, complete);
    placed.extend(place(project, about_comments));
    let settings = &project.config().severity;
    placed.retain_mut(|(_, _, finding)| match settings.get(finding.code.name()) {
        None => true,
        Some(ConfiguredSeverity::Off) => false,
        Some(severity) => {
            finding.severity = match severity {
                ConfiguredSeverity::Error => Severity::Error,
                ConfiguredSeverity::Warning => Severity::Warning,
                ConfiguredSeverity::Information => Severity::Information,
                _ => Severity::Hint,
            };
            true
        }
    });
    placed.sort_by(|(_, a, one), (_, b, other)| {
        (a.start(), one.code, a.end(), &one.message).cmp(&(b.start(), other.code, b.end(), &other.message))
    });
    placed.dedup_by(|a, b| a.1 == b.1 && a.2.code == b.2.code && a.2.message == b.2.message);
    crate::report::bounds::at_place(&mut placed);
    placed
}

/// Fingerprints the findings of a file, and takes out of their texts what nobody reads or may read.
pub(crate) fn finished(
    project: &Project,
    mut placed: Vec<Placed>,
    mask: &Mask,
    fingerprints: &mut Fingerprints,
    counters: &mut Counters,
) -> Vec<Finding> {
    counters.findings_finished += fingerprints.put_on(&mut placed, project);
    let told = |(file, _, finding): Placed| match project.file(file).is_profile() {
        true => untold(finding),
        false => short(finding),
    };
    let mut findings: Vec<Finding> = placed.into_iter().map(told).collect();
    if !mask.is_empty() {
        findings.iter_mut().for_each(|finding| mask::in_finding(mask, finding));
    }
    findings
}

/// A finding in the user's own file, of which nothing is quoted.
fn untold(mut finding: Finding) -> Finding {
    finding.format_rule = rule::take(&mut finding.message);
    finding.message = format!("{} (in your own file, of which nothing is quoted)", finding.code.title());
    (finding.notes, finding.help, finding.related, finding.fix) = Default::default();
    finding
}

/// A finding whose texts are no longer than anybody reads, and name no rule.
fn short(mut finding: Finding) -> Finding {
    finding.format_rule = rule::take(&mut finding.message);
    for text in finding.notes.iter_mut().chain(&mut finding.help) {
        let rule = rule::take(text);
        finding.format_rule = finding.format_rule.take().or(rule);
    }
    let related = finding.related.iter_mut().map(|related| &mut related.message);
    let titles = finding.fix.iter_mut().map(|fix| &mut fix.title);
    let texts = finding.notes.iter_mut().chain(&mut finding.help).chain(related).chain([&mut finding.message]);
    let texts = texts.chain(titles);
    texts.for_each(|text| shorten_in(text, MESSAGE));
    finding
}

/// Finds the bytes of findings, and the innermost object around each.
fn place(project: &Project, findings: Vec<Finding>) -> Vec<Placed> {
    let nameless = findings.iter().filter(|finding| finding.object.is_none());
    let objects = project.objects_in(&nameless.map(|finding| finding.loc.segment).collect());
    let nested: FxHashMap<_, _> =
        objects.into_iter().map(|(segment, ids)| (segment, Nested::new(project, segment, ids))).collect();
    let around = |loc: Loc| nested.get(&loc.segment)?.around(loc.range);
    let place = |mut finding: Finding| {
        let (file, range) = project.resolve(finding.loc)?;
        if finding.object.is_none() {
            finding.object = around(finding.loc).map(|id| name_of(project, id));
        }
        Some((file, range, finding))
    };
    findings.into_iter().filter_map(place).collect()
}

/// The objects of a segment, in its order: each is written beside the others or inside one.
struct Nested {
    /// With the place of the one around it.
    objects: Vec<(TextRange, ObjectId, Option<usize>)>,
}

impl Nested {
    fn new(project: &Project, segment: SegmentId, ids: Vec<ObjectId>) -> Self {
        let place = |id: ObjectId| Some((project.object(id).loc, id)).filter(|(loc, _)| loc.segment == segment);
        let mut places: Vec<(TextRange, ObjectId)> =
            ids.into_iter().filter_map(place).map(|(loc, id)| (loc.range, id)).collect();
        places.sort_by_key(|(range, _)| (range.start(), std::cmp::Reverse(range.end())));
        let mut objects: Vec<(TextRange, ObjectId, Option<usize>)> = Vec::with_capacity(places.len());
        for (range, id) in places {
            let mut parent = objects.len().checked_sub(1);
            // Of objects with one place the first one counts.
            while let Some(at) = parent.filter(|at| objects[*at].0 == range || !objects[*at].0.contains_range(range)) {
                parent = objects[at].2;
            }
            objects.push((range, id, parent));
        }
        Self { objects }
    }

    /// The innermost object around a place.
    fn around(&self, place: TextRange) -> Option<ObjectId> {
        let mut at = self.objects.partition_point(|(range, ..)| range.start() <= place.start()).checked_sub(1);
        while let Some((range, id, parent)) = at.map(|at| self.objects[at]) {
            let first = at.and_then(|at| at.checked_sub(1)).filter(|before| self.objects[*before].0 == range);
            if first.is_none() && range.contains_range(place) {
                return Some(id);
            }
            at = first.or(parent);
        }
        None
    }
}

/// An object as findings name it.
pub(crate) fn name_of(project: &Project, id: ObjectId) -> ObjectName {
    let object = project.object(id);
    ObjectName { kind: object.kind.name(), name: object.name.as_ref().map(|name| name.text.clone()) }
}
