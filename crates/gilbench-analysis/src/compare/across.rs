//! Cases of one run beside the same cases of another. Their rounds were made at other times and do not pair.

use gilbench_model::plan::Role;
use gilbench_model::run_directory::Run;
use gilbench_model::units::significant;

use super::calibration::{LARGEST_SHIFT, Shift, largest, shifts, widened};
use super::pattern::Pattern;
use super::rows::{Compared, Quantity, Row};
use super::side::{Entry, Side};
use crate::series::{paired, values};
use crate::statistics::{Estimate, paired_ratio, unpaired_ratio};
use crate::steady::tagged;

/// Compares the cases of other runs with those of the first, matched by their ids. `only` leaves out the others.
///
/// Times are compared where the machine is the same one, as far as calibration shows it stood still. Where it is
/// another, times of two machines are not: what is left are the ratios that each run forms within itself.
pub fn across(first: &Run, others: &[&Run], only: Option<&Pattern>, band: f64) -> Compared {
    let first = tagged(first);
    let first = Side::of(&first);
    let (mut runs, mut calibration, mut rows) = (vec![first.described(None, None)], Vec::new(), Vec::new());
    for (index, other) in (1..).zip(others) {
        let other = tagged(other);
        let other = Side::of(&other);
        let reason = another_machine(&first, &other);
        let moved = if reason.is_none() { shifts(index, &first, &other) } else { Vec::new() };
        runs.push(other.described(largest(&moved), reason.clone()));
        let wanted = |id: &str| only.is_none_or(|only| only.fits(id));
        for id in ids(&first, &other).into_iter().filter(|id| wanted(id)) {
            rows.push(match (first.get(id), other.get(id)) {
                (Some(a), Some(b)) if reason.is_none() => times(index, &a, &b, &moved),
                (Some(a), Some(b)) => time_ratios(index, (&first, &a), (&other, &b)),
                (None, Some(b)) => lacking(index, &b, "the first run has no such case"),
                (Some(a), None) => lacking(index, &a, "the run has no such case"),
                (None, None) => continue,
            });
        }
        calibration.extend(moved);
    }
    Compared::decided(band, runs, calibration, rows)
}

/// The cases that either run was asked for, in the order of the first, then of the other.
fn ids<'s>(first: &'s Side<'_>, other: &'s Side<'_>) -> Vec<&'s str> {
    fn of<'s>(side: &'s Side<'_>) -> impl Iterator<Item = &'s str> {
        side.in_role(Role::Measured).map(|entry| entry.case.id.as_str())
    }
    let new = of(other).filter(|id| first.get(id).is_none());
    of(first).chain(new).collect()
}

fn another_machine(first: &Side<'_>, other: &Side<'_>) -> Option<String> {
    let [first, other] = [first, other].map(|side| &side.run.environment.machine);
    let differences: Vec<String> = other
        .differences(first)
        .into_iter()
        .map(|(part, there, here)| format!("{part} {there} in the first run, {here} here"))
        .collect();
    (!differences.is_empty()).then(|| {
        format!("another machine: {}; times of two machines are not compared", differences.join("; "))
    })
}

fn lacking(index: usize, entry: &Entry<'_>, reason: &str) -> Row {
    Row { reason: Some(reason.to_owned()), ..Row::new(index, &entry.case.id, entry.quantity()) }
}

/// What keeps two cases from being compared, whatever of them is.
fn obstacle(a: &Entry<'_>, b: &Entry<'_>) -> Option<String> {
    if !b.does_the_work_of(a) {
        return Some("another input than in the first run".to_owned());
    }
    let said = |entry: &Entry<'_>, which| entry.obstacle().map(|reason| format!("{which}: {reason}"));
    said(a, "in the first run").or_else(|| said(b, "in this run"))
}

fn times(index: usize, a: &Entry<'_>, b: &Entry<'_>, moved: &[Shift]) -> Row {
    let ratio = unpaired_ratio(&values(&b.samples.times()), &values(&a.samples.times()));
    let shift = largest(moved);
    Row {
        against: Some(a.case.id.clone()),
        a: a.time(),
        b: b.time(),
        ratio: ratio.ok(),
        widened: ratio.ok().zip(shift).map(|(ratio, shift)| widened(&ratio, shift)),
        drifting: a.finding.drifting || b.finding.drifting,
        reason: obstacle(a, b)
            .or_else(|| ratio.err().map(|error| error.to_string()))
            .or_else(|| not_the_same(shift, moved)),
        ..Row::new(index, &b.case.id, b.quantity())
    }
}

/// Why the machine is not known to be as it was.
fn not_the_same(shift: Option<f64>, moved: &[Shift]) -> Option<String> {
    let Some(shift) = shift else {
        return Some("how far the machine moved is not known: the runs share no calibration".to_owned());
    };
    let furthest = moved.iter().find(|one| one.shift == Some(shift))?;
    (shift > LARGEST_SHIFT).then(|| {
        format!(
            "the machine moved: {} by up to {} %, more than {} %",
            furthest.workload,
            significant(100.0 * shift),
            significant(100.0 * LARGEST_SHIFT)
        )
    })
}

/// The time over that of the baseline, in each run by itself, and the one over the other.
fn time_ratios(index: usize, first: (&Side<'_>, &Entry<'_>), other: (&Side<'_>, &Entry<'_>)) -> Row {
    let row = Row {
        against: Some(first.1.case.id.clone()),
        ..Row::new(index, &other.1.case.id, Quantity::TimeRatio)
    };
    let (Some(base_a), Some(base_b)) = (first.0.baseline(first.1), other.0.baseline(other.1)) else {
        let reason = "no case to form a ratio with in both runs, or it is that case".to_owned();
        return Row { reason: Some(reason), ..row };
    };
    let (a, b) = (relative(first.1, &base_a), relative(other.1, &base_b));
    let ratio = unpaired_ratio(&b.1, &a.1);
    Row {
        a: a.0,
        b: b.0,
        ratio: ratio.ok(),
        reason: obstacle(first.1, other.1)
            .or_else(|| obstacle(&base_a, &base_b).map(|reason| format!("its baseline: {reason}")))
            .or_else(|| ratio.err().map(|error| error.to_string())),
        ..row
    }
}

/// A case's time over that of its baseline: the estimate, and one value for each round of both.
fn relative(entry: &Entry<'_>, baseline: &Entry<'_>) -> (Option<Estimate>, Vec<f64>) {
    let (times, baselines) = paired(&entry.samples.times(), &baseline.samples.times());
    let each = times.iter().zip(&baselines).map(|(time, baseline)| time / baseline).collect();
    (paired_ratio(&times, &baselines).ok(), each)
}
