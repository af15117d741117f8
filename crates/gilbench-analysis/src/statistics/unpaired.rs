//! Ratios of two cases whose rounds do not pair, because they were measured at other times.
//!
//! The estimate is the median of all differences of a log of one and a log of the other (Hodges & Lehmann, "Estimates of
//! Location Based on Rank Tests", Annals of Mathematical Statistics 34, 1963); the interval holds every shift that the
//! two-sided rank-sum test does not reject (Mann & Whitney, "On a Test of Whether one of Two Random Variables is
//! Stochastically Larger than the Other", Annals of Mathematical Statistics 18, 1947; Hollander, Wolfe & Chicken,
//! "Nonparametric Statistical Methods", 3rd ed., 2014, section 4.3).
//!
//! The interval assumes that the rounds are independent and that the two differ by a factor only: their logs have
//! distributions of one shape, whatever it is. It is exact for logs without ties. The rank sum is discrete, so its true
//! confidence is at least the nominal one, by up to two points at the smallest counts; with ties it is higher still.
//!
//! Nothing cancels here: what the machine did to one side it did not do to the other. Where rounds pair,
//! [`paired_ratio`](super::paired_ratio) is the one to use. How far the machine moved in between is not in this interval.

use super::error::StatisticsError;
use super::estimate::{CONFIDENCE, Estimate};
use super::median::median_of_sorted;
use super::normal;
use super::sample::{logarithms, require_count};
use super::signed_rank::exponential;

/// Up to this many values of both together the distribution is counted out, beyond it the normal approximation serves.
/// There are at most 10³⁵ arrangements of so many, which 128 bits hold; at 120 the two agree to one rank in the bounds
/// (a test holds that).
const EXACT_LIMIT: usize = 120;

/// The ratio of two cases, numerator over denominator, from independent values of each.
///
/// All are positive and in one unit; each side needs [`MINIMUM_COUNT`](super::MINIMUM_COUNT) of them, and they need not
/// be equally many. The estimate's count is the smaller one. Swapping the cases inverts it, bounds included.
///
/// Holds a difference for each pair of values in memory, which suits the hundreds of rounds a run can have.
pub fn unpaired_ratio(numerators: &[f64], denominators: &[f64]) -> Result<Estimate, StatisticsError> {
    require_count(numerators.len())?;
    require_count(denominators.len())?;
    let numerators = logarithms(numerators)?;
    let denominators = logarithms(denominators)?;
    let mut differences: Vec<f64> = numerators
        .iter()
        .flat_map(|numerator| denominators.iter().map(move |denominator| numerator - denominator))
        .collect();
    differences.sort_unstable_by(f64::total_cmp);
    let outside = differences_outside(numerators.len(), denominators.len());
    let (low, high) = (differences[outside], differences[differences.len() - 1 - outside]);
    let count = numerators.len().min(denominators.len());
    exponential(Estimate::new(median_of_sorted(&differences), low, high, count)?)
}

/// How many differences lie outside the interval on each side: the greatest rank-sum statistic that, with all smaller
/// ones, has at most half the chance that the interval may miss.
///
/// The statistic of two samples is the number of their positive differences. So the test rejects exactly those shifts
/// that leave no more differences than this on one side.
fn differences_outside(left: usize, right: usize) -> usize {
    if left + right > EXACT_LIMIT {
        return differences_outside_approximately(left, right);
    }
    let arrangements = arrangements(left, right);
    let all = arrangements.iter().sum::<u128>() as f64;
    arrangements
        .iter()
        .scan(0, |sum: &mut u128, &next| {
            *sum += next;
            Some(*sum)
        })
        .take_while(|&sum| sum as f64 / all <= (1.0 - CONFIDENCE) / 2.0)
        .count()
        // Statistics start at 0: as many as were counted reach up to one less.
        .saturating_sub(1)
}

/// In how many ways the values of both can be ordered so that the statistic is 0, 1, 2, …
///
/// The coefficients of the Gaussian binomial, by multiplying with 1 − x^(right + i) and dividing by 1 − x^i for each of
/// the values on the left: whole numbers at every step.
fn arrangements(left: usize, right: usize) -> Vec<u128> {
    let mut ways = vec![0_i128; left * right + 1];
    ways[0] = 1;
    for index in 1..=left {
        for sum in (right + index..ways.len()).rev() {
            ways[sum] -= ways[sum - right - index];
        }
        for sum in index..ways.len() {
            ways[sum] += ways[sum - index];
        }
    }
    // No number of ways is negative once the division is done.
    ways.into_iter().map(i128::unsigned_abs).collect()
}

/// The same by the normal approximation with continuity correction (Hollander, Wolfe & Chicken, section 4.1).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at least the least of six and 115 values, which is positive, and small"
)]
fn differences_outside_approximately(left: usize, right: usize) -> usize {
    let (left, right) = (left as f64, right as f64);
    let mean = left * right / 2.0;
    let deviation = (left * right * (left + right + 1.0) / 12.0).sqrt();
    (mean + normal::quantile((1.0 - CONFIDENCE) / 2.0) * deviation - 0.5).floor() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_and_two_have_six_arrangements() {
        assert_eq!(arrangements(2, 2), [1, 1, 2, 1, 1]);
        assert_eq!(arrangements(2, 3), arrangements(3, 2));
    }

    #[test]
    fn all_arrangements_are_counted_at_the_limit() {
        // The binomial of 120 over 60, by Pascal's triangle.
        let mut row = vec![1_u128];
        for _ in 0..EXACT_LIMIT {
            let inner = row.windows(2).map(|pair| pair[0] + pair[1]).collect::<Vec<_>>();
            row = [vec![1], inner, vec![1]].concat();
        }
        let half = EXACT_LIMIT / 2;
        assert_eq!(arrangements(half, half).iter().sum::<u128>(), row[half]);
    }

    #[test]
    fn the_approximation_is_within_one_rank_of_the_exact_bound_at_the_limit() {
        for left in [60, 30, 8, 6] {
            let right = EXACT_LIMIT - left;
            let (exact, approximate) =
                (differences_outside(left, right), differences_outside_approximately(left, right));
            assert!(exact.abs_diff(approximate) <= 1, "{left}: exact {exact}, approximate {approximate}");
        }
    }

    #[test]
    fn equal_values_give_a_single_ratio() {
        let estimate = unpaired_ratio(&[3.0; 8], &[1.5; 6]).unwrap();
        assert!((estimate.low - 2.0).abs() < 1e-12 && (estimate.high - 2.0).abs() < 1e-12);
        assert_eq!(estimate.count, 6);
    }
}
