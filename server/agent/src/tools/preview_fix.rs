//! `preview_fix`: what would mend a finding, or give an object another name, as a diff.

use crate::answer::{Answer, cut_lines};
use crate::change::{Change, placed};
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use viz_check::{Finding, Findings, Severity};
use viz_project::{Code, ObjectId, did_you_mean, similar};

pub(crate) const TOOL: Tool = Tool::writing(
    "preview_fix",
    "Preview a fix",
    "What would mend a finding (by its fingerprint), all findings of a code, or rename an object everywhere, as a unified diff, and what a check \
     says after it: how many findings are gone, which are new. Fixes that need a second look are used for one fingerprint, or with likely true. \
     With apply true the files are written, if the server was started with --allow-writes; else apply the diff yourself.",
    || {
        json!({
            "type": "object",
            "properties": {
                "fingerprint": { "type": "string", "description": "of one finding, as check_project tells it" },
                "code": { "type": "string", "description": "all findings of this code" },
                "rename": {
                    "type": "object",
                    "properties": {
                        "kind": { "type": "string", "description": "needed where several objects have the name" },
                        "name": { "type": "string" },
                        "to": { "type": "string" },
                    },
                    "required": ["name", "to"],
                    "additionalProperties": false,
                },
                "likely": { "type": "boolean", "description": "of a code also fixes that need a second look, such as the nearest name" },
                "apply": { "type": "boolean", "description": "write the files" },
            },
            "additionalProperties": false,
        })
    },
    run,
);

/// Characters of a diff in an answer.
const MOST_OF_A_DIFF: usize = 16_000;
/// New findings that are told.
const MOST_NEW: usize = 10;

/// Fixes that hold names of the project and of its schema, and no value of the data.
const WITHOUT_VALUES: &[Code] = &[
    Code::UnknownKey,
    Code::IgnoredKey,
    Code::UnknownReference,
    Code::UnknownColumn,
    Code::InvalidAccessor,
    Code::ReferenceExpected,
    Code::ScopedReference,
    Code::WrongReferenceKind,
];

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let apply = arguments.get("apply") == Some(&json!(true));
    if apply && !session.host.may_write() {
        return Answer::failed(
            "nothing is written: viz-lsp was started without `--allow-writes`. Leave `apply` out and apply the diff yourself",
        );
    }
    let wanted = ["fingerprint", "code", "rename"].into_iter().filter(|key| arguments.get(key).is_some()).count();
    if wanted != 1 {
        return Answer::failed("one of `fingerprint`, `code` and `rename` says what is wanted");
    }
    let planned = match arguments.get("rename") {
        Some(rename) => renamed(session, rename),
        None => fixed(session, arguments),
    };
    match planned {
        Ok((change, told)) => answer(session, change, told, apply),
        Err(why) => Answer::failed(why),
    }
}

type Planned = Result<(Change, Map<String, Value>), String>;

/// The fixes of one finding, or of all of a code.
fn fixed(session: &mut Session<'_>, arguments: &Arguments) -> Planned {
    let (fingerprint, code) = (arguments.text("fingerprint"), arguments.text("code"));
    let likely = fingerprint.is_some() || arguments.get("likely") == Some(&json!(true));
    let report = session.report();
    let meant: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|one| fingerprint.is_none_or(|wanted| one.fingerprint == wanted))
        .filter(|one| code.is_none_or(|wanted| one.code.name() == wanted))
        .collect();
    if meant.is_empty() {
        return Err(match code.filter(|code| Code::named(code).is_none()) {
            Some(code) => {
                let near = similar(code, Code::ALL.iter().map(|code| code.name()));
                format!(
                    "there is no finding `{code}`: {}",
                    did_you_mean(&near).unwrap_or_else(|| "check_project has their codes".into())
                )
            }
            None => "the project has no such finding: it may be mended already, check_project has those of now".into(),
        });
    }
    let (mut change, mut used, mut left) = (Change::default(), Vec::new(), Vec::new());
    for finding in meant {
        let taken = usable(session, finding, likely).and_then(|edits| match change.take(session.project, edits) {
            true => Ok(()),
            false => Err("it touches another fix: ask again once that one is in".to_owned()),
        });
        match taken {
            Ok(()) => used.push(named(session, finding)),
            Err(why) => left.push(reason(session, finding, &why)),
        }
    }
    if used.is_empty() {
        let why: Vec<&str> = left.iter().filter_map(|one| one["why"].as_str()).collect();
        let distinct: HashSet<&str> = why.iter().copied().collect();
        return Err(format!(
            "nothing can be mended by itself: {}",
            distinct.into_iter().collect::<Vec<_>>().join("; ")
        ));
    }
    let mut told = Map::from_iter([("fixes".to_owned(), used.into())]);
    if !left.is_empty() {
        told.insert("left".into(), left.into());
    }
    Ok((change, told))
}

fn usable(
    session: &Session<'_>,
    finding: &Finding,
    likely: bool,
) -> Result<Vec<(viz_text::FileId, viz_text::TextRange, String)>, String> {
    let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else {
        let help = finding.help.as_deref().filter(|_| session.shows_rows).unwrap_or("explain_finding tells what to do");
        return Err(format!("there is no ready fix: {help}"));
    };
    if !session.shows_rows && !WITHOUT_VALUES.contains(&finding.code) {
        return Err("its fix may hold values of the data, and viz-lsp was started with `--no-rows`".into());
    }
    if !fix.safe && !likely {
        return Err("its fix needs a second look: name its fingerprint, or pass `likely`".into());
    }
    let edits = placed(session.project, &fix.edits).ok_or("its place is in no file")?;
    match edits.iter().find_map(|(file, _, _)| session.host.foreign(session.project.file(*file))) {
        Some(why) => Err(why),
        None => Ok(edits),
    }
}

fn named(session: &Session<'_>, finding: &Finding) -> Value {
    let mut out = json!({ "code": finding.code, "fingerprint": finding.fingerprint });
    if let Some(object) = &finding.object {
        out["object"] = json!(object);
    }
    if let Some(fix) = &finding.fix {
        out["needs_a_second_look"] = (!fix.safe).into();
        if session.shows_rows {
            out["title"] = fix.title.as_str().into();
        }
    }
    out
}

fn reason(session: &Session<'_>, finding: &Finding, why: &str) -> Value {
    let mut out = named(session, finding);
    out["why"] = why.into();
    out
}

/// The edits that give an object another name.
fn renamed(session: &mut Session<'_>, rename: &Value) -> Planned {
    let text = |key: &str| rename.get(key).and_then(Value::as_str);
    let (Some(name), Some(to)) = (text("name"), text("to")) else {
        return Err("`rename` is an object with `name` and `to`".into());
    };
    let id = object(session, name, text("kind"))?;
    let project = session.project;
    let (file, range) = project.resolve(project.object(id).name_loc()).ok_or("its name is in no file")?;
    let within = project.file(file).document.text()[range].find(name).unwrap_or(0);
    let offset = range.start() + viz_text::TextSize::new(u32::try_from(within).unwrap_or(0));
    let edits = viz_ide::rename(project, &session.facts, file, offset, to)?;
    if edits.is_empty() {
        return Err(format!("`{name}` is its name already"));
    }
    if let Some(why) = edits.iter().find_map(|edit| session.host.foreign(project.file(edit.file))) {
        return Err(why);
    }
    let places = edits.len();
    let mut change = Change::default();
    if !change.take(project, edits.into_iter().map(|edit| (edit.file, edit.range, edit.text)).collect()) {
        return Err("two places of the name touch".into());
    }
    Ok((change, Map::from_iter([("places".to_owned(), places.into())])))
}

fn object(session: &Session<'_>, name: &str, kind: Option<&str>) -> Result<ObjectId, String> {
    let project = session.project;
    let of_kind = |id: &ObjectId| kind.is_none_or(|kind| project.object(*id).kind.name() == kind);
    let named: Vec<ObjectId> =
        project.ids().filter(of_kind).filter(|id| project.object(*id).name_text() == name).collect();
    match named.as_slice() {
        [id] => Ok(*id),
        [] => {
            let names = project.ids().filter(of_kind).map(|id| project.object(id).name_text());
            let near = did_you_mean(&similar(name, names)).unwrap_or_else(|| "list_objects has the names".to_owned());
            Err(format!("nothing is called `{name}`: {near}"))
        }
        several => {
            let kinds: Vec<&str> = several.iter().map(|id| project.object(*id).kind.name()).collect();
            Err(format!("several objects are called `{name}`: name a `kind` of {}", kinds.join(", ")))
        }
    }
}

/// The difference, and what a check says of the project with it.
fn answer(session: &mut Session<'_>, change: Change, mut told: Map<String, Value>, apply: bool) -> Answer {
    let project = session.project;
    let files: Vec<&str> = change.files().map(|file| &*project.file(file).relative).collect();
    told.insert("files".into(), json!(files));
    let texts = change.texts(project);
    let before = session.report();
    let after = session.host.findings_with(&texts);
    told.insert("check".into(), compared(&before.findings, &after, session.shows_rows));
    let diff = session.host.difference(&texts);
    let (diff, cut) = cut_lines(&diff, MOST_OF_A_DIFF);
    told.insert("diff".into(), diff.into());
    if cut > 0 {
        told.insert("diff_characters_left_out".into(), cut.into());
    }
    let status = match apply.then(|| session.host.write(&texts)) {
        None => "preview",
        Some(Ok(())) => "applied",
        Some(Err(why)) => return Answer::failed(why),
    };
    told.insert("status".into(), status.into());
    Answer::of(Value::Object(told))
}

/// Findings that are gone, and that are new.
fn compared(before: &Findings, after: &Findings, shows_rows: bool) -> Value {
    let prints = |findings: &Findings| findings.iter().map(|one| one.fingerprint.clone()).collect::<HashSet<String>>();
    let (old, new) = (prints(before), prints(after));
    let told = |finding: &Finding| {
        let message = if shows_rows { finding.message.as_str() } else { finding.code.title() };
        json!({ "code": finding.code, "severity": finding.severity, "object": finding.object, "message": message })
    };
    let fresh: Vec<&Finding> = after.iter().filter(|one| !old.contains(&one.fingerprint)).collect();
    let errors = |findings: &Findings| findings.iter().filter(|one| one.severity == Severity::Error).count();
    json!({
        "mended": old.difference(&new).count(),
        "new": fresh.len(),
        "new_findings": fresh.iter().take(MOST_NEW).map(|one| told(one)).collect::<Vec<_>>(),
        "errors_before": errors(before),
        "errors_after": errors(after),
    })
}
