//! Where text leaves for stdout and stderr. Nothing else in this crate prints.
//!
//! Whatever is printed holds no value of a variable, no character that controls a terminal and no command to a machine that
//! reads logs (see `viz_text::shown`). What can't be written is not lost in silence: the program says so in the end, and its
//! exit status is 2. A reader that closes the pipe (`| head`) has what it wants: that is no failure.

use anstream::{AutoStream, ColorChoice};
use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use std::io::{self, ErrorKind, IsTerminal, Write};
use viz_text::shown::{block, json_without_commands, visible, visible_but_styles, without_commands};

/// What went wrong first.
static FAILED: Mutex<Option<String>> = Mutex::new(None);

fn failure() -> MutexGuard<'static, Option<String>> {
    FAILED.lock()
}

/// Whether something could not be written.
pub fn has_failed() -> bool {
    failure().is_some()
}

/// Says in the end what could not be written, if that can be said, and whether there was any.
pub fn tell_failure() -> bool {
    let failed = failure().clone();
    if let Some(message) = &failed {
        write(&mut io::stderr(), "stderr", &format!("error: {message}\n"));
    }
    failed.is_some()
}

/// Columns of the terminal that stdout is, if it is one that a person reads: no line that a CI's runner reads is begun by a word of
/// a wrapped text.
pub fn width() -> Option<usize> {
    if std::env::var_os("CI").is_some_and(|set| !set.is_empty()) {
        return None;
    }
    io::stdout().is_terminal().then(terminal_size::terminal_size)?.map(|(width, _)| usize::from(width.0))
}

/// A report of `--check` or `--build` for people. What a check says of a project holds no values of variables already; the
/// project's own lines and paths are shown as they are.
pub fn report(text: &str, color: ColorChoice) {
    let stdout = AutoStream::new(io::stdout().lock(), color);
    if stdout.current_choice() == ColorChoice::Never {
        let plain = anstream::adapter::strip_str(text).to_string();
        write(&mut stdout.into_inner(), "stdout", &without_commands(&visible(&plain)));
    } else {
        write(&mut { stdout }, "stdout", &without_commands(&visible_but_styles(text)));
    }
}

/// Other text for people, without styles.
pub fn text(text: &str) {
    write(&mut io::stdout(), "stdout", &without_commands(&visible(&viz_secrets::hide(text))));
}

/// Empties the screen.
pub fn clear() {
    write(&mut io::stdout(), "stdout", "\x1b[2J\x1b[H");
}

/// JSON.
pub fn json(text: &str) {
    write(&mut io::stdout(), "stdout", &json_without_commands(text));
}

/// Commands that a machine is to read, whose data are escaped.
pub fn commands(text: &str) {
    write(&mut io::stdout(), "stdout", text);
}

/// A line of `help: …` or `note: …` in a message is a line of its own; others stand behind a mark.
fn message(text: &str) -> String {
    let text = block(&viz_secrets::hide(text)).into_owned();
    let text =
        ["help: ", "note: "].iter().fold(text, |text, word| text.replace(&format!("\n| {word}"), &format!("\n{word}")));
    without_commands(&text).into_owned()
}

/// `error: …` on stderr.
pub fn error(error: &anyhow::Error) {
    write(&mut io::stderr(), "stderr", &format!("error: {}\n", message(&format!("{error:#}"))));
}

/// Lines for people on stderr, which hold what was typed.
pub fn usage(text: &str) {
    write(&mut io::stderr(), "stderr", &without_commands(&visible(text)));
}

/// Something for people on stderr, of one line or more.
pub fn say(text: &str) {
    write(&mut io::stderr(), "stderr", &format!("{}\n", message(text)));
}

/// The texts in JSON as they may be shown, but for the members of these names, which are used and not shown.
pub fn show(value: &mut Value, used: &[&str]) {
    match value {
        Value::String(text) => {
            let hidden = viz_secrets::hide(text);
            let clean = visible(&hidden);
            if clean != text.as_str() {
                *text = clean.into_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| show(item, used)),
        Value::Object(members) => {
            let shown = members.iter_mut().filter(|(name, _)| !used.contains(&name.as_str()));
            shown.for_each(|(_, value)| show(value, used));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn write(to: &mut impl Write, name: &str, text: &str) {
    if let Err(error) = to.write_all(text.as_bytes()).and_then(|()| to.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        failure().get_or_insert_with(|| format!("can't write to {name}: {error}"));
    }
}

/// Writes what a log says, an event at a time.
pub struct Log<W> {
    to: W,
    /// Whether it is styled by the one who writes.
    styled: bool,
}

impl<W> Log<W> {
    /// A log that is written there.
    pub fn new(to: W, styled: bool) -> Self {
        Self { to, styled }
    }
}

impl<W: Write> Write for Log<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = viz_secrets::hide(text.trim_end_matches('\n'));
        let text = if self.styled { text.replace('\n', "\n| ").into() } else { block(&text) };
        write(&mut self.to, "the log", &format!("{}\n", without_commands(&text)));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_data_stand_behind_a_mark() {
        assert_eq!(message("no file a\n::error::b\nhelp: name it"), "no file a\n| ::error::b\nhelp: name it");
        assert_eq!(message("::error::x"), "| ::error::x");
    }

    #[test]
    fn an_event_is_one_entry() {
        let mut to = Vec::new();
        let event = "1.2s INFO root=a\n::error::x \u{1b}[2J\n";
        assert_eq!(Log::new(&mut to, false).write(event.as_bytes()).unwrap(), event.len());
        assert_eq!(String::from_utf8(to).unwrap(), "1.2s INFO root=a\n| ::error::x �[2J\n");
    }
}
