//! Broken and half-typed text costs what it is about and nothing else: random mutations and typing states of the sample
//! projects' files, checked with what is known of the whole ones. No panic, and no finding on objects that the mutation
//! doesn't touch and that don't refer to one it touches.

use crate::PROGRAM;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use viz_check::{CheckOptions, Memo};
use viz_project::{DirEntry, DiskFiles, Environment, FileSystem, Project, ReadError};
use viz_tests::{library, projects};
use viz_text::Encoding;

const SAMPLES: [&str; 3] = ["ecommerce", "support-tickets", "iot-sensors"];

/// The disk with one file in another state.
struct Overlay {
    path: PathBuf,
    text: Arc<str>,
}

impl FileSystem for Overlay {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        if path == self.path { Ok(Arc::clone(&self.text)) } else { DiskFiles.read(path) }
    }

    fn list(&self, dir: &Path) -> Result<Vec<DirEntry>, ReadError> {
        DiskFiles.list(dir)
    }

    fn is_file(&self, path: &Path) -> bool {
        DiskFiles.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        DiskFiles.is_dir(path)
    }
}

/// What a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// An item of a list, by number.
    Item(usize),
    /// The line of the section's key, or what is before the first item: the section, by number.
    Section(usize),
    /// What holds for the whole project: includes, defaults, its name.
    Project,
}

/// A file's lines and what each belongs to. Seen as text, not as a tree: the tree is what is tested.
struct Outline {
    path: PathBuf,
    relative: String,
    text: String,
    owners: Vec<Owner>,
    /// Section of each item.
    sections: Vec<usize>,
    keys: Vec<String>,
}

impl Outline {
    fn new(path: PathBuf, relative: String, text: String) -> Self {
        let (mut owners, mut sections, mut keys) = (Vec::new(), Vec::new(), Vec::<String>::new());
        let mut indent = None;
        for line in text.lines() {
            let blanks = line.len() - line.trim_start().len();
            let content = line.trim_start();
            if blanks == 0 && !content.is_empty() && !content.starts_with(['#', '-']) {
                keys.push(content.split(':').next().unwrap_or_default().to_owned());
                indent = None;
            }
            let of_project = |key: &String| ["includes", "defaults", "name", "cli_version"].contains(&key.as_str());
            if keys.last().is_none_or(of_project) {
                owners.push(Owner::Project);
                continue;
            }
            let section = keys.len() - 1;
            if content.starts_with("- ") && indent.is_none_or(|indent| indent == blanks) {
                indent = Some(blanks);
                sections.push(section);
            }
            owners.push(if indent.is_some() { Owner::Item(sections.len() - 1) } else { Owner::Section(section) });
        }
        Self { path, relative, text, owners, sections, keys }
    }

    fn lines(&self) -> Vec<&str> {
        self.text.split_inclusive('\n').collect()
    }

    /// The items whose meaning may change when these lines do; `None`: all of the project.
    fn touched(&self, lines: std::ops::Range<usize>) -> Option<BTreeSet<usize>> {
        let mut touched = BTreeSet::new();
        for line in lines {
            let owner = *self.owners.get(line).or(self.owners.last())?;
            // The first line of an item separates it from the one before; so do blank lines and comments from the next.
            let around = [line.checked_sub(1), Some(line + 1)].into_iter().flatten();
            let own = self.text.lines().nth(line).unwrap_or_default().trim_start();
            let at_border = own.is_empty() || own.starts_with(['#', '-']);
            let near = around.filter(|_| at_border).filter_map(|line| self.owners.get(line).copied());
            for owner in near.chain([owner]) {
                match owner {
                    Owner::Project => return None,
                    Owner::Item(item) => drop(touched.insert(item)),
                    Owner::Section(section) => {
                        touched.extend((0..self.sections.len()).filter(|item| self.sections[*item] == section));
                        // Without its key the section is part of the one before.
                        touched.extend((0..self.sections.len()).rfind(|item| self.sections[*item] + 1 == section));
                    }
                }
            }
        }
        Some(touched)
    }

    fn item_text(&self, item: usize) -> String {
        let lines = self.text.lines().zip(&self.owners);
        lines.filter(|(_, owner)| **owner == Owner::Item(item)).flat_map(|(line, _)| [line, "\n"]).collect()
    }
}

/// The names that a text gives, and those that it refers to.
fn names(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let clean = |name: &str| name.trim().trim_matches(['"', '\'']).to_owned();
    let given = text.lines().filter_map(|line| line.split_once("name:")).map(|(_, name)| clean(name));
    let used = text.split("ref(").skip(1).map(|rest| clean(rest.split([')', '\n']).next().unwrap_or_default()));
    (given.collect(), used.collect())
}

/// A sample project as it is, with all facts about it.
struct Sample {
    whole: library::Checked,
    outlines: Vec<Outline>,
    memo: Memo,
    options: CheckOptions,
}

impl Sample {
    fn load(name: &str) -> Self {
        let whole = library::check(PROGRAM, &projects::path(name));
        assert!(whole.report.findings.is_empty(), "the sample is free of findings");
        let files = whole.project.files().iter();
        let outline = |file: &viz_project::File| {
            Outline::new(file.path.clone(), file.relative.clone(), file.document.text().to_owned())
        };
        let outlines = files.map(outline).collect();
        let options = CheckOptions { oracle: false, ..whole.options.clone() };
        Self { whole, outlines, memo: Memo::default(), options }
    }
}

/// Objects that a mutation doesn't touch: how many there are, and how many of them are still there.
#[derive(Debug, Default, Clone, Copy)]
struct Intact {
    objects: usize,
    kept: usize,
    /// Mutations that have findings, wherever.
    told: usize,
}

/// Bytes of a file's text, and what is put in their place.
struct Mutation {
    range: std::ops::Range<usize>,
    new: String,
}

/// Checks a mutated file; what is wrong with the result.
fn check(sample: &Sample, outline: &Outline, mutation: &Mutation, intact: &mut Intact) -> Vec<String> {
    let before = &outline.text;
    let text = format!("{}{}{}", &before[..mutation.range.start], mutation.new, &before[mutation.range.end..]);
    let line_of = |at: usize| before[..at].matches('\n').count();
    let old = line_of(mutation.range.start)..line_of(mutation.range.end) + 1;
    let new = old.start..old.start + before_lines(&text, mutation) + 1;
    let overlay = Overlay { path: outline.path.clone(), text: text.as_str().into() };
    let project = sample.whole.project.reload(&overlay, &Environment::default());
    let report = viz_check::check(&project, &sample.whole.facts, &sample.options, &sample.memo);
    intact.told += usize::from(!report.findings.is_empty());
    let Some(mut touched) = outline.touched(old.clone()) else { return Vec::new() };
    // A key at the start of a line, typed in the middle of a section, takes the rest of it.
    let is_key = |line: &str| line.starts_with(char::is_alphanumeric) && line.contains(':');
    if text.lines().skip(new.start).take(new.len()).any(is_key)
        && let Some(first) = touched.last().copied()
    {
        touched
            .extend((first..outline.sections.len()).filter(|item| outline.sections[*item] == outline.sections[first]));
    }

    let mut words: Vec<String> = touched.iter().map(|item| outline.item_text(*item)).collect();
    words.extend(text.lines().skip(new.start).take(new.len()).map(str::to_owned));
    let (given, used) = names(&words.join("\n"));
    let joins = touched.iter().any(|item| outline.keys[outline.sections[*item]] == "relations");
    let concerned = |other: &Outline, item: usize| {
        let (gives, uses) = names(&other.item_text(item));
        (other.path == outline.path && touched.contains(&item))
            || !uses.is_disjoint(&given)
            || !gives.is_disjoint(&given)
            || (joins && !uses.is_disjoint(&used))
    };

    let mut faults = Vec::new();
    // What nothing uses any more has to do with what used it.
    for finding in report.findings.iter().filter(|finding| finding.code != viz_check::Code::UnusedObject) {
        let (file, range) = project.resolve(finding.loc).expect("a place");
        let file = project.file(file);
        let line = file.lines().position(range.start(), Encoding::Utf8).line as usize;
        let Some(other) = sample.outlines.iter().find(|other| other.path == file.path) else { continue };
        let line = match other.path == outline.path {
            true if new.contains(&line) => continue,
            true if line >= new.end => line + old.len() - new.len(),
            _ => line,
        };
        let Some(Owner::Item(item)) = other.owners.get(line).copied() else { continue };
        if !concerned(other, item) {
            faults.push(format!("{}:{}: {}: {}", other.relative, line + 1, finding.code, finding.message));
        }
    }

    let there: BTreeSet<(String, String, String)> = objects(&project).into_keys().collect();
    for (object, line) in objects(&sample.whole.project) {
        let of_touched = object.0 == outline.relative
            && outline
                .owners
                .get(line)
                .is_none_or(|owner| matches!(owner, Owner::Item(item) if touched.contains(item)));
        if !of_touched {
            intact.objects += 1;
            intact.kept += usize::from(there.contains(&object));
        }
    }
    faults
}

/// Line ends in the new text.
fn before_lines(text: &str, mutation: &Mutation) -> usize {
    text[mutation.range.start..][..mutation.new.len()].matches('\n').count()
}

/// Named objects by file, kind and name, with their line.
fn objects(project: &Project) -> BTreeMap<(String, String, String), usize> {
    let named = project.ids().filter(|id| project.object(*id).name.is_some());
    let all = named.filter_map(|id| {
        let object = project.object(id);
        let (file, range) = project.resolve(object.name_loc())?;
        let file = project.file(file);
        let line = file.lines().position(range.start(), Encoding::Utf8).line as usize;
        Some(((file.relative.clone(), object.kind.name().to_owned(), object.name_text().to_owned()), line))
    });
    all.collect()
}

const SNIPPETS: [&str; 32] = [
    ":",
    ": ",
    "- ",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "#",
    " #",
    "|",
    ">",
    "\t",
    "&a",
    "*a",
    "!x ",
    "?{",
    "?{ ",
    "${",
    "${ref(",
    "${ref(orders).",
    "}}",
    "\n",
    "\n\n",
    "  ",
    "%",
    "@",
    "`",
    "é",
    "\r",
    "---\n",
];

/// What typing, pasting and deleting do to a text.
fn random_mutation(random: &mut fastrand::Rng, outline: &Outline) -> Mutation {
    let text = &outline.text;
    let snap = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let lines = outline.lines();
    let line = random.usize(..lines.len());
    let start: usize = lines[..line].iter().map(|line| line.len()).sum();
    let whole = start..start + lines[line].len();
    let at = snap(random.usize(..text.len()));
    let snippet = (*random.choice(SNIPPETS).expect("there are some")).to_owned();
    let (range, new) = match random.u8(..10) {
        0 => (at..snap((at + 1).min(text.len())).max(at), String::new()),
        1 | 2 => (at..at, snippet),
        3 => (at..snap((at + 1).min(text.len())).max(at), snippet),
        4 => (whole, String::new()),
        5 => (whole.end..whole.end, lines[line].to_owned()),
        6 => {
            let end = whole.end - usize::from(lines[line].ends_with('\n'));
            (snap(random.usize(start..=end))..end, String::new())
        }
        7 => (start..start, " ".repeat(random.usize(1..5))),
        8 => (start..start + (lines[line].len() - lines[line].trim_start_matches(' ').len()).min(2), String::new()),
        _ => (at..snap((at + random.usize(..200)).min(text.len())), String::new()),
    };
    Mutation { range, new }
}

fn report(what: &str, faults: &[String], intact: Intact) {
    assert!(
        faults.is_empty(),
        "{} findings on objects that have nothing to do with it:\n{}",
        faults.len(),
        faults.join("\n")
    );
    let percent = intact.kept as f64 / intact.objects as f64 * 100.0;
    println!("{what}: {} of {} other objects are intact ({percent:.3} %)", intact.kept, intact.objects);
    assert!(percent >= 98.0, "{percent} % of the other objects are intact");
}

#[test]
fn six_hundred_random_mutations() {
    let mut random = fastrand::Rng::with_seed(20);
    let (mut faults, mut intact) = (Vec::new(), Intact::default());
    for name in SAMPLES {
        let sample = Sample::load(name);
        for round in 0..200 {
            let outline = &sample.outlines[random.usize(..sample.outlines.len())];
            let mutation = random_mutation(&mut random, outline);
            let place = outline.text[..mutation.range.start].matches('\n').count() + 1;
            let found = check(&sample, outline, &mutation, &mut intact);
            let old = &outline.text[mutation.range.clone()];
            let head = format!("{name} {round}, {}:{place}, {old:?} -> {:?}", outline.relative, mutation.new);
            faults.extend(found.into_iter().map(|fault| format!("{head}\n    {fault}")));
        }
    }
    report("600 mutations", &faults, intact);
    assert!(intact.told > 200, "most mutations break something, but only {} were noticed", intact.told);
}

/// A new item as it grows: each is a state that an editor sends.
const TYPED: [&str; 30] = [
    "  -\n",
    "  - \n",
    "  - n\n",
    "  - name\n",
    "  - name:\n",
    "  - name: \n",
    "  - name: \"new\n",
    "  - name: 'new\n",
    "  - name: new\n",
    "  - name: new\n    p\n",
    "  - name: new\n    props\n",
    "  - name: new\n    props:\n",
    "  - name: new\n    props:\n      \n",
    "  - name: new\n    props:\n      type: b\n",
    "  - name: new\n    props: {\n",
    "  - name: new\n    props: {type: bar, x: [\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${ref\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${ref(\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${ref(ord\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${ref(orders)\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${ref(orders).\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${ref(orders).} }\n",
    "  - name: new\n    props:\n      type: bar\n      x: ?{ ${ref(orders).city}\n    interactions:\n      -\n",
    "  - name: new\n    props:\n      type: bar\n    interactions:\n      - filter: ?{ '\n",
    "  - name: new\n    content: |\n",
    "  - name: new\n    content: |\n   too far left\n",
    "  - name: new\n\tprops:\n",
];

#[test]
fn sixty_typing_states() {
    let (mut faults, mut intact, mut states) = (Vec::new(), Intact::default(), 0);
    for name in SAMPLES {
        let sample = Sample::load(name);
        let lists: Vec<&Outline> = sample.outlines.iter().filter(|outline| outline.sections.len() > 1).collect();
        for (number, typed) in TYPED.iter().enumerate() {
            let outline = lists[number % lists.len()];
            // Above the last item of the file, where the next one begins; or behind it.
            let last = outline.owners.iter().position(|owner| *owner == Owner::Item(outline.sections.len() - 1));
            let above: usize = outline.lines()[..last.expect("an item")].iter().map(|line| line.len()).sum();
            for at in [above, outline.text.len()] {
                let mutation = Mutation { range: at..at, new: (*typed).to_owned() };
                let found = check(&sample, outline, &mutation, &mut intact);
                faults.extend(
                    found.into_iter().map(|fault| format!("{name}, {typed:?} in {}\n    {fault}", outline.relative)),
                );
                states += 1;
            }
        }
    }
    assert!(states >= 60);
    report(&format!("{states} typing states"), &faults, intact);
}
