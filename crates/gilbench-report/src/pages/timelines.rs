//! The page of timelines: what the threads of watched processes did.

use gilbench_analysis::timelines::Activity;
use gilbench_model::Nanoseconds;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::timeline::{Recording, State, Timeline};
use gilbench_model::units::{format_seconds, significant};
use gilbench_model::workload::Bound;
use serde::Serialize;

use crate::charts::Figure;
use crate::charts::lanes::{self, Watched, not_shown};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::count;
use crate::text::anchor;

/// Part of an iteration that is shown magnified: long enough for some turns of 5 ms, which is for how long CPython lets
/// a thread keep the GIL when others want it.
const MAGNIFIED: u64 = 100_000_000;

#[derive(Serialize)]
pub(super) struct Timelines {
    blocks: Vec<Block>,
    /// Cases of which nothing can be shown.
    without: Vec<Without>,
    /// How well each was watched.
    watches: Vec<Watch>,
}

/// The cases of a workload and size.
#[derive(Serialize)]
struct Block {
    id: String,
    heading: String,
    findings: Vec<Finding>,
    figures: Vec<Figure>,
}

#[derive(Serialize)]
struct Finding {
    anchor: String,
    heading: String,
    words: String,
}

#[derive(Serialize)]
struct Without {
    anchor: String,
    case: String,
    reason: String,
}

#[derive(Serialize)]
struct Watch {
    anchor: String,
    case: String,
    iteration: Option<String>,
    samples: u32,
    missed: u32,
    gap: String,
    remarks: String,
}

/// A case that was watched, with what can be shown of it.
struct Seen<'a> {
    entry: Entry<'a>,
    recording: &'a Recording,
    activity: Activity,
}

/// The page; `None` if the run watches nothing.
pub(super) fn timelines(report: &Report<'_>) -> Result<Option<Timelines>, ReportErrorKind> {
    let run = report.run;
    let cases = run.plan.timelines.iter().filter_map(|&index| {
        let entry = report.entry(&run.plan.cases.get(index as usize)?.id)?;
        Some((entry, run.timelines.iter().find(|timeline| timeline.case == index)))
    });
    let cases: Vec<(Entry<'_>, Option<&Timeline>)> = cases.collect();
    if cases.is_empty() {
        return Ok(None);
    }
    let mut seen: Vec<Seen<'_>> = Vec::new();
    let mut without = Vec::new();
    for (entry, timeline) in cases {
        if let Some(reason) = why_not(report, &entry, timeline) {
            without.push(Without { anchor: anchor(&entry.case.id), case: entry.case.id.clone(), reason });
        }
        if let Some(timeline) = timeline
            && let (Some(recording), Some(activity)) = (&timeline.recording, Activity::of(timeline))
            && !activity.threads.is_empty()
        {
            seen.push(Seen { entry, recording, activity });
        }
    }
    let watches = seen.iter().map(watch).collect();
    Ok(Some(Timelines { blocks: blocks(report, &seen)?, without, watches }))
}

/// Why there is nothing to see of a case, or less than there should be.
fn why_not(report: &Report<'_>, entry: &Entry<'_>, timeline: Option<&Timeline>) -> Option<String> {
    match timeline {
        None => Some(match (&entry.case.skip, entry.state()) {
            (Some(skip), _) => format!("skipped: {skip}"),
            (None, (state, Some(reason))) => format!("not watched yet; {state}: {reason}"),
            (None, _) if report.run.unfinished().is_none() => {
                "the run is over, and no line of `timelines.jsonl` is about it".to_owned()
            }
            (None, _) => "not watched yet: the run has not come to its end".to_owned(),
        }),
        Some(timeline) if !timeline.outcome.is_completed() => Some(timeline.outcome.to_string()),
        Some(timeline) => {
            let nothing = Activity::of(timeline).is_none_or(|activity| activity.threads.is_empty());
            nothing.then(|| "it was over before any thread was seen twice".to_owned())
        }
    }
}

/// Cases of one workload and size side by side, those with the same strategy next to each other.
fn blocks(report: &Report<'_>, seen: &[Seen<'_>]) -> Result<Vec<Block>, ReportErrorKind> {
    let mut groups: Vec<Vec<&Seen<'_>>> = Vec::new();
    for case in seen {
        let same = |other: &&Seen<'_>| {
            let (own, other) = (case.entry.case, other.entry.case);
            own.workload == other.workload && own.conditions.size == other.conditions.size
        };
        match groups.iter_mut().find(|group| group.iter().all(same)) {
            Some(group) => group.push(case),
            None => groups.push(vec![case]),
        }
    }
    let block = |(index, mut group): (usize, Vec<&Seen<'_>>)| {
        let order: Vec<_> = group.iter().map(|seen| seen.entry.case.strategy.clone()).collect();
        group.sort_by_key(|seen| order.iter().position(|name| *name == seen.entry.case.strategy));
        block(report, index, &group)
    };
    groups.into_iter().enumerate().map(block).collect()
}

fn block(report: &Report<'_>, index: usize, group: &[&Seen<'_>]) -> Result<Block, ReportErrorKind> {
    let case = group[0].entry.case;
    let summary = report.run.plan.workloads.get(&case.workload);
    let title = summary.map_or_else(|| case.workload.to_string(), |summary| summary.title.clone());
    let size = &case.conditions.size;
    let heading = if *size == *DEFAULT_SIZE { title } else { format!("{title}, size {size}") };
    let finding = |seen: &&Seen<'_>| Finding {
        anchor: anchor(&seen.entry.case.id),
        heading: name(&seen.entry),
        words: words_of(report, seen),
    };
    let id = format!("timeline-{index}");
    let mut figures = vec![lanes::figure(
        &format!("{id}-whole"),
        "One iteration",
        "One lane a thread, time from left to right. All drawings have the same time scale; one that ends earlier \
         shows a case that was done earlier.",
        &heading,
        &group.iter().map(|seen| watched(seen, seen.activity.clone())).collect::<Vec<_>>(),
    )?];
    let long: Vec<Watched<'_>> = group.iter().filter_map(|seen| Some(watched(seen, middle(seen)?))).collect();
    if !long.is_empty() {
        figures.push(lanes::figure(
            &format!("{id}-part"),
            "A tenth of a second of it",
            "From the middle of each iteration, magnified: who runs when.",
            &heading,
            &long,
        )?);
    }
    Ok(Block { findings: group.iter().map(finding).collect(), heading, figures, id })
}

fn watched<'a>(seen: &'a Seen<'_>, activity: Activity) -> Watched<'a> {
    let words = words(&activity);
    Watched { heading: name(&seen.entry), recording: seen.recording, activity, words }
}

/// The middle of an iteration that is much longer than what is magnified.
fn middle(seen: &Seen<'_>) -> Option<Activity> {
    let window = &seen.activity.window;
    let length = window.end.0.saturating_sub(window.start.0);
    let start = window.start.0 + length.saturating_sub(MAGNIFIED) / 2;
    let part = Nanoseconds(start)..Nanoseconds(start + MAGNIFIED);
    (length >= 2 * MAGNIFIED).then(|| Activity::during(seen.recording, part))
}

fn name(entry: &Entry<'_>) -> String {
    format!("{} {}", entry.case.interpreter, entry.label())
}

/// What a timeline shows, in a sentence or two.
fn words_of(report: &Report<'_>, seen: &Seen<'_>) -> String {
    let of =
        if seen.activity.of_iteration { "" } else { " No iteration ended: this is of the whole process." };
    let waiting = report
        .run
        .plan
        .workloads
        .get(&seen.entry.case.workload)
        .is_some_and(|summary| summary.bound == Bound::Waiting);
    format!("{}{of}", if waiting { words_of_waiting(&seen.activity) } else { words(&seen.activity) })
}

/// The same of work that is to wait.
fn words_of_waiting(activity: &Activity) -> String {
    let all = count(activity.threads.len() as u64, "thread");
    match activity.cpus_busy() {
        Some(cpus) => format!("{all}, whose work is to wait: {} CPUs busy.", significant(cpus)),
        None => format!("{all}, whose work is to wait; how long they ran is not known."),
    }
}

/// What some time of it shows.
pub(crate) fn words(activity: &Activity) -> String {
    let (working, all) = (activity.working().count(), count(activity.threads.len() as u64, "thread"));
    let Some(cpus) = activity.cpus_busy() else {
        return format!("{all}; how long they ran is not known.");
    };
    let threads =
        if working == activity.threads.len() { all } else { format!("{working} of {all} did the work") };
    let share = |state: State, what: &str| {
        let (least, most) = activity.range(state)?;
        let (least, most) = (whole_percent(least), whole_percent(most));
        let range = if least == most { format!("{most} %") } else { format!("{least} to {most} %") };
        (most > 0).then(|| format!("{what} {range} of the time"))
    };
    let waits: Vec<String> = [
        share(State::Lock, "for a lock"),
        share(State::Queued, "for a CPU"),
        share(State::Sleeping, "for something else"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let subject = if working == 1 { "it waited" } else { "each of them waited" };
    let waited = if waits.is_empty() { String::new() } else { format!("; {subject} {}", waits.join(", ")) };
    format!("{threads}: {} CPUs busy{waited}.", significant(cpus))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is between 0 and 1")]
fn whole_percent(share: f64) -> u32 {
    (share * 100.0).round() as u32
}

fn watch(seen: &Seen<'_>) -> Watch {
    let Seen { entry, recording, activity } = seen;
    let length = activity.window.end.0.saturating_sub(activity.window.start.0);
    let mut remarks: Vec<String> = recording.lacks.iter().map(|lack| lack.as_str().to_owned()).collect();
    if activity.cut {
        let end = recording.cut_ns.unwrap_or_default();
        remarks.push(format!("recorded for the first {} only", format_seconds(end.seconds())));
    }
    if recording.threads_left_out > 0 {
        let more = count(u64::from(recording.threads_left_out), "thread");
        remarks.push(format!("{more} more than are watched at once"));
    }
    match not_shown(activity) {
        0 => {}
        more => {
            remarks.push(format!("{} more in the numbers than in the drawing", count(more as u64, "thread")));
        }
    }
    Watch {
        anchor: anchor(&entry.case.id),
        case: entry.case.id.clone(),
        iteration: activity.of_iteration.then(|| format_seconds(Nanoseconds(length).seconds())),
        samples: recording.samples,
        missed: recording.missed,
        gap: format_seconds(recording.longest_gap_ns.seconds()),
        remarks: remarks.join("; "),
    }
}
