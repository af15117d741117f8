//! What `diagnose` answers. The shape of `gilbench diagnose --format json`.

use std::collections::BTreeMap;

use gilbench_analysis::diagnosis::{Diagnosis, Effect, Verdict};
use serde::Serialize;

use super::candidate::words;
use super::experiment::{Experiment, Made, comparison};

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    pub(super) confidence: f64,
    pub(super) secondary: Vec<Secondary>,
    /// Why nothing can be said, or what is missing for more.
    pub(super) missing: Vec<String>,
    pub(super) evidence: Vec<Fact>,
    pub(super) remedies: Vec<Proposed>,
    /// What was tried, whether or not it helped.
    pub(super) tried: Vec<Tried>,
    pub(super) lines: Vec<Line>,
    pub(super) facts: Facts,
    pub(super) runs: Vec<Made>,
}

#[derive(Debug, Serialize)]
pub(super) struct Secondary {
    pub(super) verdict: Verdict,
    /// Of the time.
    pub(super) share: f64,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are part of the contract")]
pub(super) struct Fact {
    pub(super) fact: String,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    pub(super) source: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Proposed {
    pub(super) remedy: &'static str,
    /// None where there is nothing to gain.
    pub(super) gain: Option<GainFound>,
    pub(super) note: Option<String>,
    /// What shows it; none where there is nothing to do.
    pub(super) command: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct GainFound {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) kind: &'static str,
    pub(super) formula: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Tried {
    pub(super) with: String,
    /// Times as fast; none where it came to nothing.
    pub(super) ratio: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) rounds: usize,
    pub(super) same_output: Option<bool>,
    pub(super) failure: Option<String>,
    pub(super) command: String,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are part of the contract")]
pub(super) struct Line {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) function: String,
    pub(super) activity: &'static str,
    pub(super) seconds: f64,
}

/// What is known of the program; what nobody told is null.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    pub(super) command: String,
    pub(super) implementation: Option<String>,
    pub(super) version: Option<String>,
    pub(super) gil: Gil,
    pub(super) switch_interval_seconds: Option<f64>,
    pub(super) extensions: Option<Vec<String>>,
    pub(super) start_method: Option<String>,
    pub(super) executor_workers: Option<Vec<u32>>,
    pub(super) tasks_waiting: Option<u32>,
    pub(super) slow_callbacks: Option<u64>,
    pub(super) processes: usize,
    pub(super) threads: usize,
    pub(super) thread_names: Vec<String>,
    pub(super) cpus: usize,
    pub(super) seconds_by_cause: BTreeMap<String, f64>,
    pub(super) looks: usize,
    /// CPU time that the watching took, in seconds, over the time that was watched.
    pub(super) watching_cost: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Gil {
    pub(super) built: Option<bool>,
    pub(super) enabled: Option<bool>,
}

impl Answer {
    pub(super) fn new(diagnosis: &Diagnosis, experiment: &Experiment) -> Self {
        let mut missing = diagnosis.missing.clone();
        missing.extend(experiment.notes.iter().cloned());
        Self {
            verdict: diagnosis.verdict,
            confidence: rounded(diagnosis.confidence),
            secondary: diagnosis
                .secondary
                .iter()
                .map(|&(verdict, share)| Secondary { verdict, share: rounded(share) })
                .collect(),
            missing,
            evidence: diagnosis
                .evidence
                .iter()
                .map(|evidence| Fact {
                    fact: evidence.fact.clone(),
                    value: rounded(evidence.value),
                    unit: evidence.unit,
                    source: evidence.source.as_str(),
                })
                .collect(),
            remedies: remedies(diagnosis, experiment),
            tried: experiment.effects.iter().map(Tried::from).collect(),
            lines: diagnosis
                .lines
                .iter()
                .map(|line| Line {
                    file: line.file.clone(),
                    line: line.line,
                    function: line.function.clone(),
                    activity: line.activity.as_str(),
                    seconds: rounded(line.seconds),
                })
                .collect(),
            facts: facts(diagnosis, experiment),
            runs: experiment.runs.clone(),
        }
    }
}

fn remedies(diagnosis: &Diagnosis, experiment: &Experiment) -> Vec<Proposed> {
    let proposals = diagnosis.remedies.iter().map(|proposal| {
        let effect = proposal
            .change
            .as_ref()
            .and_then(|change| experiment.effects.iter().find(|effect| effect.change == *change));
        let command = match (effect, &proposal.gain) {
            (Some(effect), _) => Some(effect.command.clone()),
            (None, Some(_)) => Some(comparison(&experiment.command)),
            (None, None) => None,
        };
        Proposed {
            remedy: proposal.remedy.as_str(),
            gain: proposal.gain.as_ref().map(|gain| GainFound {
                low: rounded(gain.low),
                high: rounded(gain.high),
                kind: gain.kind.as_str(),
                formula: gain.formula.clone(),
            }),
            note: proposal.note.clone(),
            command,
        }
    });
    proposals.collect()
}

impl From<&Effect> for Tried {
    fn from(effect: &Effect) -> Self {
        let gain = effect.gain();
        Self {
            with: words(&effect.change),
            ratio: gain.map(|gain| rounded(gain.point)),
            low: gain.map(|gain| rounded(gain.low)),
            high: gain.map(|gain| rounded(gain.high)),
            rounds: effect.rounds.len(),
            same_output: effect.same_output,
            failure: effect.failure.clone(),
            command: effect.command.clone(),
        }
    }
}

fn facts(diagnosis: &Diagnosis, experiment: &Experiment) -> Facts {
    let telling = &experiment.telling;
    let first = telling.tellers().next();
    let knowledge = first.map(|teller| &teller.knowledge);
    let own = |thread: u32| first.is_some_and(|teller| teller.own_threads.contains(&thread));
    let shares = &diagnosis.shares;
    let watched = telling.watched.total_ns().seconds();
    let ranked = shares.ranked().into_iter();
    Facts {
        command: experiment.command.clone(),
        implementation: first.map(|teller| teller.hello.implementation.clone()),
        version: first.map(|teller| teller.hello.version.clone()),
        gil: Gil {
            built: first.and_then(|teller| teller.hello.gil_built),
            enabled: knowledge.and_then(|knowledge| knowledge.gil_enabled),
        },
        switch_interval_seconds: knowledge
            .and_then(|knowledge| knowledge.switch_interval_ns)
            .map(gilbench_model::Nanoseconds::seconds),
        extensions: knowledge.map(|knowledge| knowledge.extensions.clone()),
        start_method: knowledge.and_then(|knowledge| knowledge.start_method.clone()),
        executor_workers: knowledge.map(|knowledge| knowledge.executor_workers.clone()),
        tasks_waiting: knowledge.map(|knowledge| knowledge.tasks_waiting),
        slow_callbacks: knowledge
            .and_then(|knowledge| knowledge.event_loop)
            .map(|event_loop| event_loop.slow),
        processes: telling.watched.processes.len(),
        threads: telling.watched.threads.iter().filter(|thread| !own(thread.id)).count(),
        thread_names: knowledge
            .map(|knowledge| knowledge.thread_names.values().cloned().collect())
            .unwrap_or_default(),
        cpus: shares.cpus,
        seconds_by_cause: ranked
            .map(|(cause, share)| (format!("{cause:?}").to_lowercase(), rounded(share * shares.total)))
            .collect(),
        looks: shares.looks,
        watching_cost: (watched > 0.0).then(|| rounded(telling.watched.cost_ns.seconds() / watched)),
    }
}

/// Four significant digits: more no run can tell.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.3e}").parse().unwrap_or(value)
}
