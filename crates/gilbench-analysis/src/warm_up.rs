//! Whether a process reached a steady state, and when.
//!
//! Classifies the iterations of one process after Barrett et al. ("Virtual Machine Warmup Blows Hot and Cold",
//! OOPSLA 2017): label outliers, find change points, take segments of about the same level for equal, and see where
//! the last level begins and whether an earlier one was faster. Theirs are series of 2,000 iterations on a machine
//! made quiet; ours have from ten iterations on and machines that are in use. What is done otherwise for that reason
//! says so where it stands; how often a class is wrong is counted by `tests/warm_up.rs`.
//!
//! Times are compared by their logarithms: warm-up and noise both are shares of the time.
//!
//! Not responsible for cases and runs, nor for how many iterations there should be.

use gilbench_model::sample::Process;
use serde::{Deserialize, Serialize};

use crate::statistics::{Partition, median};

/// The fewest iterations that are classified: with fewer, the last quarter would be one or two, which a single
/// disturbance decides.
pub const LEAST_ITERATIONS: usize = 10;

/// Levels that differ by no more are the same: the band within which this project calls times equivalent, but no less
/// than the spread of the last segment and twice the noise. Barrett et al. allow the variance of the last segment, or
/// a millisecond.
pub(crate) const SAME_LEVEL: f64 = 0.03;

/// See [`SAME_LEVEL`]: noise that lasts makes levels that differ by about its size.
pub(crate) const NOISE_OF_A_LEVEL: f64 = 2.0;

/// No series is taken to be quieter than this share of its times: changes that small matter to no claim, and a clock
/// that counts coarsely makes series without any noise.
pub(crate) const LEAST_NOISE: f64 = 0.005;

/// The price of a change point, times the logarithm of the number of iterations. Barrett et al. use 15, with which
/// ten iterations could not show that the first took half as long again.
pub(crate) const PENALTY: f64 = 5.0;

/// Noise is looked for between iterations so far apart: that of neighbours alone is too small where noise lasts
/// longer than an iteration.
const LAGS: [usize; 3] = [1, 2, 4];

/// A distance is looked at in series that are so many times as long: then a single change is in a few of the
/// differences only.
const SERIES_PER_LAG: usize = 5;

/// So many iterations on either side say what is usual around one.
pub(crate) const NEIGHBOURS: usize = 10;

/// The fewest iterations that make a level: of two, a single disturbance is half.
pub(crate) const FEWEST_OF_A_LEVEL: usize = 3;

/// The last share of the iterations, one in so many, must be steady. As Barrett et al., who ask for 500 of 2,000.
const LAST_SHARE: usize = 4;

/// How the iterations of one process went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Steady from the first iteration on.
    Flat,
    /// Steady in the end, and never faster.
    WarmUp,
    /// Steady in the end, and faster before.
    SlowDown,
    /// Still changing in the last quarter.
    NoSteadyState,
}

/// What the iterations of one process show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarmUp {
    /// How it went.
    pub class: Class,
    /// Index of the first steady iteration; `None` without a steady state.
    pub steady_from: Option<usize>,
    /// Its change points: indices of the iterations with which a level begins, but for the first.
    pub changes: Vec<usize>,
}

/// What a completed process shows, cold or not; `None` where [`classify`] has none.
pub fn of(process: &Process) -> Option<WarmUp> {
    if !process.outcome.is_completed() {
        return None;
    }
    let times: Vec<f64> = process.iterations.iter().map(|iteration| iteration.wall_ns.seconds()).collect();
    classify(&times)
}

/// Classifies one process by the times of its iterations, in order and in any one unit.
///
/// `None` for fewer than [`LEAST_ITERATIONS`] and where a time is not positive and finite.
pub fn classify(times: &[f64]) -> Option<WarmUp> {
    if times.len() < LEAST_ITERATIONS || !times.iter().all(|time| *time > 0.0 && time.is_finite()) {
        return None;
    }
    let logs: Vec<f64> = times.iter().map(|time| time.ln()).collect();
    let noise = noise(&logs)?.max(LEAST_NOISE);
    let penalty = PENALTY * (logs.len() as f64).ln();
    let kept: Vec<usize> =
        (0..logs.len()).filter(|&index| !is_outlier(&logs, index, noise, penalty)).collect();
    let usual: Vec<f64> = kept.iter().map(|&index| logs[index]).collect();
    let partition = Partition { penalty, least_deviation: noise };
    let segments = Segment::between(&partition.change_points(&usual).ok()?, &usual, &kept);
    let last = segments.last()?;
    let changes: Vec<usize> = segments.iter().skip(1).map(|segment| segment.begin).collect();
    let band = last.deviation.max(NOISE_OF_A_LEVEL * noise).max(SAME_LEVEL.ln_1p());
    let unsteady = segments.iter().rposition(|segment| (segment.level - last.level).abs() > band);
    let Some(unsteady) = unsteady else {
        return Some(WarmUp { class: Class::Flat, steady_from: Some(0), changes });
    };
    let steady_from = segments[unsteady + 1].begin;
    let steady = times.len() - steady_from;
    if steady < times.len().div_ceil(LAST_SHARE).max(FEWEST_OF_A_LEVEL) {
        return Some(WarmUp { class: Class::NoSteadyState, steady_from: None, changes });
    }
    let was_faster = segments.iter().any(|segment| segment.level < last.level - band);
    let class = if was_faster { Class::SlowDown } else { Class::WarmUp };
    Some(WarmUp { class, steady_from: Some(steady_from), changes })
}

/// The usual difference between an iteration and the level that it belongs to, as a standard deviation of logarithms.
///
/// From the median size of differences between iterations that are near each other: a change of level is in few of
/// them, and a spike in two.
pub(crate) fn noise(logs: &[f64]) -> Option<f64> {
    /// The median size of a difference of two normal values, in standard deviations of one: √2 times the upper
    /// quartile of the normal distribution.
    const MEDIAN_DIFFERENCE: f64 = std::f64::consts::SQRT_2 * 0.674_489_750_196_081_7;
    let at_lag = |lag: usize| {
        let differences: Vec<f64> =
            logs.iter().zip(&logs[lag..]).map(|(early, late)| (late - early).abs()).collect();
        median(&differences).ok().map(|middle| middle / MEDIAN_DIFFERENCE)
    };
    LAGS.into_iter().filter(|lag| lag * SERIES_PER_LAG <= logs.len()).filter_map(at_lag).reduce(f64::max)
}

/// Whether an iteration is out of line with those before it and with those after it. The first never is, nor is a
/// slow beginning: what comes before is no faster. Of the last ones, which have too few after them, those before
/// decide alone: two iterations cannot tell a change from a disturbance.
///
/// Out of line is what could pay for a segment of its own: so many deviations away that their square is the price of
/// two change points, or of one at the end. Barrett et al. say three times the distance of the deciles, which is 7.7
/// deviations of a normal distribution; what lay between the two would be taken for a change and back.
pub(crate) fn is_outlier(logs: &[f64], index: usize, noise: f64, penalty: f64) -> bool {
    let before = &logs[index.saturating_sub(NEIGHBOURS)..index];
    let after = &logs[index + 1..logs.len().min(index + 1 + NEIGHBOURS)];
    let distance = |side: &[f64]| median(side).ok().map(|usual| (logs[index] - usual) / noise);
    let Some(from_before) = distance(before) else { return false };
    if after.len() + 1 < FEWEST_OF_A_LEVEL {
        return from_before.powi(2) > penalty;
    }
    let Some(from_after) = distance(after) else { return false };
    let nearest = from_before.abs().min(from_after.abs());
    nearest.powi(2) > 2.0 * penalty && from_before.signum() == from_after.signum()
}

/// Iterations between two change points.
struct Segment {
    /// Index of the first, outliers counted.
    begin: usize,
    /// Mean of the logarithms.
    level: f64,
    /// Their standard deviation.
    deviation: f64,
}

impl Segment {
    /// The segments of the `usual` iterations, whose places among all iterations are `kept`.
    fn between(changes: &[usize], usual: &[f64], kept: &[usize]) -> Vec<Self> {
        let begins = std::iter::once(0).chain(changes.iter().copied());
        let ends = changes.iter().copied().chain([usual.len()]);
        begins
            .zip(ends)
            .map(|(begin, end)| {
                let values = &usual[begin..end];
                let count = values.len() as f64;
                let level = values.iter().sum::<f64>() / count;
                let squares: f64 = values.iter().map(|value| (value - level).powi(2)).sum();
                Self { begin: kept[begin], level, deviation: (squares / count).sqrt() }
            })
            .collect()
    }
}
