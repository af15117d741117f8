//! The answer as a page.

use gilbench_model::timeline::{Lane, Recording};
use gilbench_model::units::{format_seconds, significant};
use gilbench_model::watched::Run;
use gilbench_report::{DiagnosisPage, PageRemedy, ReportErrorKind, diagnosis_page};

use super::answer::{Answer, Secondary, Tried};
use super::experiment::{Experiment, Made};
use super::text::{confidence, figure, gain, meaning, percent};

/// Renders it.
pub(super) fn page(answer: &Answer, experiment: &Experiment) -> Result<String, ReportErrorKind> {
    let facts = &answer.facts;
    let known = |value: Option<String>| value.unwrap_or_else(|| "not known".to_owned());
    let gil = match (facts.gil.built, facts.gil.enabled) {
        (_, Some(true)) => "in force",
        (_, Some(false)) => "not in force",
        (Some(true), None) => "built in",
        _ => "not known",
    };
    diagnosis_page(&DiagnosisPage {
        command: facts.command.clone(),
        verdict: answer.verdict.as_str().to_owned(),
        sure: confidence(answer),
        meaning: meaning(answer.verdict).to_owned(),
        secondary: answer
            .secondary
            .iter()
            .map(|Secondary { verdict, share }| {
                format!("Also {}, for {} of the time.", verdict.as_str(), percent(*share))
            })
            .collect(),
        notes: answer.missing.clone(),
        evidence: answer
            .evidence
            .iter()
            .map(|fact| [figure(fact), fact.fact.clone(), fact.source.to_owned()])
            .collect(),
        remedies: answer
            .remedies
            .iter()
            .map(|proposed| PageRemedy {
                remedy: proposed.remedy.to_owned(),
                gain: gain(proposed),
                note: proposed.note.clone(),
                command: proposed.command.clone(),
            })
            .collect(),
        tried: answer.tried.iter().map(tried).collect(),
        lines: answer
            .lines
            .iter()
            .map(|line| {
                let place = format!("{}:{}", line.file, line.line);
                [place, line.function.clone(), line.activity.to_owned(), format_seconds(line.seconds)]
            })
            .collect(),
        runs: answer.runs.iter().map(run).collect(),
        facts: vec![
            ["Implementation".to_owned(), known(facts.implementation.clone())],
            ["Version".to_owned(), known(facts.version.clone())],
            ["GIL".to_owned(), gil.to_owned()],
            [
                "Modules with compiled code".to_owned(),
                known(facts.extensions.as_ref().map(|all| all.join(", "))),
            ],
            ["Processes".to_owned(), facts.processes.to_string()],
            ["Threads".to_owned(), facts.threads.to_string()],
            ["Names of Python threads".to_owned(), facts.thread_names.join(", ")],
            [
                "Workers of each executor".to_owned(),
                known(
                    facts
                        .executor_workers
                        .as_ref()
                        .map(|workers| workers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
                ),
            ],
            ["Start method of processes".to_owned(), known(facts.start_method.clone())],
            ["CPUs that it may use".to_owned(), facts.cpus.to_string()],
        ],
        recording: lanes(&experiment.telling).as_ref(),
    })
}

/// The lanes of the program's own threads, by the names that Python has for them.
fn lanes(run: &Run) -> Option<Recording> {
    let mut recording = run.watched.recording.clone()?;
    let process = |lane: &Lane| run.watched.processes.get(lane.process as usize).map(|process| process.id);
    let mut threads = run.watched.threads.iter();
    recording.lanes.retain_mut(|lane| {
        let id = threads.next().map_or(0, |thread| thread.id);
        let Some(teller) = run.tellers().find(|teller| Some(teller.process) == process(lane)) else {
            return true;
        };
        if let Some(name) = teller.knowledge.thread_names.get(&id).filter(|name| !name.is_empty()) {
            lane.name.clone_from(name);
        }
        !teller.own_threads.contains(&id)
    });
    Some(recording)
}

fn tried(tried: &Tried) -> [String; 4] {
    let ratio = match (tried.ratio, tried.low, tried.high) {
        (Some(ratio), Some(low), Some(high)) => {
            format!("{}× [{}×, {}×]", significant(ratio), significant(low), significant(high))
        }
        _ => "—".to_owned(),
    };
    let remark = match (&tried.failure, tried.same_output) {
        (Some(failure), _) => failure.clone(),
        (None, Some(false)) => "it prints something else".to_owned(),
        (None, Some(true)) => "it prints the same".to_owned(),
        (None, None) => String::new(),
    };
    [tried.with.clone(), ratio, tried.rounds.to_string(), remark]
}

fn run(run: &Made) -> [String; 4] {
    let end = match (run.cut, run.exit_code, run.signal) {
        (true, ..) => "ended by us".to_owned(),
        (false, Some(code), _) => format!("exit code {code}"),
        (false, None, signal) => format!("signal {}", signal.unwrap_or(0)),
    };
    [run.what.clone(), format_seconds(run.seconds), format_seconds(run.cpu_seconds), end]
}
