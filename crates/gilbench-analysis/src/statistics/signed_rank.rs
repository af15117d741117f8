//! Ratios of two cases paired by round, and the location of one case.
//!
//! Pairs on rounds because the machine drifts between them: what it did to one case it did to the other, and the
//! difference of logs is free of it. The estimate is the median of the Walsh averages, the means of all pairs of
//! differences (Hodges & Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34,
//! 1963); the interval holds every shift that the two-sided signed-rank test does not reject (Hollander, Wolfe &
//! Chicken, "Nonparametric Statistical Methods", 3rd ed., 2014, section 3.3).
//!
//! The interval assumes that the differences are independent between rounds and symmetric around their centre, which
//! holds when both cases have times of like shape, however heavy their tails. The sum of ranks is discrete and seldom
//! has the wanted confidence, so a bound lies between two neighbouring Walsh averages, of which one misses more often
//! than wanted and the other less often: as far between them as the wanted chance lies between theirs. Hettmansperger &
//! Sheather do so between order statistics ("Confidence Intervals Based on Interpolated Order Statistics", Statistics &
//! Probability Letters 4, 1986). Whatever the shape, the true confidence lies between those of the two pairs, which
//! enclose the wanted one within 1.6 points from 8 rounds on; with ties it is higher. The wanted one is nominal and a
//! [`RESERVE`] for stopping.
//!
//! Which rounds pair, and what a failed one means, is the caller's business.

use std::sync::OnceLock;

use super::error::StatisticsError;
use super::estimate::{CONFIDENCE, Estimate, RESERVE};
use super::normal;
use super::null_distribution::{EXACT_LIMIT, null_distribution};
use super::sample::{logarithms, require_count, require_finite};

/// The ratio of two cases, numerator over denominator, from one value of each per round.
///
/// `numerators[i]` and `denominators[i]` are of the same round; all are positive and in one unit. Needs
/// [`MINIMUM_COUNT`](super::MINIMUM_COUNT) rounds. Swapping the cases inverts the estimate, bounds included.
pub fn paired_ratio(numerators: &[f64], denominators: &[f64]) -> Result<Estimate, StatisticsError> {
    if numerators.len() != denominators.len() {
        return Err(StatisticsError::UnequalLengths {
            numerators: numerators.len(),
            denominators: denominators.len(),
        });
    }
    let numerators = logarithms(numerators)?;
    let denominators = logarithms(denominators)?;
    let differences: Vec<f64> = numerators
        .iter()
        .zip(&denominators)
        .map(|(numerator, denominator)| numerator - denominator)
        .collect();
    exponential(location(&differences)?)
}

/// The location of one case's positive values on the log scale, such as CPU seconds per wall second.
///
/// Like [`paired_ratio`] against a case that is always 1. Nothing cancels here: the logarithms themselves must be
/// symmetric. For times, which are skewed even so, [`median_interval`](super::median_interval) assumes less.
pub fn log_location(values: &[f64]) -> Result<Estimate, StatisticsError> {
    exponential(location(&logarithms(values)?)?)
}

/// The centre of symmetric values: the median of their Walsh averages with its signed-rank interval.
///
/// Holds the n(n + 1)/2 averages in memory, which suits the hundreds of rounds a run can have.
pub fn location(values: &[f64]) -> Result<Estimate, StatisticsError> {
    require_count(values.len())?;
    require_finite(values)?;
    let mut averages = walsh_averages(values);
    let last = averages.len() - 1;
    let Outside { certain, share } = outside(values.len());
    let point = f64::midpoint(
        order_statistic(&mut averages, last / 2),
        order_statistic(&mut averages, last.div_ceil(2)),
    );
    let low =
        between(order_statistic(&mut averages, certain), order_statistic(&mut averages, certain + 1), share);
    let high = between(
        order_statistic(&mut averages, last - certain),
        order_statistic(&mut averages, last - certain - 1),
        share,
    );
    // Rounding must not push a bound past the point when the averages around it are equal.
    Estimate::new(point, low.min(point), high.max(point), values.len())
}

/// The means of all pairs, each value paired with itself too.
fn walsh_averages(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .enumerate()
        .flat_map(|(index, &left)| values[index..].iter().map(move |&right| f64::midpoint(left, right)))
        .collect()
}

/// The value at `position` of the ascending order, from 0.
fn order_statistic(values: &mut [f64], position: usize) -> f64 {
    *values.select_nth_unstable_by(position, f64::total_cmp).1
}

/// The value that lies `share` of the way from one value to another.
fn between(from: f64, to: f64, share: f64) -> f64 {
    (1.0 - share) * from + share * to
}

/// How many Walsh averages lie outside the interval on each side.
///
/// The rank sum of a sample is the number of its positive Walsh averages. So the test rejects exactly those shifts
/// that leave no more averages than so many on one side.
#[derive(Clone, Copy, Debug)]
struct Outside {
    /// So many certainly: the greatest rank sum that, with all smaller ones, has at most half the chance that the
    /// interval may miss.
    certain: usize,
    /// How far towards the next average the bound lies, 0 to 1.
    share: f64,
}

/// Counted out once for each count: a report forms thousands of intervals of few different counts.
fn outside(count: usize) -> Outside {
    static KNOWN: [OnceLock<Outside>; EXACT_LIMIT + 1] = [const { OnceLock::new() }; EXACT_LIMIT + 1];
    KNOWN
        .get(count)
        .map_or_else(|| outside_approximately(count), |known| *known.get_or_init(|| outside_exactly(count)))
}

/// The chance that either bound may miss.
fn tail() -> f64 {
    (1.0 - CONFIDENCE - RESERVE) / 2.0
}

fn outside_exactly(count: usize) -> Outside {
    let ranks: Vec<usize> = (1..=count).collect();
    let chances = null_distribution(&ranks);
    let (mut certain, mut missed) = (0, chances[0]);
    while missed + chances[certain + 1] <= tail() {
        certain += 1;
        missed += chances[certain];
    }
    Outside { certain, share: (tail() - missed) / chances[certain + 1] }
}

/// The same by the normal approximation with continuity correction (Hollander, Wolfe & Chicken, section 3.1).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive and small beyond the exact limit"
)]
fn outside_approximately(count: usize) -> Outside {
    let count = count as f64;
    let mean = count * (count + 1.0) / 4.0;
    let deviation = (count * (count + 1.0) * (2.0 * count + 1.0) / 24.0).sqrt();
    let place = mean + normal::quantile(tail()) * deviation - 0.5;
    Outside { certain: place.floor() as usize, share: place.fract() }
}

/// The estimate of a logarithm as that of the value.
pub(super) fn exponential(logarithm: Estimate) -> Result<Estimate, StatisticsError> {
    let [low, point, high] = [logarithm.low, logarithm.point, logarithm.high].map(f64::exp);
    if low <= 0.0 {
        return Err(StatisticsError::NotRepresentable { value: low });
    }
    // Between numbers that differ in the last digit only, the platform's `exp` need not keep the order.
    Estimate::new(point, low.min(point), high.max(point), logarithm.count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far into the averages a bound lies.
    fn place(outside: Outside) -> f64 {
        outside.certain as f64 + outside.share
    }

    #[test]
    fn the_approximation_is_within_two_ranks_of_the_exact_bound_at_the_limit() {
        let (exact, approximate) = (outside_exactly(EXACT_LIMIT), outside_approximately(EXACT_LIMIT));
        assert!((place(exact) - place(approximate)).abs() <= 2.0, "{exact:?}, {approximate:?}");
    }

    #[test]
    fn counts_around_the_limit_join_smoothly() {
        let [before, at, after] =
            [EXACT_LIMIT - 1, EXACT_LIMIT, EXACT_LIMIT + 1].map(|count| place(outside(count)));
        assert!(before < at && at < after);
        assert!(((at - before) - (after - at)).abs() <= 1.0);
    }

    #[test]
    fn bounds_lie_between_averages_on_either_side_of_the_middle() {
        for count in (6..=EXACT_LIMIT + 50).chain([2_000]) {
            let Outside { certain, share } = outside(count);
            assert!((0.0..1.0).contains(&share), "{count} values: {share}");
            assert!(2 * (certain + 1) < count * (count + 1) / 2, "{count} values: {certain}");
        }
    }

    #[test]
    fn neighbouring_pairs_enclose_the_wanted_confidence_closely_from_eight_rounds_on() {
        for count in 8..=60 {
            let chances = null_distribution(&(1..=count).collect::<Vec<usize>>());
            let certain = outside(count).certain;
            let confidence = |sum: usize| 1.0 - 2.0 * chances[..=sum].iter().sum::<f64>();
            let (wide, narrow) = (confidence(certain), confidence(certain + 1));
            assert!(narrow < CONFIDENCE + RESERVE && CONFIDENCE + RESERVE <= wide, "{count} rounds");
            assert!(wide - narrow <= 0.016, "{count} rounds: {narrow} to {wide}");
        }
    }

    #[test]
    fn equal_rounds_give_a_single_value() {
        let estimate = location(&[1.5; 8]).unwrap();
        assert_eq!(estimate, Estimate::new(1.5, 1.5, 1.5, 8).unwrap());
    }

    #[test]
    fn ratios_beyond_the_range_are_refused_and_never_infinite() {
        let (huge, tiny) = ([1e300; 6], [1e-300; 6]);
        for (numerators, denominators) in [(huge, tiny), (tiny, huge)] {
            let found = paired_ratio(&numerators, &denominators);
            assert!(matches!(found, Err(StatisticsError::NotRepresentable { .. })), "{found:?}");
        }
    }
}
