//! What is wrong with a project's text, before anyone looks at SQL.

use crate::codes::{Code, Severity};
use crate::schema::Rule;
use crate::similar::did_you_mean;
use viz_syntax::{is_plain, quoted_as};
use viz_text::Loc;

/// Another place that explains a problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Related {
    /// The place.
    pub loc: Loc,
    /// What is there; lower case, no full stop.
    pub message: String,
}

/// A mechanical fix: texts to put in place of others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does; starts with a verb.
    pub title: String,
    /// Places and the new text of each.
    pub edits: Vec<(Loc, String)>,
    /// Whether it says the same in the right form, so that nobody has to look at it (`--fix`). A guess, such as another
    /// name, is not.
    pub safe: bool,
}

impl Fix {
    /// A fix that replaces one place, and is a guess until it is called [`safe`](Self::safe).
    pub fn replace(title: impl Into<String>, loc: Loc, text: impl Into<String>) -> Self {
        Self { title: title.into(), edits: vec![(loc, text.into())], safe: false }
    }

    /// A fix that puts another name in the place of one, a guess; none if the name could mean something else there, to YAML or to what
    /// stands around it.
    pub fn name(loc: Loc, name: &str) -> Option<Self> {
        is_plain(name).then(|| Self::replace(format!("replace it by `{name}`"), loc, name))
    }

    /// This fix, which changes the form only.
    pub fn safe(mut self) -> Self {
        self.safe = true;
        self
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// What kind of problem it is; how bad that is is a property of it.
    pub code: Code,
    /// How bad it is, where that is not what its code says.
    pub severity: Option<Severity>,
    /// The smallest faulty piece.
    pub loc: Loc,
    /// What is wrong; lower case, no full stop, code in backticks.
    pub message: String,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// What to do; starts with a verb.
    pub help: Option<String>,
    /// A mechanical fix.
    pub fix: Option<Fix>,
    /// Whether the same words elsewhere may have another cause.
    pub local: bool,
    /// What versions do differently, if it is that: in others the same text is right.
    pub rule: Option<Rule>,
}

impl Problem {
    /// A problem without further detail.
    pub fn new(code: Code, loc: Loc, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: None,
            loc,
            message: message.into(),
            related: Vec::new(),
            help: None,
            fix: None,
            local: false,
            rule: None,
        }
    }

    /// This problem, as bad as said.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// This problem with a help line.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// This problem as one of which the same words elsewhere may have another cause.
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// This problem as one that only some versions have.
    pub fn by(mut self, rule: Rule) -> Self {
        self.rule = Some(rule);
        self
    }

    /// This problem at a name, with the one that was likely meant.
    pub fn named(self, loc: Loc, name: &str) -> Self {
        match Fix::name(loc, name) {
            Some(fix) => self.fix(fix),
            None => Self { help: self.help.or_else(|| did_you_mean(&[name.to_owned()])), ..self },
        }
    }

    /// This problem with a related place.
    pub fn related(mut self, loc: Loc, message: impl Into<String>) -> Self {
        self.related.push(Related { loc, message: message.into() });
        self
    }

    /// This problem at a key that is called otherwise: the help says what may have been meant, and if that is one, a fix renames
    /// it, in the quotes in which it is written.
    pub(crate) fn meant(mut self, written: &str, near: &[String]) -> Self {
        self.help = did_you_mean(near).or(self.help);
        if let [only] = near {
            self.fix = Some(Fix::replace(format!("rename it to `{only}`"), self.loc, quoted_as(written, only)));
        }
        self
    }

    /// This problem with a fix, whose title is also the help line unless there is one.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.help.get_or_insert_with(|| fix.title.clone());
        self.fix = Some(fix);
        self
    }
}
