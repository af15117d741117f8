//! The answer on one screen: the verdict, the figures that it stands on, and what would help.

use gilbench_analysis::diagnosis::Verdict;
use gilbench_model::units::{format_seconds, significant};

use super::answer::{Answer, Fact, Proposed, Secondary, Tried};
use super::experiment::Made;
use crate::output;

/// Lines of evidence.
const EVIDENCE: usize = 4;

/// Lines of the program.
const LINES: usize = 3;

pub(super) fn print(answer: &Answer) -> output::Result {
    if let Some(run) = answer.runs.first().filter(|run| run.exit_code != Some(0) && !run.cut) {
        output::note(&failure(run));
    }
    let sure = confidence(answer);
    let sure = if sure.is_empty() { sure } else { format!(" ({sure})") };
    output::line(&format!("{}{sure}: {}", answer.verdict.as_str(), meaning(answer.verdict)))?;
    for Secondary { verdict, share } in &answer.secondary {
        output::line(&format!("  also {}, for {} of the time", verdict.as_str(), percent(*share)))?;
    }
    output::line("")?;
    for fact in answer.evidence.iter().take(EVIDENCE) {
        output::line(&format!("  {}", evidence(fact)))?;
    }
    for tried in
        answer.tried.iter().filter(|tried| tried.failure.is_some() || tried.same_output == Some(false))
    {
        output::line(&format!("  {}", came_to_nothing(tried)))?;
    }
    for line in answer.lines.iter().take(LINES) {
        let (file, number, function) = (&line.file, line.line, &line.function);
        let seconds = format_seconds(line.seconds);
        output::line(&format!("  {file}:{number} {function}: {} {seconds}", line.activity))?;
    }
    output::line("")?;
    output::line("What would help:")?;
    for (index, remedy) in answer.remedies.iter().enumerate() {
        proposal(index + 1, remedy)?;
    }
    for note in &answer.missing {
        output::note(&format!("note: {note}"));
    }
    Ok(())
}

/// That it failed, by what it said last.
fn failure(run: &Made) -> String {
    let code = run.exit_code.map_or_else(
        || format!("was ended by signal {}", run.signal.unwrap_or(0)),
        |code| format!("ended with exit code {code}"),
    );
    let words = run.last_words.as_ref().map_or(String::new(), |words| format!(": {words}"));
    let hint = if run.signal.is_none() { "; if it needs a terminal, `--tty` gives it one" } else { "" };
    format!("the program {code}{words}{hint}")
}

/// How sure a verdict is, in words and as a number; nothing where there is none.
pub(super) fn confidence(answer: &Answer) -> String {
    let word = match answer.confidence {
        _ if answer.verdict == Verdict::Undecided => return String::new(),
        confidence if confidence >= 0.85 => "sure",
        confidence if confidence >= 0.65 => "fairly sure",
        _ => "not sure",
    };
    format!("{word}, {:.2}", answer.confidence)
}

/// A verdict in a sentence.
pub(super) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::GilBound => "threads want to compute, and the GIL lets one at a time",
        Verdict::Parallel => "it uses the CPUs that it may use",
        Verdict::IoBound => "it waits, for something outside or for time to pass",
        Verdict::LockBound => "threads wait for a lock of the program's own",
        Verdict::Serial => "one thread does nearly all",
        Verdict::PicklingBound => "processes move data to each other",
        Verdict::OverheadBound => "tasks are handed out, or interpreters start, for longer than work is done",
        Verdict::Oversubscribed => "more threads want to compute than there are CPUs, and that costs time",
        Verdict::LoopBlocked => "long callbacks hold up the event loop",
        Verdict::MemoryBound => "all CPUs are busy, and it is no faster: memory is what they wait for",
        Verdict::Throttled => "it may not use the CPUs that it could use",
        Verdict::Undecided => "nothing that was seen says what it is",
    }
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn evidence(fact: &Fact) -> String {
    format!("{} {} ({})", figure(fact), fact.fact, fact.source)
}

/// A figure with its unit, but for those that its fact names.
pub(super) fn figure(fact: &Fact) -> String {
    match fact.unit {
        "share" => percent(fact.value),
        "×" => format!("{}×", significant(fact.value)),
        "s" => format_seconds(fact.value),
        _ if fact.value.fract() == 0.0 => fact.value.to_string(),
        _ => significant(fact.value),
    }
}

fn came_to_nothing(tried: &Tried) -> String {
    match &tried.failure {
        Some(reason) => format!("with {} it failed: {reason}", tried.with),
        None => format!("with {} it prints something else", tried.with),
    }
}

fn proposal(number: usize, proposed: &Proposed) -> output::Result {
    output::line(&format!("  {number}. {}: {}", proposed.remedy, gain(proposed)))?;
    if let Some(note) = &proposed.note {
        output::line(&format!("     {note}"))?;
    }
    match &proposed.command {
        Some(command) => output::line(&format!("     {command}")),
        None => Ok(()),
    }
}

/// What a remedy would bring.
pub(super) fn gain(proposed: &Proposed) -> String {
    let Some(gain) = &proposed.gain else { return "nothing that gilbench knows of".to_owned() };
    let (low, high) = (significant(gain.low), significant(gain.high));
    match &gain.formula {
        Some(formula) => format!("at most {high}× as fast = {formula}"),
        None => format!("{low}× to {high}× as fast, measured"),
    }
}
