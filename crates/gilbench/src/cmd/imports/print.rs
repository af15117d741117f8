//! The answer for people: a sentence, a table, and what it has no room for.

use gilbench_report::wrapped;
use gilbench_runner::imports::{Answer, Code, Outcome, Wheel};

use super::Tried;
use super::notes::notes;
use super::summary::sentence;
use crate::output;

/// Wider lines are hard to read.
const WIDEST: usize = 100;

/// Sentences come first, then a table for each interpreter.
pub(super) fn print(all: &[Tried], build: bool) -> output::Result {
    for tried in all {
        paragraph(&sentence(tried), 0)?;
    }
    for tried in all {
        output::line("")?;
        if all.len() > 1 {
            output::line(&format!("{} ({}):", tried.subject.id, tried.subject.version))?;
        }
        output::table(["package", "version", "wheel", "code", "answer"], tried.answers.iter().map(row))?;
        let notes = notes(tried, build);
        if !notes.is_empty() {
            output::line("")?;
        }
        notes.iter().try_for_each(|note| paragraph(note, 2))?;
    }
    Ok(())
}

/// Text in lines that fit the terminal; those after the first are set in.
fn paragraph(text: &str, indent: usize) -> output::Result {
    let width = output::width().min(WIDEST).saturating_sub(indent);
    for (number, line) in wrapped(text, width).iter().enumerate() {
        let indent = if number == 0 { 0 } else { indent };
        output::line(&format!("{:indent$}{line}", ""))?;
    }
    Ok(())
}

fn row(answer: &Answer) -> [String; 5] {
    let dash = || "—".to_owned();
    [
        answer.name.clone(),
        answer.version.clone().unwrap_or_else(dash),
        answer.wheel.as_ref().map_or_else(|| source(answer.outcome), Wheel::word),
        answer.code.map_or_else(dash, |code| self::code(code).to_owned()),
        words(answer.outcome).to_owned(),
    ]
}

fn source(outcome: Outcome) -> String {
    if outcome == Outcome::OnlySource { "source".to_owned() } else { "—".to_owned() }
}

fn code(code: Code) -> &'static str {
    match code {
        Code::Compiled => "compiled",
        Code::Pure => "pure",
        Code::PureFallback => "pure fallback",
    }
}

fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Works => "works",
        Outcome::Imports => "imports",
        Outcome::GilOn => "GIL switched on",
        Outcome::ImportFailed => "import failed",
        Outcome::Crashed => "crashed",
        Outcome::TimedOut => "timed out",
        Outcome::OnlySource => "only source",
        Outcome::NoWheel => "no wheel",
        Outcome::NoVersion => "no such version",
        Outcome::NotFound => "not on the index",
        Outcome::LeftOut => "not meant for it",
        Outcome::InstallFailed => "install failed",
    }
}
