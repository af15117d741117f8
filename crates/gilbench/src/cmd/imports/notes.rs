//! What the table has no room for: why a package does not work, and what a build with a GIL would get instead.

use gilbench_model::shell::quoted;
use gilbench_runner::imports::{Answer, Code, Outcome};

use super::Tried;

/// A line for each package that there is more to say of, then the command that would go on.
pub(super) fn notes(tried: &Tried, build: bool) -> Vec<String> {
    let mut notes: Vec<String> = tried.answers.iter().filter_map(note).collect();
    let sources = tried.answers.iter().filter(|answer| answer.outcome == Outcome::OnlySource);
    let sources: Vec<_> = sources.map(|answer| quoted(&answer.requirement)).collect();
    if !build && !sources.is_empty() {
        let id = &tried.subject.id;
        let command = format!("gilbench imports --interpreter {id} --build {}", sources.join(" "));
        notes.push(format!("only source: `{command}` would try"));
    }
    notes
}

fn note(answer: &Answer) -> Option<String> {
    let said = match answer.outcome {
        // The table says it all.
        Outcome::NotFound | Outcome::LeftOut => return None,
        _ => [answer.message.clone(), other_with_gil(answer)].into_iter().flatten().collect::<Vec<_>>(),
    };
    let said = Some(said.join("; ")).filter(|said| !said.is_empty())?;
    Some(format!("{}: {said}", answer.name))
}

/// What a build with a GIL would get, where that is something else.
fn other_with_gil(answer: &Answer) -> Option<String> {
    let with_gil = answer.with_gil.as_ref()?;
    let (version, word) = (&with_gil.version, with_gil.wheel.word());
    if answer.code == Some(Code::PureFallback) {
        return Some(format!("pure Python here; a build with a GIL gets compiled code, {version} ({word})"));
    }
    // Without one here, pip may have gone back to a version that nobody would want.
    let other = answer.version.as_ref().is_some_and(|here| here != version);
    other.then(|| format!("a build with a GIL gets another version, {version} ({word})"))
}
