//! Where the files are (section 8 of the format reference).

use viz_project::Target;

/// The two arrangements of files below the output folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Layout {
    /// Of 2.0: all data in `files`.
    #[serde(rename = "2.0")]
    V2_0,
    /// Of 2.1 and later: data beside what describes them.
    #[serde(rename = "2.1")]
    V2_1,
}

impl From<Target> for Layout {
    fn from(target: Target) -> Self {
        match target {
            Target::V2_0 => Layout::V2_0,
            Target::V2_1 | Target::V2_2 => Layout::V2_1,
        }
    }
}

impl Layout {
    /// The schema of a source or a model.
    pub fn schema(self, name: &str) -> String {
        match self {
            Layout::V2_0 => format!("main/schemas/{name}/schema.json"),
            Layout::V2_1 => format!("main/schemas/{name}.json"),
        }
    }

    /// The rows of a model.
    pub fn model(self, name: &str) -> String {
        self.data("models", name)
    }

    /// The rows of a static insight.
    pub fn insight(self, name: &str) -> String {
        self.data("insights", name)
    }

    /// The result of a query of an input; `key` is `options` or `defaults`.
    pub fn input(self, name: &str, key: &str) -> String {
        self.data("inputs", &format!("{name}_{key}"))
    }

    fn data(self, kind: &str, name: &str) -> String {
        match self {
            Layout::V2_0 => format!("main/files/{name}.parquet"),
            Layout::V2_1 => format!("main/{kind}/{name}.parquet"),
        }
    }
}

/// What describes an input (both layouts).
pub fn input_json(name: &str) -> String {
    format!("main/inputs/{name}.json")
}

/// What describes an insight (both layouts).
pub fn insight_json(name: &str) -> String {
    format!("main/insights/{name}.json")
}

/// The flat file of an insight.
pub fn flat_json(name: &str) -> String {
    format!("insights/{name}/insight.json")
}

/// Why a name can't be a file's name. It is one as it is, so it must not lead elsewhere.
pub fn refuse_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("it has no name")
    } else if name.contains(['/', '\\', '\0']) {
        Some("its name holds a slash: it can't be a file's name")
    } else if name == "." || name == ".." {
        Some("its name is that of a folder")
    } else if name.len() > 180 {
        Some("its name is too long for a file's name")
    } else if cfg!(windows) && name.contains([':', '*', '?', '"', '<', '>', '|']) {
        Some("its name can't be a file's name on this system")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_both_layouts() {
        let paths =
            |layout: Layout| [layout.schema("a"), layout.model("a"), layout.insight("a"), layout.input("a", "options")];
        assert_eq!(
            paths(Layout::V2_0),
            [
                "main/schemas/a/schema.json",
                "main/files/a.parquet",
                "main/files/a.parquet",
                "main/files/a_options.parquet"
            ]
        );
        assert_eq!(
            paths(Layout::V2_1),
            [
                "main/schemas/a.json",
                "main/models/a.parquet",
                "main/insights/a.parquet",
                "main/inputs/a_options.parquet"
            ]
        );
    }

    #[test]
    fn names_stay_in_their_folder() {
        for name in ["", ".", "..", "../a", "a/b", "a\\b", "a\0"] {
            assert!(refuse_name(name).is_some(), "{name:?}");
        }
        for name in ["a", "sales by region", "...", "a.b", "Köln", "O'Hara"] {
            assert!(refuse_name(name).is_none(), "{name:?}");
        }
    }
}
