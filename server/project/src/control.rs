//! The controls of inputs: one row per display. What a viewer can select with each is in `verdicts.md` §3.

use crate::object::{Options, Selection};
use viz_text::Loc;

/// What the table says of a display.
struct Row {
    name: &'static str,
    /// Whether single-select inputs have it.
    single: bool,
    /// Whether multi-select inputs have it.
    multi: bool,
    /// Whether a run of neighbouring values is selected with it.
    run: bool,
    /// Whether a viewer can select nothing with it, in a single-select and in a multi-select.
    clearable: (bool, bool),
    /// What a single-select and a multi-select offer of the options.
    offers: (Offers, Offers),
}

/// Which of the options a viewer can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offers {
    /// All, in their order.
    All,
    /// The first two.
    FirstTwo,
    /// Those that are numbers, as numbers.
    Numbers,
    /// Those that are numbers, as numbers, the smallest first.
    AscendingNumbers,
    /// All, the smallest text first.
    AscendingTexts,
}

impl Offers {
    /// Its name in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::FirstTwo => "first-two",
            Self::Numbers => "numbers",
            Self::AscendingNumbers => "ascending-numbers",
            Self::AscendingTexts => "ascending-texts",
        }
    }
}

/// Of one kind of input only, with nothing special about it.
const SINGLE: Row = Row {
    name: "",
    single: true,
    multi: false,
    run: false,
    clearable: (false, true),
    offers: (Offers::All, Offers::All),
};
const MULTI: Row = Row { single: false, multi: true, ..SINGLE };

macro_rules! displays {
    ($($(#[$doc:meta])* $display:ident $row:expr),* $(,)?) => {
        /// Values of `display.type`: which control an input has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Display {
            $($(#[$doc])* $display),*
        }

        const ALL: &[Display] = &[$(Display::$display),*];
        const ROWS: &[Row] = &[$($row),*];
    };
}

displays! {
    /// A list that folds out.
    Dropdown Row { name: "dropdown", multi: true, ..SINGLE },
    /// One of several buttons.
    Radio Row { name: "radio", ..SINGLE },
    /// A switch between two options.
    Toggle Row { name: "toggle", offers: (Offers::FirstTwo, Offers::All), ..SINGLE },
    /// Tabs side by side.
    Tabs Row { name: "tabs", ..SINGLE },
    /// A field that proposes options.
    Autocomplete Row { name: "autocomplete", clearable: (true, true), ..SINGLE },
    /// One handle.
    Slider Row { name: "slider", offers: (Offers::Numbers, Offers::All), ..SINGLE },
    /// A box for each option.
    Checkboxes Row { name: "checkboxes", ..MULTI },
    /// A chip for each option.
    Chips Row { name: "chips", ..MULTI },
    /// A tag for each selected option.
    Tags Row { name: "tags", ..MULTI },
    /// Two handles.
    RangeSlider Row {
        name: "range-slider",
        run: true,
        clearable: (false, false),
        offers: (Offers::All, Offers::AscendingNumbers),
        ..MULTI
    },
    /// Two dates.
    DateRange Row { name: "date-range", run: true, offers: (Offers::All, Offers::AscendingTexts), ..MULTI },
}

const fn count(multi: bool) -> usize {
    let (mut found, mut at) = (0, 0);
    while at < ROWS.len() {
        found += ((multi && ROWS[at].multi) || (!multi && ROWS[at].single)) as usize;
        at += 1;
    }
    found
}

const fn names<const COUNT: usize>(multi: bool) -> [&'static str; COUNT] {
    let (mut names, mut found, mut at) = ([""; COUNT], 0, 0);
    while at < ROWS.len() {
        if (multi && ROWS[at].multi) || (!multi && ROWS[at].single) {
            names[found] = ROWS[at].name;
            found += 1;
        }
        at += 1;
    }
    names
}

/// Values of `display.type` of a single-select input.
pub(crate) const SINGLE_DISPLAYS: &[&str] = &names::<{ count(false) }>(false);
/// Values of `display.type` of a multi-select input.
pub(crate) const MULTI_DISPLAYS: &[&str] = &names::<{ count(true) }>(true);

impl Display {
    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The display of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|display| display.name() == name)
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

/// What a viewer selects with, and what can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Which control the browser shows.
    pub display: Display,
    /// Where the display is written; `None` if it is the one that inputs have without.
    pub written: Option<Loc>,
    /// Whether what is selected is a run of neighbouring values.
    pub ranged: bool,
    /// Whether a viewer can select nothing.
    pub clearable: bool,
    /// Which of the options can be selected.
    pub offers: Offers,
}

impl Control {
    /// Of an input. `given` is whether it says anything about its display, `written` what it says.
    pub(crate) fn new(
        selection: Option<Selection>,
        options: &Options,
        given: bool,
        written: Option<(Display, Loc)>,
    ) -> Self {
        let range = matches!(options, Options::Range(_));
        // 5.1: a range without `display` is a `range-slider`, and a `dropdown` if `display` has no `type`.
        let usual = if range && !given { Display::RangeSlider } else { Display::Dropdown };
        let display = written.map_or(usual, |(display, _)| display);
        let row = display.row();
        // What is selected of a range is one of its runs, whatever shows it.
        let ranged = range || row.run;
        let (clearable, offers) = match selection {
            Some(Selection::Multi) if ranged => (row.run && row.clearable.1, row.offers.1),
            Some(Selection::Multi) => (row.clearable.1, row.offers.1),
            _ => (row.clearable.0, row.offers.0),
        };
        // The values of a range are there as they are, dates too.
        let offers = if range && offers == Offers::AscendingNumbers { Offers::All } else { offers };
        Self { display, written: written.map(|(_, loc)| loc), ranged, clearable, offers }
    }
}

impl Default for Control {
    fn default() -> Self {
        Self::new(None, &Options::Missing, false, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Body, Environment, MemoryFiles, Project};

    fn control(input: &str) -> Control {
        let text = format!("name: p\ninputs:\n  - {{ name: x, {input} }}\n");
        let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
        let project = Project::load(std::path::Path::new("/p"), &files, &Environment::empty());
        let input = |id| match &project.object(id).body {
            Body::Input(input) => Some(input.control),
            _ => None,
        };
        project.ids().find_map(input).expect("an input")
    }

    #[test]
    fn displays_are_found_by_their_names() {
        assert!(ALL.iter().all(|display| Display::named(display.name()) == Some(*display)));
        assert_eq!(SINGLE_DISPLAYS, ["dropdown", "radio", "toggle", "tabs", "autocomplete", "slider"]);
        assert_eq!(MULTI_DISPLAYS, ["dropdown", "checkboxes", "chips", "tags", "range-slider", "date-range"]);
    }

    /// Section 5.1 of the format's reference.
    #[test]
    fn the_display_of_inputs_that_have_none() {
        const RANGE: &str = "type: multi-select, range: { start: 1, end: 9, step: 1 }";
        for (display, expected) in [
            ("", Display::RangeSlider),
            (", display:", Display::RangeSlider),
            (", display: { default: { start: 1, end: 5 } }", Display::Dropdown),
            (", display: { type: range-slider }", Display::RangeSlider),
            (", display: { type: date-range }", Display::DateRange),
            (", display: { type: nonsense }", Display::Dropdown),
        ] {
            let found = control(&format!("{RANGE}{display}"));
            assert_eq!((found.display, found.ranged), (expected, true), "{display}");
        }
        for list in ["type: single-select, options: [a, b]", "type: multi-select, options: [a, b]"] {
            assert_eq!(control(list).display, Display::Dropdown, "{list}");
        }
    }

    /// The table of `verdicts.md` §3.
    #[test]
    fn what_can_be_reached() {
        for (kind, display, ranged, clearable, offers) in [
            ("single", "dropdown", false, false, Offers::All),
            ("single", "toggle", false, false, Offers::FirstTwo),
            ("single", "slider", false, false, Offers::Numbers),
            ("single", "autocomplete", false, true, Offers::All),
            ("multi", "dropdown", false, true, Offers::All),
            ("multi", "tags", false, true, Offers::All),
            ("multi", "range-slider", true, false, Offers::AscendingNumbers),
            ("multi", "date-range", true, true, Offers::AscendingTexts),
        ] {
            let found = control(&format!("type: {kind}-select, options: [a, b], display: {{ type: {display} }}"));
            let found = (found.display.name(), found.ranged, found.clearable, found.offers);
            assert_eq!(found, (display, ranged, clearable, offers), "{kind}");
        }
    }
}
