//! The task size from which a strategy pays.
//!
//! A strategy costs something to begin with, so that it is slower for small tasks and faster for large ones. Between
//! two sizes of which the smaller does not pay and the larger does, the logarithm of the speed-up is taken to be
//! straight over the logarithm of the task's time. The interval is that of the percentile bootstrap over rounds, since
//! the place of a crossing jumps with the pair of sizes that it lies between (Efron & Tibshirani, "An Introduction to
//! the Bootstrap", 1993, chapter 13). Beyond the sizes that were measured nothing is said: there an end is open.

use serde::{Deserialize, Serialize};

use crate::statistics::median::median_of_sorted;
use crate::statistics::sample::{logarithms, require_count};
use crate::statistics::{Bootstrap, Method, StatisticsError};

/// Stand for places that nothing is known of, as the logarithm of a time: finite, as a bootstrap needs it, and so far
/// out that no quantile between one of them and a size could pass for a size.
const BELOW_ALL: f64 = -ABOVE_ALL;
const ABOVE_ALL: f64 = 1e300;

/// The task size from which on a strategy pays, as the time of the task one after another.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Crossover {
    /// The best single place.
    pub point: Threshold,
    /// The interval's lower end.
    pub low: Threshold,
    /// Its upper end.
    pub high: Threshold,
    /// The time of the smallest task that was measured, one after another.
    pub smallest: f64,
    /// That of the largest.
    pub largest: f64,
    /// How many rounds it rests on.
    pub count: usize,
}

/// A place among the task sizes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Threshold {
    /// Below the smallest task that was measured: it pays at every size.
    BelowAll,
    /// Between two of them.
    At {
        /// The time of a task of this size, one after another.
        time: f64,
    },
    /// Above the largest: there it does not pay.
    AboveAll,
}

/// Where the speed-up of a strategy crosses 1 for good.
///
/// One pair for each of at least two sizes: the times one after another and those of the strategy, one positive value
/// per round each, all of the same rounds and in one unit. Sizes may come in any order. If it crosses more than once,
/// the last time counts: from there on it pays at every larger size.
pub fn crossover(sizes: &[(Vec<f64>, Vec<f64>)], seed: u64) -> Result<Crossover, StatisticsError> {
    let needed = 2;
    if sizes.len() < needed {
        return Err(StatisticsError::TooFewSizes { count: sizes.len(), needed });
    }
    let rounds = sizes[0].0.len();
    let mut logs = Vec::new();
    for (sequential, parallel) in sizes {
        for (numerators, denominators) in [(rounds, sequential.len()), (sequential.len(), parallel.len())] {
            if numerators != denominators {
                return Err(StatisticsError::UnequalLengths { numerators, denominators });
            }
        }
        let (sequential, parallel) = (logarithms(sequential)?, logarithms(parallel)?);
        let gains = sequential.iter().zip(&parallel).map(|(slow, fast)| slow - fast).collect();
        logs.push(Size { times: sequential, gains });
    }
    require_count(rounds)?;
    let all: Vec<usize> = (0..rounds).collect();
    logs.sort_by(|a, b| middle(&a.times, &all).total_cmp(&middle(&b.times, &all)));
    let bootstrap = Bootstrap { method: Method::Percentile, ..Bootstrap::new(seed) };
    let found = bootstrap.interval(rounds, |chosen| crossing(&logs, chosen))?;
    let [smallest, largest] =
        [logs.first(), logs.last()].map(|size| size.map_or(f64::NAN, |size| middle(&size.times, &all)));
    let threshold = |place: f64| match place {
        place if place < smallest => Threshold::BelowAll,
        place if place > largest => Threshold::AboveAll,
        place => Threshold::At { time: place.exp() },
    };
    let [point, low, high] = [found.point, found.low, found.high].map(threshold);
    Ok(Crossover { point, low, high, smallest: smallest.exp(), largest: largest.exp(), count: found.count })
}

/// Logarithms, one per round.
struct Size {
    /// Of the times one after another.
    times: Vec<f64>,
    /// Of the speed-ups.
    gains: Vec<f64>,
}

/// The logarithm of the time at which the speed-up of the chosen rounds crosses 1 for good.
fn crossing(sizes: &[Size], chosen: &[usize]) -> f64 {
    let places: Vec<(f64, f64)> =
        sizes.iter().map(|size| (middle(&size.times, chosen), middle(&size.gains, chosen))).collect();
    if places.last().is_some_and(|(_, gain)| *gain <= 0.0) {
        return ABOVE_ALL;
    }
    let last = places.windows(2).rev().find(|pair| pair[0].1 <= 0.0 && pair[1].1 > 0.0);
    last.map_or(BELOW_ALL, |pair| {
        let [(from, below), (to, above)] = [pair[0], pair[1]];
        from + (to - from) * below / (below - above)
    })
}

/// The median of the chosen rounds.
fn middle(values: &[f64], chosen: &[usize]) -> f64 {
    let mut sorted: Vec<f64> = chosen.iter().map(|&round| values[round]).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    median_of_sorted(&sorted)
}
