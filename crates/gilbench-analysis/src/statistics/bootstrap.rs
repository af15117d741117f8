//! Intervals for statistics without a formula of their own: fits, efficiencies, crossovers.
//!
//! Resamples whole rounds, so whatever pairs the cases within a round stays paired. The statistic sees round indexes
//! and fetches what it needs; this module never sees a value. Two intervals: the percentile interval, and the
//! bias-corrected and accelerated one, whose acceleration comes from the jackknife (Efron, "Better Bootstrap Confidence
//! Intervals", JASA 82, 1987; Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 13 and 14).
//!
//! Medians and ratios have better intervals in this module's siblings: at few rounds the bootstrap is too narrow.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::error::StatisticsError;
use super::estimate::{CONFIDENCE, Estimate};
use super::normal;
use super::sample::require_count;

/// The fewest resamples, and the default. About 250 of them lie beyond each bound, which leaves a bound's own
/// noise small against the interval.
pub const MINIMUM_RESAMPLES: usize = 10_000;

/// Which interval is read off the resampled statistics.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Their quantiles as they are. For statistics that jump, such as crossovers: the jackknife needs a smooth one.
    Percentile,
    /// Quantiles corrected for bias and for a spread that changes with the statistic. For smooth statistics.
    BiasCorrectedAccelerated,
}

/// A seeded bootstrap over rounds.
///
/// ```
/// use gilbench_analysis::statistics::{Bootstrap, median};
///
/// let seconds = [1.2, 1.1, 1.4, 1.3, 1.2, 1.5, 1.1, 1.3];
/// let mean = |rounds: &[usize]| rounds.iter().map(|&round| seconds[round]).sum::<f64>() / rounds.len() as f64;
/// let estimate = Bootstrap::new(42).interval(seconds.len(), mean)?;
/// assert!(estimate.contains(median(&seconds)?));
/// # Ok::<(), gilbench_analysis::statistics::StatisticsError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bootstrap {
    /// Where the resampling starts; the same seed gives the same interval.
    pub seed: u64,
    /// How many resamples to draw, at least [`MINIMUM_RESAMPLES`].
    pub resamples: usize,
    /// Which interval to form.
    pub method: Method,
}

impl Bootstrap {
    /// [`MINIMUM_RESAMPLES`] resamples and the bias-corrected and accelerated interval.
    pub fn new(seed: u64) -> Self {
        Self { seed, resamples: MINIMUM_RESAMPLES, method: Method::BiasCorrectedAccelerated }
    }

    /// The statistic of all rounds with its interval.
    ///
    /// `statistic` is given round indexes below `rounds`, as many as there are rounds and with repetitions; for the
    /// jackknife, each round left out once, one fewer. It must return a finite number for all of them: a statistic
    /// without a value for some resamples has no interval.
    ///
    /// The interval is widened to hold the point where the resampled statistics all lie to one side of it.
    pub fn interval(
        &self,
        rounds: usize,
        mut statistic: impl FnMut(&[usize]) -> f64,
    ) -> Result<Estimate, StatisticsError> {
        require_count(rounds)?;
        if self.resamples < MINIMUM_RESAMPLES {
            return Err(StatisticsError::TooFewResamples {
                count: self.resamples,
                needed: MINIMUM_RESAMPLES,
            });
        }
        let mut evaluate = |indexes: &[usize]| match statistic(indexes) {
            value if value.is_finite() => Ok(value),
            value => Err(StatisticsError::NotRepresentable { value }),
        };
        let all: Vec<usize> = (0..rounds).collect();
        let point = evaluate(&all)?;
        let mut replicates = resample(rounds, self.resamples, self.seed, &mut evaluate)?;
        replicates.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - CONFIDENCE) / 2.0;
        let chances = match self.method {
            Method::Percentile => [tail, 1.0 - tail],
            Method::BiasCorrectedAccelerated => {
                corrected_chances(point, &replicates, &jackknife(&all, &mut evaluate)?)
            }
        };
        let [low, high] = chances.map(|chance| quantile_of_sorted(&replicates, chance));
        Estimate::new(point, low.min(point), high.max(point), rounds)
    }
}

/// The statistic of each resample.
fn resample(
    rounds: usize,
    resamples: usize,
    seed: u64,
    evaluate: &mut impl FnMut(&[usize]) -> Result<f64, StatisticsError>,
) -> Result<Vec<f64>, StatisticsError> {
    let mut generator = Pcg64::seed_from_u64(seed);
    let mut indexes = vec![0; rounds];
    (0..resamples)
        .map(|_| {
            indexes.fill_with(|| generator.random_range(0..rounds));
            evaluate(&indexes)
        })
        .collect()
}

/// The statistic with each round left out in turn.
fn jackknife(
    all: &[usize],
    evaluate: &mut impl FnMut(&[usize]) -> Result<f64, StatisticsError>,
) -> Result<Vec<f64>, StatisticsError> {
    (0..all.len()).map(|left_out| evaluate(&[&all[..left_out], &all[left_out + 1..]].concat())).collect()
}

/// The two quantiles that the corrected interval reads, between 0 and 1 (Efron & Tibshirani, equation 14.10).
fn corrected_chances(point: f64, sorted: &[f64], left_out: &[f64]) -> [f64; 2] {
    let bias = bias(point, sorted);
    let acceleration = acceleration(left_out);
    let tail = (1.0 - CONFIDENCE) / 2.0;
    [tail, 1.0 - tail].map(|chance| {
        let shifted = bias + normal::quantile(chance);
        let shrink = 1.0 - acceleration * shifted;
        if shrink > 0.0 {
            normal::distribution(bias + shifted / shrink)
        } else if shifted > 0.0 {
            // Past the pole the correction asks for more than every resample: the widest bound is the honest one.
            1.0
        } else {
            0.0
        }
    })
}

/// The normal quantile of the share of resamples below the point, equal ones counted half.
fn bias(point: f64, sorted: &[f64]) -> f64 {
    let below = sorted.partition_point(|&replicate| replicate < point);
    let not_above = sorted.partition_point(|&replicate| replicate <= point);
    let share = (below + not_above) as f64 / (2 * sorted.len()) as f64;
    // Half a resample from either end: none beyond the point says "fewer than one in so many", not "never".
    let least = 0.5 / sorted.len() as f64;
    normal::quantile(share.clamp(least, 1.0 - least))
}

/// A sixth of the skewness of the jackknife's influences (Efron & Tibshirani, equation 14.15); 0 where none has any.
fn acceleration(left_out: &[f64]) -> f64 {
    let mean = left_out.iter().sum::<f64>() / left_out.len() as f64;
    let squares: f64 = left_out.iter().map(|value| (mean - value).powi(2)).sum();
    let cubes: f64 = left_out.iter().map(|value| (mean - value).powi(3)).sum();
    let acceleration = cubes / (6.0 * squares.powf(1.5));
    if acceleration.is_finite() { acceleration } else { 0.0 }
}

/// The quantile of ascending values, linear between neighbours (Hyndman & Fan's type 7, as in NumPy and R).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the greatest index"
)]
fn quantile_of_sorted(sorted: &[f64], chance: f64) -> f64 {
    let place = chance.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (left, right) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    let share = place.fract();
    (1.0 - share) * left + share * right
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds for resampled statistics that `scipy.stats` drew itself: equal figures, no random difference.
    #[test]
    fn bounds_agree_with_scipy_on_its_own_resamples() {
        let figures: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/scipy/figures.json")).expect("figures are JSON");
        let numbers = |field: &serde_json::Value| -> Vec<f64> {
            field
                .as_array()
                .expect("numbers")
                .iter()
                .map(|number| number.as_f64().expect("a number"))
                .collect()
        };
        let rows = figures["bootstrap_replicates"].as_array().expect("rows");
        assert!(!rows.is_empty());
        for row in rows {
            let mut replicates = numbers(&row["replicates"]);
            replicates.sort_unstable_by(f64::total_cmp);
            let point = row["point"].as_f64().expect("a number");
            let tail = (1.0 - CONFIDENCE) / 2.0;
            for (chances, expected) in [
                ([tail, 1.0 - tail], numbers(&row["percentile"])),
                (
                    corrected_chances(point, &replicates, &numbers(&row["jackknife"])),
                    numbers(&row["corrected"]),
                ),
            ] {
                for (chance, expected) in chances.into_iter().zip(expected) {
                    let found = quantile_of_sorted(&replicates, chance);
                    assert!(
                        (found / expected - 1.0).abs() < 1e-9,
                        "{}: {found}, {expected}",
                        row["statistic"]
                    );
                }
            }
        }
    }

    #[test]
    fn a_constant_statistic_gives_a_single_value() {
        let estimate = Bootstrap::new(1).interval(8, |_| 3.0).unwrap();
        assert_eq!(estimate, Estimate::new(3.0, 3.0, 3.0, 8).unwrap());
    }

    #[test]
    fn the_seed_decides_the_interval() {
        let values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.3, 5.8];
        let mean =
            |rounds: &[usize]| rounds.iter().map(|&round| values[round]).sum::<f64>() / rounds.len() as f64;
        let [first, again, other] = [1, 1, 2].map(|seed| Bootstrap::new(seed).interval(8, mean).unwrap());
        assert_eq!(first, again);
        assert_ne!(first, other);
    }

    #[test]
    fn a_point_beyond_all_resamples_stays_inside_its_interval() {
        // Every resample repeats some round with these indexes, and the statistic punishes repetition.
        let distinct = |rounds: &[usize]| {
            let mut seen: Vec<usize> = rounds.to_vec();
            seen.sort_unstable();
            seen.dedup();
            seen.len() as f64
        };
        for method in [Method::Percentile, Method::BiasCorrectedAccelerated] {
            let estimate = Bootstrap { method, ..Bootstrap::new(1) }.interval(60, distinct).unwrap();
            assert!(estimate.contains(estimate.point) && estimate.point > 59.0, "{estimate:?}");
        }
    }

    #[test]
    fn what_gives_no_interval_is_refused() {
        let refused = |rounds, value: f64| Bootstrap::new(1).interval(rounds, |_| value).unwrap_err();
        assert_eq!(refused(5, 1.0), StatisticsError::TooFew { count: 5, needed: 6 });
        assert!(matches!(refused(6, f64::NAN), StatisticsError::NotRepresentable { .. }));
        let hasty = Bootstrap { resamples: 999, ..Bootstrap::new(1) };
        assert_eq!(
            hasty.interval(6, |_| 1.0),
            Err(StatisticsError::TooFewResamples { count: 999, needed: MINIMUM_RESAMPLES })
        );
    }
}
