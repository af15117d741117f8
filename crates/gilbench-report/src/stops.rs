//! Why a case was measured no longer, in words: which rule ended it, and how narrow its intervals were by then.

use std::collections::BTreeMap;

use gilbench_analysis::findings::CaseFinding;
use gilbench_model::Nanoseconds;
use gilbench_model::event::{Reached, StopReason, Yardstick};
use serde::Serialize;

use crate::joined::Report;
use crate::numbers::{count, percent};

/// `time limit: ratio ±4.10 %, target ±2 %; 3 rounds more for cases compared with it`. Empty for a case that has not
/// ended.
pub(crate) fn stopped(report: &Report<'_>, finding: &CaseFinding) -> String {
    let Some(reason) = finding.stopped else { return String::new() };
    let target = percent(report.run.plan.profile.target.get());
    let width = reached(finding).map(|reached| {
        let of = match reached.of {
            Yardstick::Time => "time",
            Yardstick::Ratio => "ratio",
        };
        format!("{of} ±{}", percent(reached.half_width))
    });
    let rule = match (reason, width) {
        (StopReason::Failed | StopReason::Observed | StopReason::TooSlow, _) => reason.to_string(),
        (StopReason::Precise, Some(width)) => format!("{reason}: {width}"),
        (_, Some(width)) => format!("{reason}: {width}, target ±{target}"),
        (_, None) => format!("{reason}: no interval, target ±{target}"),
    };
    match finding.later_rounds {
        0 => rule,
        more => format!("{rule}; {} more for cases compared with it", count(u64::from(more), "round")),
    }
}

/// What was reached when the case ended. An older gilbench judged every case by its time and did not record that.
fn reached(finding: &CaseFinding) -> Option<Reached> {
    let by_time = || {
        let half_width = finding.steady?.half_width_relative();
        Some(Reached { of: Yardstick::Time, half_width })
    };
    finding.reached.or_else(by_time)
}

/// How many cases each rule ended, controls included.
fn counts(report: &Report<'_>) -> BTreeMap<StopReason, u32> {
    let mut counts: BTreeMap<StopReason, u32> = BTreeMap::new();
    for reason in report.findings.cases.iter().filter_map(|finding| finding.stopped) {
        *counts.entry(reason).or_default() += 1;
    }
    counts
}

/// A rule that ends cases.
#[derive(Serialize)]
pub(crate) struct Stop {
    word: String,
    count: u32,
    meaning: String,
}

/// All rules with what they mean in this run, and how many cases each ended.
pub(crate) fn rules(report: &Report<'_>) -> Vec<Stop> {
    let profile = &report.run.plan.profile;
    let target = percent(profile.target.get());
    let time = Nanoseconds::from(profile.case_time);
    let counts = counts(report);
    let rules = [
        (
            StopReason::Precise,
            format!(
                "half the interval of each of its ratios was at most {target}; of its time, where it has no ratio"
            ),
        ),
        (
            StopReason::Observed,
            "it observes a behaviour, and was asked often enough; its times are not looked at".to_owned(),
        ),
        (
            StopReason::MostRounds,
            format!("it made {}, the most", count(u64::from(profile.rounds.most), "round")),
        ),
        (
            StopReason::CaseTime,
            format!("its processes took {time}, the time of a case, before it was as precise as that"),
        ),
        (StopReason::TooSlow, format!("its least rounds would take more than twice {time}")),
        (
            StopReason::Failed,
            "its pilot did not complete, be it that it cannot run here, or several rounds in a row did not"
                .to_owned(),
        ),
    ];
    rules
        .into_iter()
        .map(|(reason, meaning)| Stop {
            word: reason.to_string(),
            count: counts.get(&reason).copied().unwrap_or_default(),
            meaning,
        })
        .collect()
}
