//! A point and its interval, inseparable.
//!
//! Says what was estimated and how well, not how: the methods live in the sibling modules.

use serde::{Deserialize, Serialize};

use super::error::StatisticsError;

/// The nominal confidence of every interval: the convention of the field, fixed so that intervals of one report
/// can be read beside each other.
pub const CONFIDENCE: f64 = 0.95;

/// What signed-rank intervals are formed above the nominal confidence.
///
/// A case that ends when its interval is narrow enough ends more readily when chance made it narrow, and such an
/// interval misses more often: by up to two and a half points, as `just validate-statistics` simulates. The reserve
/// keeps the interval near its nominal confidence, with the stop and without it.
pub const RESERVE: f64 = 0.008;

/// The fewest rounds that give any estimate.
///
/// The widest interval of both rank methods runs from the least value to the greatest. It misses when all rounds
/// fall on one side, with chance 2·2⁻ⁿ, and n = 6 is the first count where that is at most 5 %. The bootstrap
/// refuses smaller counts too, although it could produce numbers: they would be worse, not better.
pub const MINIMUM_COUNT: usize = 6;

/// A point with its confidence interval.
///
/// Every function of [`statistics`](super) returns finite numbers with `low <= point <= high`. Bounds may be wide,
/// never NaN.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The best single value.
    pub point: f64,
    /// The interval's lower bound.
    pub low: f64,
    /// The interval's upper bound.
    pub high: f64,
    /// The nominal confidence, between 0 and 1.
    pub confidence: f64,
    /// How many rounds the estimate rests on.
    pub count: usize,
}

impl Estimate {
    /// An estimate at the nominal confidence [`CONFIDENCE`].
    ///
    /// Refuses numbers that are not finite and a point outside its interval.
    pub fn new(point: f64, low: f64, high: f64, count: usize) -> Result<Self, StatisticsError> {
        if let Some(value) = [point, low, high].into_iter().find(|value| !value.is_finite()) {
            return Err(StatisticsError::NotRepresentable { value });
        }
        if point < low || point > high {
            return Err(StatisticsError::PointOutside { point, low, high });
        }
        Ok(Self { point, low, high, confidence: CONFIDENCE, count })
    }

    /// Half the interval's width as a share of the point: the `0.012` of "±1.2 %".
    ///
    /// Never negative and never NaN. Infinite where the point is zero and the interval is not.
    pub fn half_width_relative(&self) -> f64 {
        let half_width = (self.high - self.low) / 2.0;
        if half_width == 0.0 { 0.0 } else { half_width / self.point.abs() }
    }

    /// Half the interval's width on the log scale, where a ratio and its reciprocal are known equally well: .012 for
    /// "±1.2 %", nearly.
    ///
    /// `None` where the interval is not wholly positive.
    pub fn half_width_logarithmic(&self) -> Option<f64> {
        (self.low > 0.0).then(|| (self.high.ln() - self.low.ln()) / 2.0)
    }

    /// The same comparison seen from the other side: `1/point`, with the bounds inverted and swapped.
    ///
    /// Sound only where the whole interval is positive, because the reciprocal of an interval around zero is not
    /// an interval; anything else is [`StatisticsError::NotRepresentable`]. What [`paired_ratio`](super::paired_ratio)
    /// returns is always positive.
    pub fn reciprocal(&self) -> Result<Self, StatisticsError> {
        if self.low <= 0.0 {
            return Err(StatisticsError::NotRepresentable { value: self.low.recip() });
        }
        let inverted = Self::new(self.point.recip(), self.high.recip(), self.low.recip(), self.count)?;
        Ok(Self { confidence: self.confidence, ..inverted })
    }

    /// The estimate in another unit, every number multiplied by `factor`; a negative factor swaps the bounds.
    ///
    /// # Panics
    ///
    /// Where `factor` is not finite: units are known when the program is written. A factor that comes from data
    /// has an uncertainty of its own and belongs into the statistic.
    #[must_use]
    pub fn scale(&self, factor: f64) -> Self {
        assert!(factor.is_finite(), "scaled an estimate by `{factor}`");
        let (low, high) = (self.low * factor, self.high * factor);
        Self { point: self.point * factor, low: low.min(high), high: low.max(high), ..*self }
    }

    /// Whether `value` lies inside the interval, bounds included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether some value lies inside both intervals.
    pub fn meets(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_width_is_relative_to_the_point() {
        let estimate = Estimate::new(2.0, 1.9, 2.3, 8).unwrap();
        assert!((estimate.half_width_relative() - 0.1).abs() < 1e-12);
        assert!((estimate.scale(-3.0).half_width_relative() - 0.1).abs() < 1e-12);
    }

    #[test]
    fn intervals_that_share_a_bound_meet() {
        let estimate = |low, high| Estimate::new(f64::midpoint(low, high), low, high, 8).unwrap();
        let one = estimate(1.0, 2.0);
        for (low, high, meets) in [(2.0, 3.0, true), (0.5, 1.0, true), (1.2, 1.3, true), (2.1, 3.0, false)] {
            let other = estimate(low, high);
            assert_eq!((one.meets(&other), other.meets(&one)), (meets, meets), "[{low}, {high}]");
        }
    }

    #[test]
    fn a_ratio_and_its_reciprocal_are_equally_wide_on_the_log_scale() {
        let estimate = Estimate::new(2.0, 1.6, 2.5, 8).unwrap();
        let half_width = estimate.half_width_logarithmic().unwrap();
        assert!((half_width - 1.25_f64.ln()).abs() < 1e-12, "{half_width}");
        let reciprocal = estimate.reciprocal().unwrap().half_width_logarithmic().unwrap();
        assert!((half_width - reciprocal).abs() < 1e-12);
        assert_eq!(Estimate::new(1.0, 0.0, 2.0, 8).unwrap().half_width_logarithmic(), None);
    }

    #[test]
    fn half_width_around_zero_is_infinite_and_of_a_single_value_zero() {
        let around_zero = Estimate::new(0.0, -1.0, 1.0, 8).unwrap();
        assert_eq!(around_zero.half_width_relative().total_cmp(&f64::INFINITY), std::cmp::Ordering::Equal);
        let single = Estimate::new(0.0, 0.0, 0.0, 8).unwrap();
        assert!(single.half_width_relative().abs() < f64::MIN_POSITIVE);
    }

    #[test]
    fn reciprocal_swaps_the_bounds_and_keeps_the_count() {
        let inverted = Estimate::new(2.0, 1.0, 4.0, 9).unwrap().reciprocal().unwrap();
        assert_eq!(inverted, Estimate::new(0.5, 0.25, 1.0, 9).unwrap());
    }

    #[test]
    fn reciprocal_of_an_interval_that_touches_zero_is_refused() {
        for low in [0.0, -1.0] {
            let estimate = Estimate::new(2.0, low, 4.0, 9).unwrap();
            assert!(matches!(estimate.reciprocal(), Err(StatisticsError::NotRepresentable { .. })));
        }
    }

    #[test]
    fn scaling_by_a_negative_factor_keeps_the_bounds_in_order() {
        let scaled = Estimate::new(2.0, 1.0, 4.0, 9).unwrap().scale(-2.0);
        assert_eq!(scaled, Estimate::new(-4.0, -8.0, -2.0, 9).unwrap());
    }

    #[test]
    fn bounds_belong_to_the_interval() {
        let estimate = Estimate::new(2.0, 1.0, 4.0, 9).unwrap();
        assert!(estimate.contains(1.0) && estimate.contains(4.0));
        assert!(!estimate.contains(0.999) && !estimate.contains(4.001) && !estimate.contains(f64::NAN));
    }

    #[test]
    fn numbers_that_are_not_finite_and_points_outside_are_refused() {
        assert!(matches!(
            Estimate::new(f64::NAN, 0.0, 1.0, 8),
            Err(StatisticsError::NotRepresentable { .. })
        ));
        assert!(matches!(
            Estimate::new(0.5, 0.0, f64::INFINITY, 8),
            Err(StatisticsError::NotRepresentable { .. })
        ));
        assert!(matches!(Estimate::new(2.0, 0.0, 1.0, 8), Err(StatisticsError::PointOutside { .. })));
    }

    #[test]
    fn six_is_the_first_count_with_a_full_interval() {
        let chance_to_miss = |count: usize| 2.0 * 0.5_f64.powi(i32::try_from(count).unwrap());
        assert!(chance_to_miss(MINIMUM_COUNT) <= 1.0 - (CONFIDENCE + RESERVE));
        assert!(chance_to_miss(MINIMUM_COUNT - 1) > 1.0 - CONFIDENCE);
    }
}
