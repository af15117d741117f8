//! The answer in a sentence.

use gilbench_runner::imports::Outcome;

use super::Tried;

/// How many packages work, then which do not, by what is the matter.
pub(super) fn sentence(tried: &Tried) -> String {
    // What is not meant for this interpreter neither works nor fails on it.
    let counted = tried.answers.iter().filter(|answer| answer.outcome != Outcome::LeftOut).count();
    let good = tried.answers.iter().filter(|answer| answer.outcome.is_good()).count();
    let packages = if counted == 1 { "package" } else { "packages" };
    let (s, id) = (if good == 1 { "s" } else { "" }, &tried.subject.id);
    let mut clauses = vec![if tried.subject.free_threaded {
        format!("{good} of {counted} {packages} work{s} without the GIL on {id}")
    } else {
        format!("{good} of {counted} {packages} install{s} and import{s} on {id}, which has a GIL")
    }];
    for outcome in [
        Outcome::GilOn,
        Outcome::ImportFailed,
        Outcome::Crashed,
        Outcome::TimedOut,
        Outcome::OnlySource,
        Outcome::NoWheel,
        Outcome::NoVersion,
        Outcome::InstallFailed,
        Outcome::NotFound,
        Outcome::LeftOut,
    ] {
        let names = tried.answers.iter().filter(|answer| answer.outcome == outcome);
        let names: Vec<&str> = names.map(|answer| answer.name.as_str()).collect();
        if !names.is_empty() {
            clauses.push(clause(outcome, &names));
        }
    }
    clauses.join("; ") + "."
}

/// `lxml and orjson have no wheel for it`
fn clause(outcome: Outcome, names: &[&str]) -> String {
    let [one, several] = match outcome {
        Outcome::Works => ["works", "work"],
        Outcome::Imports => ["imports", "import"],
        Outcome::GilOn => ["switches it on", "switch it on"],
        Outcome::ImportFailed => ["does not import", "do not import"],
        Outcome::Crashed => ["crashes", "crash"],
        Outcome::TimedOut => ["takes too long to import", "take too long to import"],
        Outcome::OnlySource => ["has no wheel for it, only sources", "have no wheel for it, only sources"],
        Outcome::NoWheel => ["has no wheel for it", "have no wheel for it"],
        Outcome::NoVersion => ["has no version that fits", "have no version that fits"],
        Outcome::InstallFailed => ["cannot be installed", "cannot be installed"],
        Outcome::NotFound => ["is not on the index", "are not on the index"],
        Outcome::LeftOut => ["is not meant for it", "are not meant for it"],
    };
    format!("{} {}", listed(names), if names.len() == 1 { one } else { several })
}

/// `a, b and c`
fn listed(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
}
