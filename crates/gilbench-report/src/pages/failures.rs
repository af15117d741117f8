//! The page of everything that went wrong: cases without a figure by reason, processes that did not complete, and
//! interruptions of the run. A run in which nothing did has the page too, so that whoever doubts it finds it.

use std::collections::{BTreeMap, HashMap};

use gilbench_analysis::findings::CaseState;
use gilbench_model::event::{Event, TimedEvent};
use gilbench_model::plan::Role;
use serde::Serialize;

use super::case_rows::command;
use crate::joined::{Entry, Report};
use crate::numbers::{count, duration, moment};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Failures {
    /// In a sentence; said where there is nothing too.
    summary: String,
    groups: Vec<Group>,
    lost: Vec<Lost>,
    interruptions: Vec<String>,
    /// Processes that left others behind.
    orphans: Option<String>,
    /// How many processes something else disturbed.
    disturbed: Option<String>,
}

/// Cases that have no figure for the same reason.
#[derive(Serialize)]
struct Group {
    state: &'static str,
    reason: String,
    /// What would mend it.
    hint: Option<String>,
    /// What shows it again.
    again: Option<String>,
    cases: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    id: String,
    /// Where its row is.
    page: &'static str,
    anchor: String,
}

/// Processes of a case that ended in the same way, without a result.
#[derive(Serialize)]
struct Lost {
    case: Link,
    state: &'static str,
    outcome: String,
    processes: u32,
    /// Which they were, where that is recorded.
    rounds: String,
    /// Rounds of the case that did complete.
    completed: u32,
}

pub(super) fn failures(report: &Report<'_>) -> Failures {
    let all = || report.entries.iter().chain(&report.controls);
    let groups = groups(report, all());
    let lost = lost(report, all());
    let interruptions = interruptions(&report.run.events);
    let totals = &report.findings.totals;
    let mut said: Vec<String> = Vec::new();
    let states =
        [(totals.failed, "failed"), (totals.skipped, "was skipped"), (totals.too_few, "has too few rounds")];
    for (number, words) in states.into_iter().chain([(totals.pending, "is pending")]) {
        if number > 0 {
            let words = if number == 1 { words.to_owned() } else { plural(words) };
            said.push(format!("{} {words}", count(u64::from(number), "case")));
        }
    }
    let processes: u32 = lost.iter().map(|lost| lost.processes).sum();
    if processes > 0 {
        said.push(format!("{} did not complete", count(u64::from(processes), "process")));
    }
    if !interruptions.is_empty() {
        said.push("the run was not made in one piece".to_owned());
    }
    let summary = if said.is_empty() {
        "Nothing: no case failed or was skipped, every process completed, and the run was not interrupted."
            .to_owned()
    } else {
        format!("Of {}: {}.", count(u64::from(totals.cases), "case"), said.join("; "))
    };
    let trees = || report.run.processes.iter().filter_map(|process| process.tree.as_ref());
    let leaving = trees().filter(|tree| tree.orphans > 0).count() as u64;
    let left: u64 = trees().map(|tree| u64::from(tree.orphans)).sum();
    let orphans = (left > 0).then(|| {
        let (left, leaving) = (count(left, "process"), count(leaving, "worker"));
        format!("{left} outlived the worker that started them, and had to be killed; {leaving} left some.")
    });
    let disturbed = report.findings.disturbed.as_ref().filter(|found| found.disturbed > 0);
    Failures { summary, groups, lost, interruptions, orphans, disturbed: disturbed.map(ToString::to_string) }
}

fn plural(words: &str) -> String {
    words.replace("was ", "were ").replace("has ", "have ").replace("is ", "are ")
}

fn link(entry: Entry<'_>) -> Link {
    let id = &entry.case.id;
    let page = match entry.case.role {
        Role::Measured => "cases.html",
        // What no suite asks for has its row elsewhere.
        Role::Repeat => "method.html",
        Role::Calibration => "machine.html",
    };
    Link { id: id.clone(), page, anchor: anchor(id) }
}

/// Cases without a figure: those that failed first, and within that the reasons of most cases.
fn groups<'a>(report: &Report<'_>, entries: impl Iterator<Item = &'a Entry<'a>>) -> Vec<Group> {
    let mut places: BTreeMap<(&str, String, Option<&str>), usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for entry in entries {
        let (state, Some(reason)) = entry.state() else { continue };
        let hint = match &entry.finding.state {
            CaseState::Skipped { hint, .. } => hint.as_deref(),
            _ => None,
        };
        let place = *places.entry((state, reason.clone(), hint)).or_insert_with(|| {
            let again = (state == "failed" && entry.case.is_measured()).then(|| command(report, entry.case));
            groups.push(Group { state, reason, hint: hint.map(str::to_owned), again, cases: Vec::new() });
            groups.len() - 1
        });
        groups[place].cases.push(link(*entry));
    }
    let order = |state: &str| ["failed", "ended", "pending", "skipped"].iter().position(|one| *one == state);
    groups.sort_by_key(|group| (order(group.state), std::cmp::Reverse(group.cases.len())));
    groups
}

/// Processes without a result, of any case.
fn lost<'a>(report: &Report<'_>, entries: impl Iterator<Item = &'a Entry<'a>>) -> Vec<Lost> {
    let mut rounds: HashMap<(u32, String), Vec<String>> = HashMap::new();
    for process in report.run.processes.iter().filter(|process| !process.outcome.is_completed()) {
        let which = process.round.map_or("pilot".to_owned(), |round| format!("round {round}"));
        rounds.entry((process.case, process.outcome.to_string())).or_default().push(which);
    }
    let of = |entry: &Entry<'_>| {
        let (state, _) = entry.state();
        let link = || link(*entry);
        let lost = entry.finding.failures.iter().map(|failure| Lost {
            case: link(),
            state,
            outcome: failure.outcome.clone(),
            processes: failure.count,
            rounds: rounds
                .get(&(entry.finding.case, failure.outcome.clone()))
                .map(|all| all.join(", "))
                .unwrap_or_default(),
            completed: entry.finding.rounds,
        });
        lost.collect::<Vec<_>>()
    };
    entries.flat_map(of).collect()
}

/// When the run stopped before its end, and when it went on.
fn interruptions(events: &[TimedEvent]) -> Vec<String> {
    let mut found = Vec::new();
    // When it was interrupted, until it goes on.
    let mut stopped: Option<u64> = None;
    let mut last = None;
    for timed in events {
        match timed.event {
            Event::Interrupted => stopped = Some(timed.at_ms),
            Event::Began { recorded, .. } => {
                let recorded = count(u64::from(recorded), "process");
                let went_on = |before: u64| duration(timed.at_ms.saturating_sub(before) as f64 / 1e3);
                if let Some(before) = stopped.take() {
                    found.push(format!(
                        "Interrupted {}, resumed {} later with {recorded} recorded.",
                        moment(before),
                        went_on(before)
                    ));
                } else if let Some(before) = last {
                    found.push(format!(
                        "Ended without a word after {}, resumed {} later with {recorded} recorded: it was killed, or \
                         the machine went down.",
                        moment(before),
                        went_on(before)
                    ));
                }
            }
            Event::Finished
            | Event::Ended { .. }
            | Event::ServerMeasured { .. }
            | Event::Recorded { .. }
            | Event::Watched { .. } => {}
        }
        last = (timed.event != Event::Finished).then_some(timed.at_ms);
    }
    if let Some(at) = stopped {
        found.push(format!("Interrupted {}, and not resumed since.", moment(at)));
    } else if let Some(at) = last {
        found.push(format!("The last word is of {}: it has not finished.", moment(at)));
    }
    found
}
