//! How the numbers of a run came about: the rules, what this run made of them, and what they do not show.
//!
//! The words are short; `docs/methodology.md` has all of it, with sources and with simulations of the intervals.

use gilbench_analysis::findings::{CaseState, ComparisonCounts, Disturbance, WarmUpClass};
use gilbench_model::Nanoseconds;
use gilbench_model::plan::{Role, SteadyRule};
use gilbench_model::units::significant;
use serde::Serialize;

use super::controls::{Control, controls};
use super::machine::{Fact, range};
use super::run_facts::run_facts;
use crate::joined::{Entry, Report};
use crate::noise::{alarm, noise_sentence};
use crate::numbers::{Figure, count, moment, percent, seconds};
use crate::stops::{Stop, rules};
use crate::text::anchor;

#[derive(Serialize)]
pub(super) struct Method {
    setup: Vec<Fact>,
    run: Vec<Fact>,
    stops: Vec<Stop>,
    /// Cases that have not ended.
    open: usize,
    noise: Option<String>,
    exceeded: bool,
    /// The case that is there twice: its row in the table of cases, and its id.
    repeated: Option<(String, String)>,
    repeats: Vec<Control>,
    detectable: Option<String>,
    comparisons: ComparisonCounts,
    undecided: Vec<Undecided>,
    drifting: String,
    disturbed: Option<Disturbances>,
    opinions: Opinions,
}

/// How many processes were disturbed, and by what.
#[derive(Serialize)]
struct Disturbances {
    summary: String,
    /// All labels, those that no process has too.
    labels: Vec<Label>,
}

#[derive(Serialize)]
struct Label {
    word: String,
    count: u32,
    meaning: &'static str,
}

/// Something for which a case decides nothing.
#[derive(Serialize)]
struct Undecided {
    word: &'static str,
    count: usize,
    meaning: &'static str,
}

/// What another tool says of whole processes.
#[derive(Serialize)]
struct Opinions {
    /// Its version, where it is installed.
    tool: Option<String>,
    rows: Vec<Opinion>,
    agree: usize,
}

#[derive(Serialize)]
struct Opinion {
    /// Of the case's id, which may break between them.
    parts: Vec<String>,
    anchor: String,
    ours: Option<Figure>,
    theirs: Figure,
    /// Whether the two intervals have a value in common.
    agrees: Option<bool>,
}

pub(super) fn method(report: &Report<'_>) -> Method {
    let findings = report.findings;
    let repeated =
        findings.noise_floor.as_ref().and_then(|floor| report.run.plan.cases.get(floor.case as usize));
    let drifting = report.entries.iter().filter(|entry| entry.finding.drifting).count();
    Method {
        setup: setup_facts(report),
        run: run_facts(report),
        stops: rules(report),
        open: findings
            .cases
            .iter()
            .filter(|finding| finding.stopped.is_none() && is_tried(&finding.state))
            .count(),
        noise: noise_sentence(report.run, findings),
        exceeded: alarm(report.run, findings).is_some(),
        repeated: repeated.map(|case| (anchor(&case.id), case.id.clone())),
        repeats: controls(report, Role::Repeat),
        detectable: findings.totals.minimum_detectable_effect.map(percent),
        comparisons: findings.totals.comparisons,
        undecided: undecided(report),
        drifting: count(drifting as u64, "case"),
        disturbed: disturbances(report),
        opinions: opinions(report),
    }
}

fn is_tried(state: &CaseState) -> bool {
    !matches!(state, CaseState::Skipped { .. })
}

fn setup_facts(report: &Report<'_>) -> Vec<Fact> {
    let (plan, environment) = (&report.run.plan, &report.run.environment);
    let profile = &plan.profile;
    let time = |duration: std::time::Duration| Nanoseconds::from(duration).to_string();
    let target = significant(profile.target.get() * 100.0);
    vec![
        Fact::known("gilbench", environment.gilbench.clone()),
        Fact::known("Planned", moment(environment.planned_ms)),
        Fact::known("Suite", plan.suite.to_string()),
        Fact::known("Seed", plan.seed.to_string()),
        Fact::known("Definitions (SHA-256)", plan.definitions.as_str()),
        Fact::known("Rounds asked for", range(profile.rounds.least, profile.rounds.most)),
        Fact::known(
            "Precision asked for",
            format!(
                "half the interval of a ratio at most {target} %; of a time, where a case is compared with none"
            ),
        ),
        Fact::known("Time limit of a case", time(profile.case_time)),
        Fact::known("Time limit of a process", time(profile.timeout)),
        Fact::known(
            "Iterations of a process",
            format!(
                "as many as fit into {}, at most {}; where code is compiled while it runs, at least {}, and in the pilot \
                 as many as fit into {}, at most {}",
                time(profile.iterations.time),
                profile.iterations.most,
                profile.iterations.least_with_jit,
                time(profile.iterations.room(true).time),
                profile.iterations.room(true).most,
            ),
        ),
        Fact::known(
            "Steady iterations",
            match plan.steady {
                SteadyRule::Tagged => "those after a fixed share",
                SteadyRule::Detected => "those of the steady state that was found, from ten iterations on",
            }
            .to_owned(),
        ),
    ]
}

/// Why cases decide nothing, and how many there are of each kind.
fn undecided(report: &Report<'_>) -> Vec<Undecided> {
    let of = |word, wanted: fn(&Entry<'_>) -> bool, meaning| {
        let count = report.entries.iter().filter(|entry| wanted(entry)).count();
        Undecided { word, count, meaning }
    };
    vec![
        of(
            "oversubscribed",
            |entry| entry.case.oversubscribed,
            "wants more CPUs than there are; it has no rank either",
        ),
        of(
            "crowded",
            |entry| entry.finding.crowded,
            "other programs, or other machines of the same host, left it too few CPUs; it has no rank either",
        ),
        of(
            WarmUpClass::NoSteadyState.as_str(),
            |entry| {
                entry.finding.warm_up.as_ref().is_some_and(|found| found.class == WarmUpClass::NoSteadyState)
            },
            "still became faster or slower when its processes ended; counts and CPU time decide all the same",
        ),
        of(
            "too few rounds",
            |entry| matches!(entry.finding.state, CaseState::TooFew { .. } | CaseState::Pending { .. }),
            "fewer than six values have no interval of 95 %, and without an interval no number is shown",
        ),
        of(
            "failed",
            |entry| matches!(entry.finding.state, CaseState::Failed { .. }),
            "a wrong answer, a crash, a time-out",
        ),
        of(
            "skipped",
            |entry| matches!(entry.finding.state, CaseState::Skipped { .. }),
            "was not tried, or cannot run here",
        ),
    ]
}

fn disturbances(report: &Report<'_>) -> Option<Disturbances> {
    let found = report.findings.disturbed.as_ref()?;
    let of = |label| found.labels.iter().find(|one| one.label == label).map_or(0, |one| one.count);
    let labels = Disturbance::ALL.map(|label| Label {
        word: label.to_string(),
        count: of(label),
        meaning: label.meaning(),
    });
    let summary = format!(
        "Of {} that completed a round, {} disturbed",
        count(u64::from(found.known), "process"),
        match found.disturbed {
            0 => "none was".to_owned(),
            1 => "1 was".to_owned(),
            more => format!("{more} were"),
        }
    );
    Some(Disturbances { summary, labels: labels.into() })
}

/// Both for every case that the other tool measured, in the order of the plan.
fn opinions(report: &Report<'_>) -> Opinions {
    let opinion = |entry: &Entry<'_>| {
        let theirs = entry.finding.second_opinion?;
        let ours = entry.finding.whole;
        Some(Opinion {
            parts: entry.case.id.split('/').map(str::to_owned).collect(),
            anchor: anchor(&entry.case.id),
            ours: ours.as_ref().map(seconds),
            theirs: seconds(&theirs),
            agrees: ours.map(|ours| ours.meets(&theirs)),
        })
    };
    let rows: Vec<Opinion> = report.entries.iter().filter_map(opinion).collect();
    let agree = rows.iter().filter(|row| row.agrees == Some(true)).count();
    Opinions { tool: report.run.environment.hyperfine.clone(), rows, agree }
}
