//! Ratios of two cases paired by round, and the location of one case.
//!
//! Pairs on rounds because the machine drifts between them: what it did to one case it did to the other, and the
//! difference of logs is free of it. The estimate is the median of the Walsh averages, the means of all pairs of
//! differences (Hodges & Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34,
//! 1963); the interval holds every shift that the two-sided signed-rank test does not reject (Hollander, Wolfe &
//! Chicken, "Nonparametric Statistical Methods", 3rd ed., 2014, section 3.3).
//!
//! The interval assumes that the differences are independent between rounds and symmetric around their centre, which
//! holds when both cases have times of like shape, however heavy their tails. It is exact for differences without
//! ties. The sum of ranks is discrete, so its true confidence is at least the nominal one, by up to two points at
//! the smallest counts; with ties it is higher still.
//!
//! Which rounds pair, and what a failed one means, is the caller's business.

use super::error::StatisticsError;
use super::estimate::{CONFIDENCE, Estimate};
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
    let outside = averages_outside(values.len());
    let low = order_statistic(&mut averages, outside);
    let high = order_statistic(&mut averages, last - outside);
    let point = f64::midpoint(
        order_statistic(&mut averages, last / 2),
        order_statistic(&mut averages, last.div_ceil(2)),
    );
    Estimate::new(point, low, high, values.len())
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

/// How many Walsh averages lie outside the interval on each side: the greatest rank sum that, with all smaller ones,
/// has at most half the chance that the interval may miss.
///
/// The rank sum of a sample is the number of its positive Walsh averages. So the test rejects exactly those shifts
/// that leave no more averages than this on one side.
fn averages_outside(count: usize) -> usize {
    if count > EXACT_LIMIT {
        return averages_outside_approximately(count);
    }
    let ranks: Vec<usize> = (1..=count).collect();
    null_distribution(&ranks)
        .iter()
        .scan(0.0, |chance, &next| {
            *chance += next;
            Some(*chance)
        })
        .take_while(|&chance| chance <= (1.0 - CONFIDENCE) / 2.0)
        .count()
        // Sums start at 0: as many as were counted reach up to one less.
        .saturating_sub(1)
}

/// The same by the normal approximation with continuity correction (Hollander, Wolfe & Chicken, section 3.1).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive and small beyond the exact limit"
)]
fn averages_outside_approximately(count: usize) -> usize {
    let count = count as f64;
    let mean = count * (count + 1.0) / 4.0;
    let deviation = (count * (count + 1.0) * (2.0 * count + 1.0) / 24.0).sqrt();
    (mean + normal::quantile((1.0 - CONFIDENCE) / 2.0) * deviation - 0.5).floor() as usize
}

/// The estimate of a logarithm as that of the value.
fn exponential(logarithm: Estimate) -> Result<Estimate, StatisticsError> {
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

    #[test]
    fn the_approximation_is_within_one_rank_of_the_exact_bound_at_the_limit() {
        let (exact, approximate) =
            (averages_outside(EXACT_LIMIT), averages_outside_approximately(EXACT_LIMIT));
        assert!(exact.abs_diff(approximate) <= 1, "exact {exact}, approximate {approximate}");
    }

    #[test]
    fn counts_around_the_limit_join_smoothly() {
        let [before, at, after] = [EXACT_LIMIT - 1, EXACT_LIMIT, EXACT_LIMIT + 1].map(averages_outside);
        assert!(before < at && at < after);
        assert!((at - before).abs_diff(after - at) <= 1);
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
