//! The answer for programs: `docs/json.md` describes it.

use std::path::Path;

use gilbench_runner::imports::Answer;
use serde::Serialize;

use super::Tried;

/// An interpreter with its packages.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    interpreter: &'a str,
    label: &'a str,
    version: &'a str,
    executable: &'a Path,
    free_threaded: bool,
    good: usize,
    packages: &'a [Answer],
}

/// One for each interpreter.
pub(super) fn rows<'a>(tried: &'a [Tried]) -> Vec<Row<'a>> {
    let row = |Tried { subject, answers }: &'a Tried| Row {
        interpreter: subject.id.as_str(),
        label: &subject.label,
        version: &subject.version,
        executable: &subject.executable,
        free_threaded: subject.free_threaded,
        good: answers.iter().filter(|answer| answer.outcome.is_good()).count(),
        packages: answers,
    };
    tried.iter().map(row).collect()
}
