//! What has changed between two locks, and how bad that is.

use crate::keep::set_of;
use crate::{Given, Hash, Keep, Lock, Section, SectionKind, kept};
use std::collections::BTreeSet;
use viz_facts::{Column, OptionValues};

/// How bad a change is; the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Danger {
    /// Nothing that is used is touched.
    Safe,
    /// Nothing breaks, and viewers see something else.
    Dangerous,
    /// Something breaks, or is gone.
    Breaking,
}

impl Danger {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Dangerous => "dangerous",
            Self::Breaking => "breaking",
        }
    }
}

/// A change of the data behind an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub kind: SectionKind,
    /// Its name.
    pub name: String,
    /// What.
    pub what: What,
}

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A column that was not there; its type.
    NewColumn(String, String),
    /// A column that is not there any more.
    LostColumn(String),
    /// A column with another type: before and now.
    OtherType(String, String, String),
    /// An option that was not there.
    NewOption(Option<String>),
    /// An option that is not there any more.
    LostOption(Option<String>),
    /// Options that look like no option before.
    NewShape(Option<String>),
    /// No option looks like this any more.
    LostShape(Option<String>),
    /// There are as many: before and now.
    Count(u64, u64),
    /// Other options, of which no more is known.
    OtherOptions,
    /// A query fails that did not; the engine's message.
    Fails(String),
    /// A query works that did not.
    Works,
    /// There are no rows any more.
    Empty,
    /// There are rows.
    Filled,
    /// The lock tells what another query gave: the project has changed.
    OtherQuery,
    /// The lock does not tell of it.
    New,
    /// It is in the lock only.
    Gone,
}

impl What {
    /// Its word in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NewColumn(..) => "column-new",
            Self::LostColumn(_) => "column-lost",
            Self::OtherType(..) => "column-type",
            Self::NewOption(_) => "option-new",
            Self::LostOption(_) => "option-lost",
            Self::NewShape(_) => "shape-new",
            Self::LostShape(_) => "shape-lost",
            Self::Count(..) => "count",
            Self::OtherOptions => "options-other",
            Self::Fails(_) => "fails",
            Self::Works => "works",
            Self::Empty => "empty",
            Self::Filled => "filled",
            Self::OtherQuery => "query-other",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }

    /// How bad it is by itself, where nothing is known of who uses it.
    pub fn danger(&self) -> Danger {
        match self {
            Self::Fails(_) => Danger::Breaking,
            Self::NewOption(_)
            | Self::LostOption(_)
            | Self::NewShape(_)
            | Self::LostShape(_)
            | Self::OtherOptions
            | Self::Empty => Danger::Dangerous,
            _ => Danger::Safe,
        }
    }
}

/// What has changed from the old lock to a new one, which holds the options themselves. It is told as far as the old one knows.
pub fn diff(old: &Lock, new: &Lock) -> Vec<Change> {
    let keys: BTreeSet<_> = old.sections.keys().chain(new.sections.keys()).collect();
    let mut changes = Vec::new();
    for key @ (kind, name) in keys {
        let mut tell = |what: What| changes.push(Change { kind: *kind, name: name.clone(), what });
        match (old.sections.get(key), new.sections.get(key)) {
            (Some(old), Some(new)) => compare(*kind, old, new, &mut tell),
            // How queries of an insight fare is told where it breaks.
            (None, Some(new)) if new.main.is_some() => tell(What::New),
            (Some(old), None) if old.main.is_some() => tell(What::Gone),
            _ => {}
        }
    }
    changes
}

fn compare(kind: SectionKind, old: &Section, new: &Section, tell: &mut impl FnMut(What)) {
    match (&old.main, &new.main) {
        (Some((before, old)), Some((now, new))) => {
            // What the project lists has no other query than itself.
            if before != now && !is_listed(old) {
                return tell(What::OtherQuery);
            }
            given(old, new, tell);
        }
        (None, Some(_)) => tell(What::New),
        (Some(_), None) => tell(What::Gone),
        (None, None) => {}
    }
    if kind == SectionKind::Model {
        for (hash, new) in &new.answers {
            match (old.answers.get(hash), new) {
                (Some(Given::Rows(true)), Given::Rows(false)) => tell(What::Empty),
                (Some(Given::Rows(false)), Given::Rows(true)) => tell(What::Filled),
                _ => {}
            }
        }
    }
}

/// Only options that the project lists have no column.
fn is_listed(given: &Given) -> bool {
    match given {
        Given::Values(OptionValues { columns, .. }) | Given::Hidden { columns, .. } | Given::Shapes { columns, .. } => {
            columns.is_empty()
        }
        _ => false,
    }
}

fn given(old: &Given, new: &Given, tell: &mut impl FnMut(What)) {
    match (old, new) {
        (Given::Columns(old), Given::Columns(new)) => columns(old, new, tell),
        (Given::Fails(_), Given::Fails(_)) => {}
        (_, Given::Fails(error)) => tell(What::Fails(error.message.clone())),
        (Given::Fails(_), _) => tell(What::Works),
        (Given::Values(old), Given::Values(new)) => {
            columns(&old.columns, &new.columns, tell);
            let (before, now) =
                (old.values.iter().collect::<BTreeSet<_>>(), new.values.iter().collect::<BTreeSet<_>>());
            now.difference(&before).for_each(|option| tell(What::NewOption((*option).clone())));
            before.difference(&now).for_each(|option| tell(What::LostOption((*option).clone())));
        }
        (Given::Shapes { columns: before, count, set, shapes }, Given::Values(values)) => {
            columns(before, &values.columns, tell);
            if let Given::Shapes { shapes: now, .. } = kept(Keep::Shapes, values) {
                let known = |all: &[(Option<String>, u64)]| -> BTreeSet<Option<String>> {
                    all.iter().map(|(shape, _)| shape.clone()).collect()
                };
                let (before, now) = (known(shapes), known(&now));
                now.difference(&before).for_each(|shape| tell(What::NewShape(shape.clone())));
                before.difference(&now).for_each(|shape| tell(What::LostShape(shape.clone())));
            }
            counted(*count, *set, values, tell);
        }
        (Given::Hidden { columns: before, count, set }, Given::Values(values)) => {
            columns(before, &values.columns, tell);
            counted(*count, *set, values, tell);
        }
        _ => {}
    }
}

fn counted(count: u64, set: Hash, values: &OptionValues, tell: &mut impl FnMut(What)) {
    let now = values.values.len() as u64;
    if set != set_of(&values.values) {
        tell(What::OtherOptions);
    }
    if count != now {
        tell(What::Count(count, now));
    }
}

fn columns(old: &[Column], new: &[Column], tell: &mut impl FnMut(What)) {
    for column in new {
        match old.iter().find(|before| before.name == column.name) {
            None => tell(What::NewColumn(column.name.clone(), column.data_type.to_string())),
            Some(before) if before.data_type != column.data_type => {
                let types = (before.data_type.to_string(), column.data_type.to_string());
                tell(What::OtherType(column.name.clone(), types.0, types.1));
            }
            Some(_) => {}
        }
    }
    let is_gone = |before: &&Column| !new.iter().any(|column| column.name == before.name);
    old.iter().filter(is_gone).for_each(|column| tell(What::LostColumn(column.name.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(given: Given) -> Lock {
        let main = Some((Hash::of([Some("q")]), given));
        let section = Section { main, ..Section::default() };
        Lock { sections: [((SectionKind::Input, "region".to_owned()), section)].into() }
    }

    fn values(options: &[&str]) -> OptionValues {
        let columns = vec![Column { name: "region".into(), data_type: "VARCHAR".into() }];
        OptionValues { columns, values: options.iter().map(|option| Some((*option).to_owned())).collect(), more: false }
    }

    /// The less the old lock keeps, the less is told, and never what is not so.
    #[test]
    fn what_is_told_depends_on_what_is_kept() {
        let now = lock(Given::Values(values(&["EMEA", "O'Fallon"])));
        let told = |keep| {
            let changes = diff(&lock(kept(keep, &values(&["EMEA", "APAC"]))), &now);
            changes.into_iter().map(|change| change.what).collect::<Vec<_>>()
        };
        assert_eq!(
            told(Keep::Values),
            [What::NewOption(Some("O'Fallon".into())), What::LostOption(Some("APAC".into()))]
        );
        assert_eq!(told(Keep::Shapes), [What::NewShape(Some("x'x".into())), What::OtherOptions]);
        assert_eq!(told(Keep::Hash), [What::OtherOptions]);
        assert_eq!(told(Keep::None), []);
        for keep in [Keep::Values, Keep::Shapes, Keep::Hash, Keep::None] {
            assert_eq!(diff(&lock(kept(keep, &values(&["EMEA", "O'Fallon"]))), &now), [], "nothing has changed");
        }
    }
}
