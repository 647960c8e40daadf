//! Query plans: questions on data as JSON that is checked as a whole, and compiled to SQL of our own.

mod compiled;
mod dataset;
mod fault;
mod literal;
mod meaning;
mod schema;
mod schema_of;
mod shape;
mod spelling;
mod value;
pub mod words;

pub use compiled::{Compiled, DEFAULT_LIMIT, Limit, LimitSource, MOST_ROWS};
pub use dataset::{Dataset, MOST_KNOWN};
pub use fault::{Candidate, Code, Fault};
pub use schema::schema;
pub use schema_of::{Schema, schema_of};
pub use shape::{LONGEST_TEXT, MOST_ELEMENTS, MOST_VALUES};
pub use spelling::Normalized;

use dataset::{Base, Nameless};
use fault::below;
use jsonptr::PointerBuf;
use serde_json::{Value, json};
use spelling::{Speller, from_text};
use viz_facts::KeyedQuestion;
use viz_project::{ObjectId, similar};

/// Patches that are tried on one plan.
const MOST_PATCHES: usize = 32;

/// What a plan comes to.
#[derive(Debug, Clone)]
pub struct Understood {
    /// The plan as it was understood. Paths and patches are of this one, with the patches of misspelled keys put in, which come first.
    pub plan: Value,
    /// What was spelled otherwise.
    pub normalized: Vec<Normalized>,
    /// What is wrong, causes before effects, then warnings.
    pub faults: Vec<Fault>,
    /// The query, if nothing is wrong but for warnings.
    pub compiled: Option<Compiled>,
    /// What has to be asked before anything of this counts.
    pub open: Vec<KeyedQuestion>,
    /// The plan with all patches, if these leave nothing to mend. It is never run unasked.
    pub repaired: Option<Value>,
}

impl Understood {
    /// What keeps it from being run.
    pub fn errors(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(|fault| !fault.is_warning())
    }

    /// What is doubtful.
    pub fn warnings(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(|fault| fault.is_warning())
    }
}

/// Checks a plan with what is known of the data. While something is [open](Understood::open), more can be known.
pub fn understand(dataset: Dataset<'_>, given: &Value) -> Understood {
    let mut first = once(dataset, given);
    if first.open.is_empty() && !first.faults.is_empty() {
        let (repaired, open) = repair(dataset, &first);
        first.repaired = repaired;
        first.open = open;
    }
    first
}

/// Puts in one patch after the other, and looks at the plan anew each time.
fn repair(dataset: Dataset<'_>, first: &Understood) -> (Option<Value>, Vec<KeyedQuestion>) {
    let mut now = first.clone();
    for _ in 0..MOST_PATCHES {
        let mendable = |fault: &&Fault| fault.patch.is_some() || fault.is_warning();
        if !now.faults.iter().all(|fault| mendable(&fault)) {
            return (None, Vec::new());
        }
        let Some(patch) = now.faults.iter().find_map(|fault| fault.patch.as_ref()) else {
            return (now.compiled.is_some().then_some(now.plan).filter(|plan| *plan != first.plan), Vec::new());
        };
        let mut plan = now.plan.clone();
        if json_patch::patch(&mut plan, patch).is_err() {
            return (None, Vec::new());
        }
        now = once(dataset, &plan);
        if !now.open.is_empty() {
            return (None, now.open);
        }
    }
    (None, Vec::new())
}

fn once(dataset: Dataset<'_>, given: &Value) -> Understood {
    let mut out = Understood {
        plan: given.clone(),
        normalized: Vec::new(),
        faults: Vec::new(),
        compiled: None,
        open: Vec::new(),
        repaired: None,
    };
    if let Value::String(text) = given {
        match from_text(text) {
            Ok(plan) => {
                let (given, written) = (json!("a text"), json!("the object in it"));
                out.normalized.push(Normalized { path: String::new(), given, written });
                out.plan = plan;
            }
            Err(why) => {
                let message = format!("the text is no JSON: {why}");
                out.faults.push(Fault::new(Code::NotJson, &PointerBuf::root(), Value::Null, message));
                return out;
            }
        }
    }
    out.normalized.extend(spell(dataset, &mut out.plan));
    // What a misspelled key leads to is no fault of its own: everything else is looked at as if the key were right.
    let mut plan = out.plan.clone();
    while let Some(fault) = misspelled_key(&plan).filter(|_| out.faults.len() < MOST_PATCHES) {
        let mended = fault.patch.as_ref().is_some_and(|patch| json_patch::patch(&mut plan, patch).is_ok());
        out.faults.push(fault);
        if !mended {
            return out;
        }
        spell(dataset, &mut plan);
    }
    look_up(dataset, &plan, &mut out);
    out
}

fn misspelled_key(plan: &Value) -> Option<Fault> {
    shape::read(plan).1.into_iter().find(|fault| fault.code == Code::UnknownKey && fault.patch.is_some())
}

/// Mends the spellings of a plan.
fn spell(dataset: Dataset<'_>, plan: &mut Value) -> Vec<Normalized> {
    let Some(model) = table(dataset, plan).model else {
        let names = Nameless(dataset);
        let mut speller = Speller { names: &names, normalized: Vec::new() };
        speller.plan(plan);
        return speller.normalized;
    };
    let names = Base::new(dataset, model, plan);
    let mut speller = Speller { names: &names, normalized: Vec::new() };
    speller.plan(plan);
    speller.normalized
}

/// Looks up what a plan names, whose spellings are mended.
fn look_up(dataset: Dataset<'_>, plan: &Value, out: &mut Understood) {
    let Table { model, fault } = table(dataset, plan);
    out.faults.extend(fault);
    let (read, faults) = shape::read(plan);
    let Some(model) = model else { return out.faults.extend(faults) };
    let mut base = Base::new(dataset, model, plan);
    if let Some(why) = base.unknown.get(&model) {
        if !why.is_pending() {
            let message = format!("the model can't be asked here: {}", why.message);
            let from = below(&PointerBuf::root(), "from");
            out.faults.push(Fault::new(Code::NotAvailable, &from, plan["from"].clone(), message));
        }
        out.faults.extend(faults);
        out.open = base.open;
        return;
    }
    out.faults.extend(faults);
    let (query, faults) = meaning::understand(&mut base, &read);
    out.faults.extend(faults);
    if out.errors().next().is_none() {
        match compiled::compile(&base, &read, &query) {
            Ok(compiled) => out.compiled = Some(compiled),
            Err(fault) => out.faults.insert(0, *fault),
        }
    }
    out.open = base.open;
}

/// What `from` names.
struct Table {
    /// The model, or the one that is meant.
    model: Option<ObjectId>,
    fault: Option<Fault>,
}

fn table(dataset: Dataset<'_>, plan: &Value) -> Table {
    let Some(name) = plan.get("from").and_then(Value::as_str) else { return Table { model: None, fault: None } };
    let alike = dataset.models().find(|model| model.eq_ignore_ascii_case(name));
    if let Some(model) = dataset.model(name).or_else(|| dataset.model(alike?)) {
        return Table { model: Some(model), fault: None };
    }
    let near = similar(name, dataset.models());
    let model = if let [only] = near.as_slice() { dataset.model(only) } else { None };
    let from = below(&PointerBuf::root(), "from");
    let message = format!("the project has no model `{name}`");
    let fault = Fault::new(Code::UnknownTable, &from, name, message);
    Table { model, fault: Some(fault.meant(near.into_iter().map(Value::from), "spelled alike")) }
}
