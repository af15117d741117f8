//! Where a series changes its level or its spread: exact optimal partitioning, pruned.
//!
//! The segments are those with the least sum of costs and penalties, found by dynamic programming (Jackson et al., "An
//! Algorithm for Optimal Partitioning of Data on an Interval", IEEE Signal Processing Letters 12, 2005) that forgets
//! the beginnings which can never win again: PELT (Killick, Fearnhead & Eckley, "Optimal Detection of Changepoints
//! With a Linear Computational Cost", JASA 107, 2012). The pruning changes nothing but the time it takes.
//!
//! The cost of a segment is twice its negative log-likelihood under a normal distribution whose mean and variance are
//! its own, without the constant: the `meanvar` of the R package changepoint. But for one thing: no segment is taken
//! to be quieter than a least deviation that the caller gives. Without it two values that happen to be equal have a
//! likelihood beyond all bounds, and a minimum length of segments would be needed, which a single cold iteration
//! does not have. With it the cost stays a minimum over parameters of a sum over values, which is all that the pruning
//! asks for, with its constant K = 0.
//!
//! Not responsible for outliers, for what the values mean, or for which changes matter.

use super::error::StatisticsError;
use super::median::median;
use super::sample::require_finite;

/// What a change must be worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partition {
    /// The price of a change point: by how much it must lower twice the negative log-likelihood. Not negative.
    pub penalty: f64,
    /// The least standard deviation of a segment, in the unit of the values. Positive.
    pub least_deviation: f64,
}

/// What rounding may do to a sum of costs, as a share of it. A beginning is kept that loses by no more: keeping one
/// too many costs time, dropping one too many would cost exactness.
const ROUNDING: f64 = 1e-9;

impl Partition {
    /// The index of the first value of each segment but the first, in order; none where nothing changes.
    ///
    /// Any finite values in one unit; nothing changes in fewer than two.
    ///
    /// # Panics
    ///
    /// Where the penalty is negative or the least deviation is not positive and finite.
    pub fn change_points(&self, values: &[f64]) -> Result<Vec<usize>, StatisticsError> {
        assert!(self.penalty >= 0.0, "the penalty is `{}`", self.penalty);
        let least = self.least_deviation;
        assert!(least > 0.0 && least.is_finite(), "the least deviation is `{least}`");
        require_finite(values)?;
        if values.len() < 2 {
            return Ok(Vec::new());
        }
        let sums = Sums::of(values)?;
        // The least cost of the first `end` values, and where its last segment begins.
        let mut best = vec![-self.penalty];
        let mut last = vec![0];
        let mut beginnings = vec![0];
        for end in 1..=values.len() {
            let totals: Vec<f64> = beginnings
                .iter()
                .map(|&begin| best[begin] + sums.cost(begin, end, least.powi(2)) + self.penalty)
                .collect();
            let (chosen, total) = least_of(&totals);
            best.push(total);
            last.push(beginnings[chosen]);
            let slack = ROUNDING * (1.0 + total.abs());
            let mut kept = totals.iter().map(|candidate| candidate - self.penalty <= total + slack);
            beginnings.retain(|_| kept.next().unwrap_or(true));
            beginnings.push(end);
        }
        let mut found = Vec::new();
        let mut begin = last[values.len()];
        while begin > 0 {
            found.push(begin);
            begin = last[begin];
        }
        found.reverse();
        Ok(found)
    }
}

/// The first of the least values, and where it stands. There is at least one.
fn least_of(totals: &[f64]) -> (usize, f64) {
    let mut least = (0, totals[0]);
    for (index, &total) in totals.iter().enumerate() {
        if total < least.1 {
            least = (index, total);
        }
    }
    least
}

/// Sums of the values up to each of them, and of their squares, so that a segment's cost takes no loop.
struct Sums {
    values: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    /// Around the median: the difference of two sums of squares keeps its digits.
    fn of(values: &[f64]) -> Result<Self, StatisticsError> {
        let centre = median(values)?;
        let up_to = |term: fn(f64) -> f64| {
            let mut sum = 0.0;
            let sums = values.iter().map(|value| {
                sum += term(value - centre);
                sum
            });
            std::iter::once(0.0).chain(sums).collect::<Vec<f64>>()
        };
        let sums = Self { values: up_to(|value| value), squares: up_to(|value| value * value) };
        match sums.squares.iter().find(|sum| !sum.is_finite()) {
            Some(&value) => Err(StatisticsError::NotRepresentable { value }),
            None => Ok(sums),
        }
    }

    /// The cost of the values from `begin` on and before `end`.
    fn cost(&self, begin: usize, end: usize, least_variance: f64) -> f64 {
        let count = (end - begin) as f64;
        let sum = self.values[end] - self.values[begin];
        let squares = (self.squares[end] - self.squares[begin] - sum * sum / count).max(0.0);
        let variance = (squares / count).max(least_variance);
        count * variance.ln() + squares / variance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTITION: Partition = Partition { penalty: 10.0, least_deviation: 0.1 };

    fn change_points(values: &[f64]) -> Vec<usize> {
        PARTITION.change_points(values).unwrap()
    }

    #[test]
    fn a_step_is_found_where_it_is() {
        let step: Vec<f64> = (0..20).map(|index| if index < 7 { 3.0 } else { 1.0 }).collect();
        assert_eq!(change_points(&step), [7]);
    }

    #[test]
    fn one_value_can_be_a_segment() {
        assert_eq!(change_points(&[9.0, 1.0, 1.0, 1.0, 1.0, 1.0]), [1]);
    }

    #[test]
    fn a_change_of_the_spread_alone_is_found() {
        let spread: Vec<f64> =
            (0..40).map(|index| f64::from((index + 1) % 2) * if index < 20 { 0.1 } else { 5.0 }).collect();
        assert_eq!(change_points(&spread), [20]);
    }

    #[test]
    fn equal_values_and_single_ones_change_nothing() {
        assert!(change_points(&[4.2; 30]).is_empty());
        assert!(change_points(&[]).is_empty() && change_points(&[1.0]).is_empty());
    }

    #[test]
    fn not_a_number_and_what_leaves_the_range_are_refused() {
        assert!(matches!(
            PARTITION.change_points(&[1.0, f64::NAN]),
            Err(StatisticsError::NotFinite { index: 1, .. })
        ));
        assert!(matches!(
            PARTITION.change_points(&[f64::MAX, -f64::MAX]),
            Err(StatisticsError::NotRepresentable { .. })
        ));
    }
}
