//! `tests/projects/everything` uses every field of the table.

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use viz_project::Kind;
use viz_project::schema::{PROJECT, Shape, Type, shape};
use viz_syntax::{Document, Node, NodeKind, TopValue};

/// What the project leaves out, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("project.project_dir", "the loader writes it"),
    ("project.project_file_path", "the loader writes it"),
    ("destination console.called", "the command line writes it"),
];

/// Fields by the name of their shape; those that come with a variant, also by its name.
type Fields = BTreeSet<String>;

fn name(shape: &Shape, case: Option<&str>, field: &str) -> String {
    // Seeds are the same for all types of sources, and only 2.1 has them: one type shows them.
    match case.filter(|_| field != "seeds") {
        Some(case) => format!("{} {case}.{field}", shape.name),
        None => format!("{}.{field}", shape.name),
    }
}

/// All fields of the table.
fn all(ty: &Type, out: &mut Fields, seen: &mut BTreeSet<usize>) {
    match ty {
        Type::List(item) => all(item, out, seen),
        Type::Mapping(shape) => all_of(shape, out, seen),
        Type::Object(kind) | Type::ObjectOrReference(kind, _) => all_of_kind(*kind, out, seen),
        Type::SourceOfType(_) => all_of_kind(Kind::Source, out, seen),
        Type::TableData => [Kind::Model, Kind::Insight].iter().for_each(|kind| all_of_kind(*kind, out, seen)),
        Type::MarkdownItem => all_of_kind(Kind::Markdown, out, seen),
        _ => {}
    }
}

fn all_of_kind(kind: Kind, out: &mut Fields, seen: &mut BTreeSet<usize>) {
    for key in ["", "href", "template", "args", "models"] {
        all_of(shape(kind, |has| has == key), out, seen);
    }
}

fn all_of(shape: &'static Shape, out: &mut Fields, seen: &mut BTreeSet<usize>) {
    if !seen.insert(std::ptr::from_ref(shape) as usize) {
        return;
    }
    let cases = shape.variants.iter().flat_map(|variants| variants.cases);
    let own = shape.fields.iter().map(|field| (None, field));
    let of_cases = cases.flat_map(|(case, fields)| fields.iter().map(move |field| (Some(*case), field)));
    for (case, field) in own.chain(of_cases) {
        out.insert(name(shape, case, field.name));
        all(&field.ty, out, seen);
    }
}

/// The fields that a text uses.
fn used(ty: &Type, node: Node<'_>, out: &mut Fields) {
    match ty {
        Type::List(item) => node.items().for_each(|element| used(item, element, out)),
        Type::Mapping(shape) => used_in(shape, node, out),
        Type::Object(kind) | Type::ObjectOrReference(kind, _) => used_in_kind(*kind, node, out),
        Type::SourceOfType(_) => used_in_kind(Kind::Source, node, out),
        Type::TableData if node.get("sql").is_some() => used_in_kind(Kind::Model, node, out),
        Type::TableData => used_in_kind(Kind::Insight, node, out),
        Type::MarkdownItem => used_in_kind(Kind::Markdown, node, out),
        _ => {}
    }
}

fn used_in_kind(kind: Kind, node: Node<'_>, out: &mut Fields) {
    used_in(shape(kind, |key| node.get(key).is_some()), node, out);
}

fn used_in(shape: &Shape, node: Node<'_>, out: &mut Fields) {
    if node.kind() != NodeKind::Mapping {
        return;
    }
    let case = shape.variants.as_ref().and_then(|variants| node.get(variants.key)?.str());
    for entry in node.entries() {
        let own = shape.fields.iter().find(|field| field.name == entry.name());
        let of_case = shape.fields_for(case).into_iter().find(|field| field.name == entry.name());
        let Some(field) = own.or(of_case) else { panic!("{}.{} is not in the table", shape.name, entry.name()) };
        out.insert(name(shape, if own.is_some() { None } else { case }, field.name));
        used(&field.ty, entry.value, out);
    }
}

fn used_in_file(text: &str, out: &mut Fields) {
    let document = Document::parse(text);
    for entry in document.entries() {
        let field = PROJECT.fields.iter().find(|field| field.name == entry.name()).expect("a key of the table");
        out.insert(name(&PROJECT, None, field.name));
        match (field.ty, entry.value()) {
            (Type::List(item), TopValue::Items(items)) => items.into_iter().for_each(|node| used(item, node, out)),
            (ty, TopValue::Node(node)) => used(&ty, node, out),
            _ => {}
        }
    }
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "dbt") {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            out.push(path);
        }
    }
}

#[test]
fn every_field_occurs() {
    let root = PathBuf::from("../../tests/projects/everything");
    let (mut paths, mut found, mut expected) = (Vec::new(), Fields::new(), Fields::new());
    files(&root, &mut paths);
    for path in paths {
        used_in_file(&fs::read_to_string(path).expect("it can be read"), &mut found);
    }
    all_of(&PROJECT, &mut expected, &mut BTreeSet::new());
    assert!(expected.len() > 150, "only {} fields", expected.len());
    let left_out = |name: &String| LEFT_OUT.iter().any(|(left, _)| left == name);
    let missing: Vec<&String> = expected.difference(&found).filter(|name| !left_out(name)).collect();
    assert!(missing.is_empty(), "not used: {missing:#?}");
    let needless: Vec<_> = LEFT_OUT.iter().filter(|(name, _)| found.contains(*name)).collect();
    assert!(needless.is_empty(), "used all the same: {needless:?}");
}
