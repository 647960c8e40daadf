//! Who is called what, and what a reference means (section 4 of the format reference).

use crate::object::Object;
use crate::project::{ObjectId, Project};
use crate::schema::{Kind, Rule, Target};
use rustc_hash::FxHashMap;

/// The names of a project.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The flat namespace (`R-NAME-01`).
    global: FxHashMap<String, Ids>,
    /// Metrics and dimensions inside models, which have a namespace per model since 2.1 (`R-NAME-03`).
    scoped: FxHashMap<String, Ids>,
}

/// Nearly always one.
#[derive(Debug, Clone)]
enum Ids {
    One(ObjectId),
    Several(Vec<ObjectId>),
}

impl Ids {
    fn add(&mut self, id: ObjectId) {
        match self {
            Ids::One(first) => *self = Ids::Several(vec![*first, id]),
            Ids::Several(ids) => ids.push(id),
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
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self { global: FxHashMap::with_capacity_and_hasher(count, Default::default()), scoped: FxHashMap::default() }
    }

    pub(crate) fn add(&mut self, id: ObjectId, object: &Object, target: Target) {
        let Some(name) = object.name.as_ref().filter(|name| !name.text.is_empty()) else { return };
        let scoped = is_scoped(object) && target.has(Rule::ScopedNames);
        let names = if scoped { &mut self.scoped } else { &mut self.global };
        match names.get_mut(&name.text) {
            Some(ids) => ids.add(id),
            None => drop(names.insert(name.text.clone(), Ids::One(id))),
        }
    }

    /// What a name means where any kind may stand. A name inside models is found while it is unique (`R-SEM-02`).
    pub fn resolve(&self, name: &str) -> Resolution {
        match self.global.get(name).or_else(|| self.scoped.get(name)).map(Ids::as_slice) {
            Some([one]) => Resolution::Object(*one),
            Some(several) => Resolution::Ambiguous(several.to_vec()),
            None => Resolution::Missing,
        }
    }

    /// All global names with their objects.
    pub fn global(&self) -> impl Iterator<Item = (&str, &[ObjectId])> {
        self.global.iter().map(|(name, ids)| (name.as_str(), ids.as_slice()))
    }

    /// The objects of a global name.
    pub fn global_named(&self, name: &str) -> &[ObjectId] {
        self.global.get(name).map_or(&[], Ids::as_slice)
    }

    /// All names inside models with their objects.
    pub fn scoped(&self) -> impl Iterator<Item = (&str, &[ObjectId])> {
        self.scoped.iter().map(|(name, ids)| (name.as_str(), ids.as_slice()))
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
