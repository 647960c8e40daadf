//! What the client sets: when it starts the server (`initializationOptions`), and later (`didChangeConfiguration`).

use serde::Deserialize;
use serde_json::Value;
use viz_check::Level;
use viz_project::{Confined, Environment};

/// Settings of a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Whether the sources of projects may be opened.
    pub trusted: bool,
    /// Whether included files outside of a project's repository are read although the workspace is not trusted or this is a CI
    /// run. Set when the server starts: a workspace can't grant it to itself.
    pub allow_outside: bool,
    /// Whether answers of earlier sessions are used and new ones are kept. Set when the server starts.
    pub cache: bool,
    /// Cut-off of combinations per insight; the project's where there is none.
    pub max_combinations: Option<usize>,
    /// How deep to check; the project's where there is none.
    pub level: Option<Level>,
    /// Whether options are thought of that nobody has today; as the project says where there is nothing.
    pub hostile_options: Option<bool>,
    /// Milliseconds of quiet after which what is new in the line that is being typed is shown; the project's where there is none.
    pub typing_pause: Option<u64>,
    /// Whether texts are formatted when the client asks for it.
    pub format: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trusted: true,
            allow_outside: false,
            cache: true,
            max_combinations: None,
            level: None,
            hostile_options: None,
            typing_pause: None,
            format: false,
        }
    }
}

/// Everything but `trusted`, which is read on its own so that a mistake here can't grant it; neither can one grant `allowOutside`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Options {
    max_combinations: Option<std::num::NonZeroUsize>,
    level: Option<LevelName>,
    cache: Option<bool>,
    allow_outside: bool,
    hostile_options: Option<bool>,
    typing_pause: Option<u64>,
}

/// What stands under `format`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Format {
    enable: bool,
}

impl Format {
    fn of(ours: &Value) -> Result<bool, serde_json::Error> {
        let format = ours.get("format").map_or(Ok(None), Option::<Format>::deserialize)?;
        Ok(format.is_some_and(|format| format.enable))
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LevelName {
    Parse,
    Bind,
    Execute,
}

/// The section of a client's configuration that is ours.
pub const SECTION: &str = "viz";

impl Settings {
    /// These settings after the client has changed its configuration; `None` if there is nothing of ours in it. What was
    /// not set any more is the project's again. Trust is not a matter of configuration.
    pub fn changed(self, configuration: &Value) -> (Option<Self>, Vec<String>) {
        let ours = configuration.get(SECTION).unwrap_or(configuration);
        if !ours.is_object() {
            return (None, Vec::new());
        }
        let check = ours.get("check").filter(|check| check.is_object()).unwrap_or(ours);
        match Options::deserialize(check).and_then(|options| Ok((options, Format::of(ours)?))) {
            Ok((options, format)) => {
                let kept = Self {
                    cache: self.cache,
                    allow_outside: self.allow_outside,
                    format,
                    ..options.settings(self.trusted)
                };
                (Some(kept), Vec::new())
            }
            Err(error) => (None, vec![format!("the changed settings are ignored: {error}")]),
        }
    }

    /// Why nothing outside of a project's repository is read, if that is so.
    pub fn confined(&self, environment: &Environment) -> Option<Confined> {
        let confined = if self.trusted { Confined::by_environment(environment) } else { Some(Confined::Untrusted) };
        confined.filter(|_| !self.allow_outside)
    }

    /// Reads the client's options; the messages say what was wrong with them.
    pub fn read(options: Option<&Value>) -> (Self, Vec<String>) {
        let mut messages = Vec::new();
        let (trusted, options) = match options {
            None | Some(Value::Null) => (true, &Value::Null),
            Some(options @ Value::Object(map)) => match map.get("trusted") {
                None => (true, options),
                Some(Value::Bool(trusted)) => (*trusted, options),
                Some(other) => {
                    messages.push(format!("`trusted` must be true or false, not {other}: the workspace is not trusted, no source is opened"));
                    (false, options)
                }
            },
            Some(_) => {
                messages.push(
                    "`initializationOptions` must be an object: the workspace is not trusted, no source is opened"
                        .to_owned(),
                );
                (false, &Value::Null)
            }
        };
        let read = Option::<Options>::deserialize(options).and_then(|read| Ok((read, Format::of(options)?)));
        let (options, format) = read.unwrap_or_else(|error| {
            messages.push(format!("`initializationOptions` are ignored: {error}"));
            (None, false)
        });
        (Settings { format, ..options.unwrap_or_default().settings(trusted) }, messages)
    }
}

impl Options {
    fn settings(self, trusted: bool) -> Settings {
        let level = self.level.map(|level| match level {
            LevelName::Parse => Level::Parse,
            LevelName::Bind => Level::Bind,
            LevelName::Execute => Level::Execute,
        });
        Settings {
            trusted,
            allow_outside: self.allow_outside,
            cache: self.cache.unwrap_or(true),
            max_combinations: self.max_combinations.map(|most| most.get().min(viz_project::MOST_COMBINATIONS)),
            level,
            hostile_options: self.hostile_options,
            typing_pause: self.typing_pause,
            format: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(options: Value) -> (Settings, usize) {
        let (settings, messages) = Settings::read(Some(&options));
        (settings, messages.len())
    }

    #[test]
    fn nothing_means_the_defaults() {
        assert_eq!(Settings::read(None), (Settings::default(), vec![]));
        assert_eq!(read(json!({"other": 1})), (Settings::default(), 0));
    }

    #[test]
    fn everything_can_be_set() {
        let wanted = Settings {
            trusted: false,
            allow_outside: true,
            cache: false,
            max_combinations: Some(7),
            level: Some(Level::Parse),
            hostile_options: Some(true),
            typing_pause: Some(0),
            format: true,
        };
        let all = json!({"trusted": false, "allowOutside": true, "cache": false, "maxCombinations": 7, "level": "parse", "hostileOptions": true, "typingPause": 0, "format": {"enable": true}});
        assert_eq!(read(all), (wanted, 0));
        assert_eq!(read(json!({"level": "execute"})).0.level, Some(Level::Execute));
    }

    #[test]
    fn changes_are_read_in_the_shapes_that_clients_send() {
        let before = Settings { trusted: false, cache: false, max_combinations: Some(7), ..Settings::default() };
        let wanted = Settings { max_combinations: None, level: Some(Level::Parse), ..before };
        for shape in [
            json!({"level": "parse"}),
            json!({"check": {"level": "parse", "maxCombinations": null}, "trace": "off"}),
            json!({"viz": {"check": {"level": "parse"}}, "trusted": true}),
            json!({"viz": {"level": "parse", "trusted": true, "allowOutside": true}}),
        ] {
            assert_eq!(before.changed(&shape), (Some(wanted), vec![]), "{shape}");
        }
        for shape in [json!({"format": {"enable": true}}), json!({"viz": {"check": {}, "format": {"enable": true}}})] {
            let (settings, messages) = before.changed(&shape);
            assert!(settings.is_some_and(|settings| settings.format) && messages.is_empty(), "{shape}");
        }
        assert_eq!(before.changed(&json!({"format": {"enable": "yes"}})).1.len(), 1);
        for nothing in [json!(null), json!([]), json!({"viz": null})] {
            assert_eq!(before.changed(&nothing), (None, vec![]), "{nothing}");
        }
        let (settings, messages) = before.changed(&json!({"maxCombinations": 0}));
        assert!(settings.is_none() && messages.len() == 1);
    }

    #[test]
    fn who_reads_no_farther_than_the_repository() {
        let (usual, ci) = (Environment::empty(), Environment::of([("CI", "true")]));
        let confined = |options: Value, environment| read(options).0.confined(environment);
        assert_eq!(confined(json!({}), &usual), None);
        assert_eq!(confined(json!({}), &ci), Some(Confined::Ci));
        assert_eq!(confined(json!({"trusted": false}), &usual), Some(Confined::Untrusted));
        assert_eq!(confined(json!({"trusted": false, "allowOutside": true}), &ci), None);
        assert_eq!(confined(json!({"trusted": false, "allowOutside": "yes"}), &usual), Some(Confined::Untrusted));
    }

    #[test]
    fn a_mistake_never_grants_trust() {
        for wrong in
            [json!({"trusted": "false"}), json!({"trusted": 0}), json!({"trusted": null}), json!([]), json!("trusted")]
        {
            let (settings, messages) = read(wrong.clone());
            assert!(!settings.trusted && messages == 1, "{wrong}");
        }
        let (settings, messages) = read(json!({"trusted": false, "level": "deep"}));
        assert!(!settings.trusted && messages == 1);
    }
}
