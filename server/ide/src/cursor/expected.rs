//! What the format expects at the cursor: the schema's type for its place.

use crate::cursor::context::{Context, Mapping, Spot, Step};
use viz_project::schema::{Field, INTERACTION_KEYS, PROJECT, SETTINGS, Shape, Type, shape};
use viz_project::{CONFIG_FILE, Kind, ObjectId, Place, Project};
use viz_text::FileId;

/// What the format expects at a place.
#[derive(Debug, Clone)]
pub(crate) struct Slot<'a> {
    /// Type of the node at the cursor; at a key, of the mapping that it belongs to.
    pub ty: Type,
    /// The field whose value this is, or lies in.
    pub field: Option<&'static Field>,
    /// The objects around it, outermost first, with their names as written.
    pub objects: Vec<(Kind, Option<&'a str>)>,
    /// Keys below `props` or `layout`.
    pub inner: Vec<&'a str>,
    /// `type` of the trace around it, as written.
    pub trace: Option<&'a str>,
    /// Keys from the innermost object on.
    pub keys: Vec<&'a str>,
}

impl Slot<'_> {
    /// The innermost object's kind.
    pub fn kind(&self) -> Kind {
        self.objects.last().map_or(Kind::Project, |(kind, _)| *kind)
    }

    /// The place that references here stand in, if they may.
    pub fn place(&self) -> Option<Place> {
        Some(match self.ty {
            Type::ObjectOrReference(_, place) | Type::Query(place) => place,
            Type::Expression(Place::MetricExpression | Place::DimensionExpression) if self.model().is_some() => {
                Place::ScopedExpression
            }
            Type::Expression(place) => place,
            Type::TableData => Place::TableData,
            Type::MarkdownItem => Place::ItemMarkdown,
            Type::Options | Type::DefaultValues => Place::InputQuery,
            Type::Props => Place::InsightProps,
            Type::Interaction => Place::InsightInteraction,
            // No reference works in a theme.
            Type::Layout if self.kind() == Kind::Chart => Place::ChartLayout,
            Type::Evaluation => Place::Evaluation,
            _ => return None,
        })
    }

    /// The name of the model around a metric or dimension.
    pub fn model(&self) -> Option<&str> {
        match self.objects.as_slice() {
            [.., (Kind::Model, name), (Kind::Metric | Kind::Dimension, _)] => Some(name.unwrap_or("")),
            _ => None,
        }
    }

    /// The innermost object, as the project knows it.
    pub fn object(&self, project: &Project, file: FileId) -> Option<ObjectId> {
        let (kind, name) = self.objects.last()?;
        named(project, file, *kind, (*name)?)
    }

    /// The model around a metric or dimension, as the project knows it.
    pub fn model_object(&self, project: &Project, file: FileId) -> Option<ObjectId> {
        named(project, file, Kind::Model, self.model()?)
    }
}

/// The object of a kind and name in a file.
fn named(project: &Project, file: FileId, kind: Kind, name: &str) -> Option<ObjectId> {
    let fits = |id: &ObjectId| {
        let object = project.object(*id);
        object.kind == kind && object.name_text() == name && project.file_of_object(*id) == file
    };
    let mut ids = project.names().global_named(name).iter().copied();
    ids.find(|id| fits(id)).filter(|_| !name.is_empty())
}

/// The fields that an included file may have at its top.
pub(crate) fn is_merged(name: &str) -> bool {
    name == "includes" || viz_project::schema::MERGED_KEYS.iter().any(|(key, _)| *key == name)
}

/// What the format expects at a place; `None` where it knows nothing of it.
pub(crate) fn slot<'a>(context: &Context<'a>) -> Option<Slot<'a>> {
    slot_below(Type::Object(Kind::Project), context)
}

/// What stands in a file: objects of a project, or settings.
pub(crate) fn root(project: &Project, file: FileId) -> Type {
    match project.file(file).path.ends_with(CONFIG_FILE) {
        true => Type::Mapping(&SETTINGS),
        false => Type::Object(Kind::Project),
    }
}

/// What is expected at a place of a file in which such a value stands.
pub(crate) fn slot_below<'a>(root: Type, context: &Context<'a>) -> Option<Slot<'a>> {
    let mut slot =
        Slot { ty: root, field: None, objects: Vec::new(), inner: Vec::new(), trace: None, keys: Vec::new() };
    for step in &context.steps {
        match step {
            Step::Item => slot.ty = item(slot.ty)?,
            Step::Key { name, of } => slot.key(name, of)?,
        }
    }
    if matches!(context.spot, Spot::Key(_) | Spot::Start { .. })
        && let Some(kind) = object_kind(slot.ty, &context.here)
    {
        let is_choice = !matches!(slot.ty, Type::Object(_));
        // Where a reference may stand too, an object begins with its first key.
        if !is_choice || !context.here.pairs.is_empty() {
            slot.objects.push((kind, context.here.value("name")));
        }
    }
    if slot.inner.is_empty() && matches!(slot.ty, Type::Props) {
        slot.trace = context.here.value("type");
    }
    Some(slot)
}

impl<'a> Slot<'a> {
    fn key(&mut self, name: &'a str, of: &Mapping<'a>) -> Option<()> {
        if let Some(kind) = object_kind(self.ty, of) {
            self.objects.push((kind, of.value("name").filter(|name| !name.is_empty())));
            self.keys.clear();
        }
        self.keys.push(name);
        match self.ty {
            Type::Props | Type::Layout => {
                if self.inner.is_empty() && matches!(self.ty, Type::Props) {
                    self.trace = of.value("type");
                }
                self.inner.push(name);
            }
            Type::Interaction => {
                INTERACTION_KEYS.iter().find(|key| **key == name)?;
                self.ty = Type::Query(Place::InsightInteraction);
            }
            _ => {
                let fields = fields(self.ty, of)?;
                let field = fields.into_iter().find(|field| field.name == name || field.alias == Some(name))?;
                self.field = Some(field);
                self.ty = field.ty;
            }
        }
        Some(())
    }
}

/// The type of a list's items.
fn item(list: Type) -> Option<Type> {
    Some(match list {
        Type::List(item) => *item,
        Type::Options | Type::DefaultValues => Type::Plain,
        Type::Props => Type::Props,
        Type::Layout => Type::Layout,
        _ => return None,
    })
}

/// The kind of a mapping of this type.
pub(crate) fn object_kind(ty: Type, mapping: &Mapping<'_>) -> Option<Kind> {
    Some(match ty {
        Type::Object(kind) | Type::ObjectOrReference(kind, _) => kind,
        Type::SourceOfType(_) => Kind::Source,
        Type::TableData if mapping.value("sql").is_some() => Kind::Model,
        Type::TableData => Kind::Insight,
        Type::MarkdownItem => Kind::Markdown,
        _ => return None,
    })
}

/// The fields of a mapping of this type; `None` if it is none or may have any.
pub(crate) fn fields(ty: Type, mapping: &Mapping<'_>) -> Option<Vec<&'static Field>> {
    let shape: &Shape = match (ty, object_kind(ty, mapping)) {
        (_, Some(Kind::Project)) => &PROJECT,
        (_, Some(kind)) => shape(kind, |key| mapping.value(key).is_some()),
        (Type::Mapping(shape), _) => shape,
        _ => return None,
    };
    let variant = shape.variants.as_ref().and_then(|variants| mapping.value(variants.key).or(variants.default));
    let known = variant.filter(|value| {
        shape.variants.as_ref().is_some_and(|variants| variants.cases.iter().any(|(name, _)| name == value))
    });
    let mut fields = shape.fields_for(known);
    // Without a variant, the same field may come from several.
    let mut seen = std::collections::HashSet::new();
    fields.retain(|field| seen.insert(field.name));
    Some(fields)
}
