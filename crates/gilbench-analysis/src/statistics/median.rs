//! The median of a slice, without surprises: NaN is an error, the caller's order stays, and the mean of the two
//! middle values neither overflows nor leaves their range.

use super::error::StatisticsError;
use super::sample::require_finite;

/// The middle value, or the mean of the two middle values. Needs at least one value, all finite.
pub fn median(values: &[f64]) -> Result<f64, StatisticsError> {
    if values.is_empty() {
        return Err(StatisticsError::TooFew { count: 0, needed: 1 });
    }
    require_finite(values)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(median_of_sorted(&sorted))
}

/// The median of values in ascending order, of which there is at least one.
pub(super) fn median_of_sorted(sorted: &[f64]) -> f64 {
    let count = sorted.len();
    f64::midpoint(sorted[(count - 1) / 2], sorted[count / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_counts_give_the_middle_and_even_counts_the_mean_of_two() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Ok(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Ok(2.5));
        assert_eq!(median(&[7.0]), Ok(7.0));
    }

    #[test]
    fn the_greatest_numbers_do_not_overflow() {
        assert_eq!(median(&[f64::MAX, f64::MAX]), Ok(f64::MAX));
    }

    #[test]
    fn nothing_and_not_a_number_have_no_median() {
        assert_eq!(median(&[]), Err(StatisticsError::TooFew { count: 0, needed: 1 }));
        assert!(matches!(median(&[1.0, f64::NAN]), Err(StatisticsError::NotFinite { index: 1, .. })));
    }
}
