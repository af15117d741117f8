//! The median of one case with an interval between its ordered values.
//!
//! Two ordered values hold the median between them with a chance that depends on the count alone, whatever the
//! distribution: the sign test's interval. Few counts hit 95 %, so the bounds lie between two such pairs, at the place
//! that Hettmansperger & Sheather give ("Confidence Intervals Based on Interpolated Order Statistics", Statistics &
//! Probability Letters 4, 1986). Their interpolation is exact for the double exponential distribution only, and within
//! a fraction of a point elsewhere; where the density has a gap at the median it can be off by more.
//!
//! That holds for independent rounds. Rounds on a machine rarely are quite so, and the interval is widened by how much
//! they resemble their neighbours (`widening`). Chance resemblance widens it too, and so the pairs are chosen for
//! less than the nominal confidence. [`detect_drift`](super::detect_drift) says where no widening can be relied upon.

use std::f64::consts::LN_2;

use super::error::StatisticsError;
use super::estimate::Estimate;
use super::median::median_of_sorted;
use super::sample::{require_count, require_finite};
use super::widening::widening;

/// The confidence of the interval before it is widened. Chosen by simulation (`just validate-statistics`): independent
/// rounds are then covered in 95 to 96.5 % after widening, which leaves a reserve for stopping on the width.
const BEFORE_WIDENING: f64 = 0.944;

/// The sample median with its interpolated order-statistic interval, widened by how much neighbours are alike.
///
/// Any finite values in one unit, in the order the rounds ran, at least [`MINIMUM_COUNT`](super::MINIMUM_COUNT) of
/// them. The bounds of positive values are positive.
pub fn median_interval(values: &[f64]) -> Result<Estimate, StatisticsError> {
    require_count(values.len())?;
    require_finite(values)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let Depth { outer, share } = depth(sorted.len());
    // Depth counts from 1, from either end.
    let mirrored = sorted.len() - outer;
    let low = interpolate(sorted[outer - 1], sorted[outer], share);
    let high = interpolate(sorted[mirrored], sorted[mirrored - 1], share);
    let point = median_of_sorted(&sorted);
    let factor = widening(values);
    // Rounding must not push a bound past the point when the values around it are equal.
    Estimate::new(
        point,
        widened_low(point, low, factor).min(point),
        widened(point, high, factor).max(point),
        sorted.len(),
    )
}

/// A bound `factor` times as far from the point.
fn widened(point: f64, bound: f64, factor: f64) -> f64 {
    point + factor * (bound - point)
}

/// The lower bound of positive values moves on the log scale, where it cannot reach zero.
fn widened_low(point: f64, low: f64, factor: f64) -> f64 {
    if low > 0.0 { point * (low / point).powf(factor) } else { widened(point, low, factor) }
}

/// Where the bounds lie, from each end of the ordered values.
struct Depth {
    /// The deepest value, from 1, whose interval still has the nominal confidence.
    outer: usize,
    /// How far from it to the next deeper one, 0 to 1.
    share: f64,
}

fn depth(count: usize) -> Depth {
    // The interval from the d-th least to the d-th greatest value misses when fewer than d values lie on one side.
    let miss = 1.0 - BEFORE_WIDENING;
    let mut outer = 1;
    let mut missed = 2.0 * coin_chance(count, 0);
    loop {
        let missed_deeper = missed + 2.0 * coin_chance(count, outer);
        if missed_deeper > miss {
            let between = (miss - missed) / (missed_deeper - missed);
            let (count, outer_depth) = (count as f64, outer as f64);
            let share =
                (count - outer_depth) * between / (outer_depth + (count - 2.0 * outer_depth) * between);
            return Depth { outer, share };
        }
        missed = missed_deeper;
        outer += 1;
    }
}

/// The chance of `heads` heads in `count` throws. Through logarithms: 2⁻ⁿ underflows beyond a thousand rounds.
fn coin_chance(count: usize, heads: usize) -> f64 {
    let ways: f64 = (0..heads).map(|taken| ((count - taken) as f64 / (taken + 1) as f64).ln()).sum();
    (ways - count as f64 * LN_2).exp()
}

fn interpolate(from: f64, to: f64, share: f64) -> f64 {
    (1.0 - share) * from + share * to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_are_binomial() {
        for (heads, ways) in [1.0, 8.0, 28.0, 56.0, 70.0].into_iter().enumerate() {
            assert!((coin_chance(8, heads) - ways / 256.0).abs() < 1e-15);
        }
    }

    #[test]
    fn depth_stays_short_of_the_middle() {
        for count in (6..=400).chain([2_000]) {
            let Depth { outer, share } = depth(count);
            assert!(outer < count.div_ceil(2), "{count} values: depth {outer}");
            assert!((0.0..1.0).contains(&share), "{count} values: share {share}");
        }
    }

    #[test]
    fn equal_rounds_give_a_single_value() {
        assert_eq!(median_interval(&[0.1; 7]), Estimate::new(0.1, 0.1, 0.1, 7));
    }
}
