//! Imports an installed package in a process of its own, and reads what `check.py` says of it.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use serde::Deserialize;

use super::installing::Place;
use super::subject::Subject;
use crate::install::{Command, CommandError};

/// What imports the package.
const CHECK: &str = include_str!("check.py");

/// What is said of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) distribution: Option<Distribution>,
    /// Whether the GIL was in force before anything was imported.
    pub(super) gil_before: Option<bool>,
    pub(super) imports: Vec<Import>,
    /// How the process ended.
    pub(super) end: End,
}

/// How a process that imports ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    /// It had nothing more to do.
    #[default]
    Well,
    /// It died of a signal, or ended itself: in words.
    Died(String),
    /// It had to be killed.
    TimedOut(Duration),
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// None where the process ended in it.
    pub(super) result: Option<ImportResult>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImportResult {
    pub(super) error: Option<String>,
    pub(super) gil_enabled: Option<bool>,
    pub(super) switched_on_by: Option<SwitchedOnBy>,
}

/// What is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// What a program imports.
    Module,
    /// An extension module that this has not loaded.
    Extension,
}

/// An extension module that switched the GIL on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SwitchedOnBy {
    pub(super) module: Option<String>,
    pub(super) distribution: Option<String>,
}

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Distribution {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) tags: Vec<String>,
    pub(super) extensions: u32,
    pub(super) declares: Option<String>,
}

/// Imports it.
pub(super) fn check(
    subject: &Subject,
    name: &str,
    place: &Place,
    limit: Duration,
    interrupted: &dyn Fn() -> bool,
) -> Result<Checked, CommandError> {
    let (script, answer) = (place.file("check.py"), place.file("answer.jsonl"));
    let failed = |error| CommandError::Run { program: subject.executable.clone(), error };
    std::fs::write(&script, CHECK).map_err(failed)?;
    let home = place.home();
    // Nothing of the user's own decides what an import does; the GIL is left as it is by default.
    let command = Command::new(&subject.executable, &home, limit)
        .arguments(["-I", "-S", "-B"])
        .argument(&script)
        .argument(place.target())
        .argument(&answer)
        .argument(name)
        .variable("HOME", &home)
        .variable("XDG_CACHE_HOME", home.join("cache"))
        .variable("XDG_CONFIG_HOME", home.join("config"))
        .variable("XDG_DATA_HOME", home.join("data"));
    let words = place.file("import-words");
    let end = match command.run(&words, interrupted) {
        Ok(()) => End::Well,
        Err(CommandError::TimedOut(limit)) => End::TimedOut(limit),
        Err(CommandError::Failed { status }) => End::Died(death(status)),
        Err(error) => return Err(error),
    };
    let text = std::fs::read(&answer).unwrap_or_default();
    Ok(parse(&String::from_utf8_lossy(&text), end))
}

/// How a process ended that did not end well. A shell stands between: what it adds to a signal is taken off.
fn death(status: ExitStatus) -> String {
    let code = status.code().unwrap_or_default();
    let signal = status.signal().or_else(|| (code > 128).then_some(code - 128));
    match signal {
        Some(4) => "illegal instruction (SIGILL)".to_owned(),
        Some(6) => "it aborted (SIGABRT)".to_owned(),
        Some(7) => "bus error (SIGBUS)".to_owned(),
        Some(8) => "arithmetic error (SIGFPE)".to_owned(),
        Some(9) => "it was killed (SIGKILL), perhaps for want of memory".to_owned(),
        Some(11) => "segmentation fault (SIGSEGV)".to_owned(),
        Some(signal) => format!("signal {signal}"),
        None => format!("it ended itself with status {code}"),
    }
}

/// One line of the answer: any of its shapes.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Line {
    distribution: Option<Distribution>,
    importing: Option<String>,
    kind: Option<Kind>,
    imported: Option<String>,
    error: Option<String>,
    gil_enabled: Option<bool>,
    switched_on_by: Option<SwitchedOnBy>,
}

/// Reads an answer as far as it goes: a process that died may have left half a line.
fn parse(text: &str, end: End) -> Checked {
    let mut checked = Checked { end, ..Checked::default() };
    let lines = text.lines().map_while(|line| serde_json::from_str::<Line>(line).ok());
    for (index, line) in lines.enumerate() {
        if index == 0 {
            checked.distribution = line.distribution;
            checked.gil_before = line.gil_enabled;
        } else if let (Some(name), Some(kind)) = (line.importing, line.kind) {
            checked.imports.push(Import { name, kind, result: None });
        } else if let (Some(import), Some(_)) = (checked.imports.last_mut(), line.imported) {
            let (error, gil_enabled) = (line.error, line.gil_enabled);
            import.result = Some(ImportResult { error, gil_enabled, switched_on_by: line.switched_on_by });
        }
    }
    checked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_as_far_as_it_goes() {
        let text = "{\"distribution\": {\"name\": \"x\", \"version\": \"1\", \"tags\": [\"py3-none-any\"], \"extensions\": 0, \
                    \"declares\": null}, \"gil_enabled\": false}\n\
                    {\"importing\": \"x\", \"kind\": \"module\"}\n\
                    {\"imported\": \"x\", \"error\": null, \"gil_enabled\": false, \"switched_on_by\": null}\n\
                    {\"importing\": \"x._c\", \"kind\": \"extension\"}\n{\"imp";
        let checked = parse(text, End::Died("gone".into()));
        assert_eq!(checked.distribution.unwrap().version, "1");
        assert_eq!((checked.gil_before, checked.imports.len()), (Some(false), 2));
        let result = checked.imports[0].result.clone().unwrap();
        assert_eq!((result.error, result.gil_enabled), (None, Some(false)));
        assert_eq!((checked.imports[1].kind, &checked.imports[1].result), (Kind::Extension, &None));
        assert_eq!(parse("", End::Well), Checked::default());
    }

    #[test]
    fn a_death_is_told_in_words() {
        assert_eq!(death(ExitStatus::from_raw(139 << 8)), "segmentation fault (SIGSEGV)");
        assert_eq!(death(ExitStatus::from_raw(3 << 8)), "it ended itself with status 3");
    }
}
