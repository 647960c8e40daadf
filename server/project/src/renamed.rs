//! What is called otherwise than in the snapshot before, or has another number, and whom that concerns.

use crate::items::Item;
use crate::object::Object;
use crate::project::{ObjectId, Project};
use crate::schema::Kind;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Whether an item has the text and the numbers that it had.
pub(crate) fn is_in_place(previous: &Project, first: ObjectId, item: &Item) -> bool {
    let before = previous.outline.find(first).filter(|spot| spot.object == 0);
    before.is_some_and(|spot| {
        Arc::ptr_eq(&previous.items[spot.file as usize].items[spot.item as usize].lowered, &item.lowered)
    })
}

/// What is called otherwise than in the previous snapshot, or has another number.
#[derive(Default)]
pub(crate) struct Renamed {
    /// Objects of the previous snapshot that are no more, or have another number.
    pub(crate) gone: Vec<ObjectId>,
    /// The names of those, and of those that are new or have another number.
    names: FxHashSet<String>,
}

impl Renamed {
    pub(crate) fn of(previous: &Project, project: &Project, files: &[usize]) -> Self {
        let mut out = Self::default();
        let mut add = |a: &Project, b: &Project, gone: bool| {
            for number in files {
                let mut first = a.outline.room_of(*number).start;
                for item in &a.items[*number].items {
                    let ids = first.0..first.0 + item.objects;
                    if !is_in_place(b, first, item) {
                        out.gone.extend(ids.clone().map(ObjectId).filter(|_| gone));
                        out.names.extend(item.lowered.objects.iter().map(|object| object.name_text().to_owned()));
                    }
                    first = ObjectId(ids.end);
                }
            }
        };
        add(previous, project, true);
        add(project, previous, false);
        out
    }

    /// Whether models may now find the default source, which they did not find.
    pub(crate) fn may_be_default_source(&self, previous: &Project, project: &Project) -> bool {
        let of = |name: &str| previous.names().global_named(name).iter().copied();
        let is_there = |name: &str| of(name).any(|id| previous.object(id).kind == Kind::Source);
        project.default_source().is_some_and(|name| self.names.contains(&name.text) && !is_there(&name.text))
    }

    /// The objects whose references may mean something else now.
    pub(crate) fn concerned(&self, previous: &Project, project: &Project) -> BTreeSet<ObjectId> {
        if self.names.is_empty() {
            return BTreeSet::new();
        }
        let mut out: BTreeSet<ObjectId> = self.gone.iter().flat_map(|id| previous.users_of(*id)).copied().collect();
        for name in &self.names {
            // A name that several models have means none of them, and who names it is looked at below.
            let of_models = Some(previous.names().scoped_named(name)).filter(|ids| ids.len() == 1);
            let named = previous.names().global_named(name).iter().chain(of_models.unwrap_or_default());
            out.extend(named.flat_map(|id| previous.users_of(*id)));
        }
        for (number, file) in previous.items.iter().enumerate().filter(|(_, file)| !file.resolved) {
            let mut first = previous.outline.room_of(number).start.0;
            for item in &file.items {
                let open = item.lowered.objects.iter().zip(first..).filter(|_| !item.resolved);
                let names_it =
                    |(object, _): &(&Object, u32)| object.uses.iter().any(|one| self.names.contains(&one.name));
                out.extend(open.filter(names_it).map(|(_, id)| ObjectId(id)));
                first += item.objects;
            }
        }
        out.retain(|id| project.has(*id));
        out
    }
}
