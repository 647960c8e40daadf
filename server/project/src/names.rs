//! Who is called what, and what a reference means (section 4 of the format reference).

use crate::object::Object;
use crate::project::{ObjectId, Project};
use crate::schema::{Kind, Rule, Target};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

/// The names of a project.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The flat namespace (`R-NAME-01`).
    global: Shelves,
    /// Metrics and dimensions inside models, which have a namespace per model since 2.1 (`R-NAME-03`).
    scoped: Shelves,
}

/// Names in groups: a snapshot in which few of them mean something else shares the other groups with the one before.
#[derive(Debug, Clone, Default)]
struct Shelves {
    all: Vec<Arc<FxHashMap<String, Ids>>>,
}

/// Names of a group, about.
const TOGETHER: usize = 64;

impl Shelves {
    fn for_about(count: usize) -> Self {
        Self { all: vec![Arc::default(); (count / TOGETHER).max(1).next_power_of_two()] }
    }

    fn place(&self, name: &str) -> usize {
        // The low bits of this hash choose the place inside of a group.
        (FxBuildHasher.hash_one(name) >> 20) as usize & (self.all.len() - 1)
    }

    fn get(&self, name: &str) -> Option<&[ObjectId]> {
        self.all.get(if self.all.is_empty() { 0 } else { self.place(name) })?.get(name).map(Ids::as_slice)
    }

    fn add(&mut self, name: &str, id: ObjectId) {
        let place = self.place(name);
        let group = Arc::make_mut(&mut self.all[place]);
        match group.get_mut(name) {
            Some(ids) => ids.add(id),
            None => drop(group.insert(name.to_owned(), Ids::One(id))),
        }
    }

    fn remove(&mut self, name: &str, id: ObjectId) {
        let place = self.place(name);
        let group = Arc::make_mut(&mut self.all[place]);
        let left: Vec<ObjectId> =
            group.get(name).map_or(&[][..], Ids::as_slice).iter().copied().filter(|one| *one != id).collect();
        match left.as_slice() {
            [] => drop(group.remove(name)),
            [one] => drop(group.insert(name.to_owned(), Ids::One(*one))),
            _ => drop(group.insert(name.to_owned(), Ids::Several(left))),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &[ObjectId])> {
        self.all.iter().flat_map(|group| group.iter()).map(|(name, ids)| (name.as_str(), ids.as_slice()))
    }
}

/// Nearly always one. In document order.
#[derive(Debug, Clone)]
enum Ids {
    One(ObjectId),
    Several(Vec<ObjectId>),
}

impl Ids {
    fn add(&mut self, id: ObjectId) {
        match self {
            Ids::One(first) => *self = Ids::Several(vec![id.min(*first), id.max(*first)]),
            Ids::Several(ids) => ids.insert(ids.partition_point(|other| *other < id), id),
        }
    }

    fn as_slice(&self) -> &[ObjectId] {
        match self {
            Ids::One(id) => std::slice::from_ref(id),
            Ids::Several(ids) => ids,
        }
    }
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// This object.
    Object(ObjectId),
    /// Any of these.
    Ambiguous(Vec<ObjectId>),
    /// Nothing.
    Missing,
}

impl Names {
    /// None yet, with room for the given number.
    pub(crate) fn for_about(count: usize) -> Self {
        Self { global: Shelves::for_about(count), scoped: Shelves::for_about(count) }
    }

    fn of(&mut self, object: &Object, target: Target) -> &mut Shelves {
        if is_scoped(object) && target.has(Rule::ScopedNames) { &mut self.scoped } else { &mut self.global }
    }

    pub(crate) fn add(&mut self, id: ObjectId, object: &Object, target: Target) {
        if let Some(name) = object.name.as_ref().filter(|name| !name.text.is_empty()) {
            self.of(object, target).add(&name.text, id);
        }
    }

    pub(crate) fn remove(&mut self, id: ObjectId, object: &Object, target: Target) {
        if let Some(name) = object.name.as_ref().filter(|name| !name.text.is_empty()) {
            self.of(object, target).remove(&name.text, id);
        }
    }

    /// What a name means where any kind may stand. A name inside models is found while it is unique (`R-SEM-02`).
    pub fn resolve(&self, name: &str) -> Resolution {
        match self.global.get(name).or_else(|| self.scoped.get(name)) {
            Some([one]) => Resolution::Object(*one),
            Some(several) => Resolution::Ambiguous(several.to_vec()),
            None => Resolution::Missing,
        }
    }

    /// All global names with their objects.
    pub fn global(&self) -> impl Iterator<Item = (&str, &[ObjectId])> {
        self.global.iter()
    }

    /// The objects of a global name.
    pub fn global_named(&self, name: &str) -> &[ObjectId] {
        self.global.get(name).unwrap_or_default()
    }

    /// All names inside models with their objects.
    pub fn scoped(&self) -> impl Iterator<Item = (&str, &[ObjectId])> {
        self.scoped.iter()
    }

    /// The objects of a name inside models.
    pub fn scoped_named(&self, name: &str) -> &[ObjectId] {
        self.scoped.get(name).unwrap_or_default()
    }
}

/// Whether an object is a metric or dimension inside a model.
pub(crate) fn is_scoped(object: &Object) -> bool {
    object.parent.is_some() && matches!(object.kind, Kind::Metric | Kind::Dimension)
}

impl Project {
    /// The metric or dimension of this name inside a model.
    pub fn scoped_field(&self, model: ObjectId, name: &str) -> Option<ObjectId> {
        self.children(model).find(|child| {
            let object = self.object(*child);
            is_scoped(object) && object.name_text() == name
        })
    }

    /// The source of a model: its own, the named one, or the default (`R-DAG-01`).
    pub fn source_of(&self, model: ObjectId) -> Option<ObjectId> {
        let crate::object::Body::Model(body) = &self.object(model).body else { return None };
        if body.inline_source {
            return self.children(model).find(|child| self.object(*child).kind == Kind::Source);
        }
        let name = match &body.source {
            Some(name) => name.text.as_str(),
            None => &self.default_source()?.text,
        };
        self.names().global_named(name).iter().copied().find(|id| self.object(*id).kind == Kind::Source)
    }
}
