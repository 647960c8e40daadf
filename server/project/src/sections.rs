//! Reading a file's top-level keys: lists of objects, and what only the project file has (`R-MERGE-01` to `R-MERGE-03`).

use crate::codes::Code;
use crate::includes::CACHE_FOLDER;
use crate::items::{FileItems, Item, LoweredKey};
use crate::loader::Loader;
use crate::lower::{Difference, as_only_item, check_mapping, describe, lower, names_in, removed_key, text_problem};
use crate::problem::{Fix, Problem};
use crate::schema::{Field, Kind, MERGED_KEYS, PROJECT, Type};
use crate::similar::similar_key;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use viz_syntax::{Document, NodeKind, TopEntry, TopValue};
use viz_text::{FileId, Loc, TextRange, TextSize};

/// So far from its old place an item is looked for when others were added or removed before it.
const NEAR: usize = 500;

impl Loader<'_> {
    pub(crate) fn read_objects(&mut self, id: FileId) {
        let noted =
            |loader: &Self| (loader.project.problems.len(), loader.differences.len(), loader.project.removed.len());
        let before = noted(self);
        let items = self.same_objects(id).unwrap_or_else(|| {
            self.next_item = 0;
            self.read_keys(id);
            let items = std::mem::take(&mut self.items);
            Arc::new(FileItems::new(items, noted(self) == before))
        });
        self.project.parts().items.push(items);
    }

    /// The items of a file that is the same as before.
    fn same_objects(&self, id: FileId) -> Option<Arc<FileItems>> {
        let previous = self.previous.filter(|previous| previous.read_for() == self.project.read_for())?;
        let (before, now) = (previous.files.get(id.0 as usize)?, self.project.file(id));
        let items = previous.items.get(id.0 as usize).filter(|items| items.alone)?;
        (before.path == now.path && before.document.is(&now.document)).then(|| Arc::clone(items))
    }

    fn read_keys(&mut self, id: FileId) {
        let document = self.project.file(id).document.clone();
        let is_project_file = id.0 == 0;
        let entries: Vec<TopEntry<'_>> = document.entries().collect();
        let last: FxHashMap<&str, usize> =
            entries.iter().enumerate().filter_map(|(position, entry)| Some((entry.key().str()?, position))).collect();
        for (position, entry) in entries.iter().enumerate() {
            let Some(key) = entry.key().str() else { continue };
            if last[key] != position {
                continue; // the last one wins (R-DISC-09)
            }
            let list = MERGED_KEYS.iter().find(|(name, _)| *name == key).map(|(_, kind)| *kind);
            let list = list.or((key == "targets" && is_project_file).then_some(Kind::Source));
            match list {
                Some(kind) => self.section(id, key, kind, entry, is_project_file),
                None if key == "includes" => self.section(id, key, Kind::Include, entry, true),
                None if is_project_file => self.top_level(id, key, entry),
                None if key == "dbt" => self.top_level(id, key, entry),
                None if self.project.file(id).relative.starts_with(CACHE_FOLDER) => {}
                None if removed_key(&PROJECT, key).is_some() => {
                    self.removed_section(entry);
                    let message = format!("`{key}` is ignored: there are no {key} any more");
                    let mut problem = Problem::new(Code::IgnoredKey, entry.key().loc(), message);
                    problem.help = removed_key(&PROJECT, key).map(|removed| removed.help.to_owned());
                    self.project.parts().problems.push(problem);
                }
                None => {
                    let message = format!(
                        "`{key}` is ignored here: only lists of objects and `includes` are taken from an included file"
                    );
                    let document = &self.project.file(id).document;
                    let lists = MERGED_KEYS.iter().map(|(name, _)| *name);
                    let known = PROJECT.fields.iter().any(|field| field.name == key) || key == "targets";
                    let near = similar_key(key, lists.filter(|_| !known), |name| document.get(name).is_some());
                    if !near.is_empty() {
                        self.removed_section(entry);
                    }
                    let problem = Problem::new(Code::IgnoredKey, entry.key().loc(), message);
                    let problem = problem.help("move it to the project file").meant(entry.key().text(), &near);
                    self.project.parts().problems.push(problem);
                }
            }
        }
    }

    fn section(&mut self, file: FileId, key: &str, kind: Kind, entry: &TopEntry<'_>, is_project_file: bool) {
        self.key_of_some_versions(key, entry);
        match entry.value() {
            TopValue::Items(items) => {
                for item in items {
                    if !item.is_null() {
                        self.item(file, kind, item);
                    }
                }
            }
            TopValue::Missing if !is_project_file => {
                // R-MERGE-03, S-03.
                let message = format!("this empty `{key}:` deletes all {key} that were read before it");
                let mut problem = Problem::new(Code::EmptyListDeletes, entry.key().loc(), message);
                problem.help = Some(format!("remove the key, or write `{key}: []`"));
                problem.fix = with_empty_list(&self.project.file(file).document, entry.key().loc(), key);
                self.project.parts().problems.push(problem);
            }
            TopValue::Missing => {}
            TopValue::Node(node) => {
                if node.kind() != NodeKind::Error {
                    let message = format!("`{key}` is a list of {key}, not {}", describe(node));
                    let mut problem =
                        Problem::new(Code::WrongType, entry.key().loc(), message).help("write each one after `- `");
                    // It is read as the one that it is meant to be.
                    if ["name", "path"].iter().any(|key| node.get(key).is_some()) {
                        problem.fix = as_only_item(node);
                        self.item(file, kind, node);
                    }
                    self.project.parts().problems.push(problem);
                }
            }
        }
    }

    /// Whether the target knows a key of the project, if not every version does.
    fn key_of_some_versions(&mut self, key: &str, entry: &TopEntry<'_>) -> bool {
        let Some(field) = PROJECT.fields.iter().find(|field| field.name == key) else { return true };
        let Some(versions) = field.versions.words() else { return true };
        let loc = entry.key().loc();
        let Some(target) = self.project.read_for() else {
            let what = format!("`{key}` of a project");
            self.differences.push(Difference { what, works_in: field.versions, loc });
            return true;
        };
        let known = field.versions.contains(target);
        if !known {
            let message = format!("`{key}` of a project is known {versions} only, and the target is {target}");
            let mut problem = Problem::new(Code::UnknownKey, loc, message);
            problem.rule = field.rule;
            self.project.parts().problems.push(problem);
        }
        known
    }

    fn top_level(&mut self, file: FileId, key: &str, entry: &TopEntry<'_>) {
        if !self.key_of_some_versions(key, entry) {
            return;
        }
        let field = PROJECT.fields.iter().find(|field| field.name == key);
        match (field, entry.value()) {
            (Some(_), TopValue::Node(node)) if key == "defaults" => self.item(file, Kind::Defaults, node),
            (Some(Field { ty: Type::Mapping(shape), .. }), TopValue::Node(node))
                if node.kind() == NodeKind::Mapping =>
            {
                let found = check_mapping(shape, node, self.project.read_for());
                self.project.parts().problems.extend(found);
            }
            (Some(field), value) => {
                if let (Type::Text, TopValue::Node(node)) = (&field.ty, &value)
                    && let Some(problem) = text_problem(key, *node).filter(|_| !node.is_null())
                {
                    self.project.parts().problems.push(problem);
                }
                let wrong = match (&field.ty, &value) {
                    (Type::Text, TopValue::Items(_)) => Some("a string, not a list"),
                    (Type::Mapping(_) | Type::Object(_), TopValue::Items(_)) => Some("a mapping, not a list"),
                    (Type::Mapping(_), TopValue::Node(node)) if node.scalar().is_some() && !node.is_null() => {
                        Some("a mapping, not a text")
                    }
                    _ => None,
                };
                if let Some(expected) = wrong {
                    self.project.parts().problems.push(Problem::new(
                        Code::WrongType,
                        entry.key().loc(),
                        format!("`{key}` is {expected}"),
                    ));
                }
            }
            (None, _) if crate::schema::RESERVED_KEYS.contains(&key) => {}
            (None, _) => {
                let loc = entry.key().loc();
                if let Some(removed) = removed_key(&PROJECT, key) {
                    self.removed_section(entry);
                    self.project
                        .parts()
                        .problems
                        .push(Problem::new(Code::UnknownKey, loc, removed.message).help(removed.help));
                    return;
                }
                let document = &self.project.file(file).document;
                let names = PROJECT.fields.iter().map(|field| field.name);
                let near = similar_key(key, names, |name| document.get(name).is_some());
                if near.iter().any(|name| MERGED_KEYS.iter().any(|(list, _)| list == name)) {
                    self.removed_section(entry);
                }
                let message = format!("a project has no key `{key}`");
                let problem = Problem::new(Code::UnknownKey, loc, message).meant(entry.key().text(), &near);
                self.project.parts().problems.push(problem);
            }
        }
    }

    /// The names in a section of traces or selectors, or one whose key is misspelt: who names them needs no finding.
    fn removed_section(&mut self, entry: &TopEntry<'_>) {
        let mut names = Vec::new();
        entry.items().for_each(|item| names_in(item, &mut names));
        self.project.parts().removed.extend(names.into_iter().map(|name| name.text));
    }

    fn item(&mut self, file: FileId, kind: Kind, node: viz_syntax::Node<'_>) {
        let target = self.project.read_for();
        let key = (node.loc().segment, node.loc().range.start(), kind, target);
        let item = self.item_before(file, &key).cloned();
        self.items.push(item.unwrap_or_else(|| {
            let lowered = lower(kind, node, target);
            let (plain, objects) = (lowered.is_plain(), lowered.objects.len() as u32);
            Item {
                key,
                lowered: Arc::new(lowered),
                plain,
                objects,
                links: Arc::default(),
                faultless: false,
                resolved: false,
                fitting: false,
            }
        }));
    }

    /// What was made of the same text before.
    fn item_before(&mut self, file: FileId, key: &LoweredKey) -> Option<&'_ Item> {
        let previous = self.previous?;
        let path = &self.project.file(file).path;
        let same = |number: &usize| previous.files.get(*number).is_some_and(|before| before.path == *path);
        let number = Some(file.0 as usize).filter(same);
        let number = number.or_else(|| (0..previous.files.len()).find(same))?;
        let items = &previous.items.get(number)?.items;
        let expected = self.next_item.min(items.len());
        let after = expected..items.len().min(expected + NEAR);
        let before = (expected.saturating_sub(NEAR)..expected).rev();
        let found = after.chain(before).find(|at| items[*at].key == *key);
        self.next_item = found.unwrap_or(expected) + 1;
        found.map(|at| &items[at])
    }
}

/// Writes an empty list behind a key that has no value.
fn with_empty_list(document: &Document, key: Loc, name: &str) -> Option<Fix> {
    let range = document.range(key)?;
    let (written, rest) = (&document.text()[range], &document.text()[usize::from(range.end())..]);
    let behind = rest.trim_start_matches(' ').strip_prefix(':')?;
    let value = behind.trim_start_matches(' ');
    let (left, is_empty) = match ["null", "~"].into_iter().find_map(|null| value.strip_prefix(null)) {
        Some(left) => (left, left.is_empty() || left.starts_with(['\n', '\r', ' ', ',', '}'])),
        None => (behind, value.is_empty() || value.starts_with(['\n', '\r', ',', '}', '#'])),
    };
    let replaced = TextSize::new((rest.len() - left.len()) as u32);
    let range = TextRange::new(key.range.start(), key.range.end() + replaced);
    is_empty
        .then(|| Fix::replace(format!("write `{name}: []`"), Loc::new(key.segment, range), format!("{written}: []")))
}
