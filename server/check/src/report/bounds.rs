//! No more findings than anybody reads: a text that many objects share (`*alias`) has its faults once for each of them.

use crate::report::Finding;
use crate::report::finish::Placed;
use std::collections::HashMap;
use viz_project::Code;

/// Findings of one code that an object can have.
const OF_OBJECT: usize = 100;

/// Findings of one code that stand at one place.
const AT_PLACE: usize = 20;

/// Keeps the first findings of each code. They are those of one object.
pub(crate) fn of_object(findings: &mut Vec<Finding>) {
    if findings.len() <= OF_OBJECT {
        return;
    }
    let mut counts: HashMap<Code, usize> = HashMap::new();
    let mut last: HashMap<Code, usize> = HashMap::new();
    let mut kept = Vec::new();
    for finding in findings.drain(..) {
        let count = counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= OF_OBJECT {
            last.insert(finding.code, kept.len());
            kept.push(finding);
        }
    }
    for (code, count) in counts.into_iter().filter(|(_, count)| *count > OF_OBJECT) {
        kept[last[&code]].notes.push(format!("{} more of this kind are not listed", count - OF_OBJECT));
    }
    *findings = kept;
}

/// Keeps the first findings of each code at each place. They are in the order of their places and, at one place, of their codes.
pub(crate) fn at_place(placed: &mut Vec<Placed>) {
    let are_alike =
        |run: &[Placed]| run.iter().all(|one| (one.0, one.1, one.2.code) == (run[0].0, run[0].1, run[0].2.code));
    if !placed.windows(AT_PLACE + 1).any(are_alike) {
        return;
    }
    let mut kept: Vec<Placed> = Vec::with_capacity(placed.len());
    let (mut same, mut dropped) = (0, 0);
    let tell = |kept: &mut Vec<Placed>, dropped: &mut usize| {
        if let (1.., Some((_, _, last))) = (std::mem::take(dropped), kept.last_mut()) {
            last.notes.push("objects that share this text have the same: they are not listed".to_owned());
        }
    };
    for (file, range, finding) in placed.drain(..) {
        let here = |(before, place, other): &Placed| *before == file && *place == range && other.code == finding.code;
        same = if kept.last().is_some_and(here) { same + 1 } else { 0 };
        if same == 0 {
            tell(&mut kept, &mut dropped);
        }
        match same {
            0..AT_PLACE => kept.push((file, range, finding)),
            _ => dropped += 1,
        }
    }
    tell(&mut kept, &mut dropped);
    *placed = kept;
}
