//! Functions and types that only one of the two engines has (`facts/catalogue.tsv`).

use std::collections::HashMap;
use std::sync::LazyLock;

/// One of the two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// 1.4, the engine of today's viewers.
    V1_4,
    /// 2.0, the one that is linked.
    V2_0,
}

/// What only one engine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// All of that name.
    Name(Engine),
    /// The name with these numbers behind it only: so many arguments, or so many numbers in parentheses.
    Form(Engine),
}

/// Forms of a name: `*`, or numbers with commas between them.
#[derive(Debug, Default)]
struct Forms {
    only_1_4: &'static str,
    only_2_0: &'static str,
}

impl Forms {
    fn only(&self, form: usize) -> Option<Only> {
        let form = form.to_string();
        let of = |forms: &str, engine| match forms {
            "*" => Some(Only::Name(engine)),
            forms => forms.split(',').any(|one| one == form).then_some(Only::Form(engine)),
        };
        of(self.only_2_0, Engine::V2_0).or_else(|| of(self.only_1_4, Engine::V1_4))
    }
}

static CATALOGUE: LazyLock<HashMap<(&'static str, &'static str), Forms>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        ((field(), field()), Forms { only_1_4: field(), only_2_0: field() })
    };
    include_str!("facts/catalogue.tsv").lines().map(line).collect()
});

/// Whether only one engine has a function, by its name in lower case and the number of its arguments.
pub fn function(name: &str, arguments: usize) -> Option<Only> {
    CATALOGUE.get(&("function", name))?.only(arguments)
}

/// Whether only one engine has a type, by its name in lower case and how many numbers stand behind it.
pub fn data_type(name: &str, numbers: usize) -> Option<Only> {
    CATALOGUE.get(&("type", name))?.only(numbers)
}
