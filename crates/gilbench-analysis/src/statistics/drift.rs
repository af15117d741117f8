//! Whether the machine drifted while one case was measured.
//!
//! Looks at the lag-1 autocorrelation of a case's rounds in the order they ran, as von Neumann's ratio over ranks:
//! the squared differences of neighbours against the squared deviations from the mean (Bartels, "The Rank Version of
//! von Neumann's Ratio Test for Randomness", JASA 77, 1982). Over ranks, because one spike, which timings often have,
//! would drown the plain coefficient; as differences, because a sum of neighbours' products counts both ends of the
//! series half, and a steady climb would not be its extreme. Significance comes from permuting the rounds, which is
//! exact at any count; the permutations are drawn until the answer is certain (Besag & Clifford, "Sequential Monte
//! Carlo p-values", Biometrika 78, 1991).
//!
//! One-sided: a drift makes neighbours alike. Neighbours that differ more than chance would have it are not a drift.
//! What drifted, and what to do about it, is not decided here: paired ratios stay sound, an interval for one
//! case's time is widened for a mild drift and does not hold under a strong one.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

use super::error::StatisticsError;
use super::ranks::doubled_mid_ranks;
use super::sample::{require_count, require_finite};

/// A case is called drifting where chance alone would do so at most this often. Strict, because a run asks it of
/// each of its many cases.
pub const DRIFT_LEVEL: f64 = 0.01;

/// The most permutations drawn. With the observed order they make 10,000: the p-value at [`DRIFT_LEVEL`] then has a
/// standard error of a tenth of the level.
const PERMUTATIONS: u32 = 9_999;

/// After this many permutations as extreme as the rounds themselves, drawing stops: the p-value would end above
/// [`DRIFT_LEVEL`] whatever followed, so stopping never changes the decision.
const ENOUGH_EXCEEDANCES: u32 = 100;

/// What the order of a case's rounds says about drift.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// The lag-1 autocorrelation of the ranks, one less half of von Neumann's ratio: between -1 and 1; none where all
    /// values are equal.
    pub autocorrelation: Option<f64>,
    /// The chance of an autocorrelation at least as high if the order meant nothing.
    pub p_value: f64,
    /// Whether `p_value` is at most [`DRIFT_LEVEL`].
    pub drifting: bool,
    /// How many rounds there were.
    pub count: usize,
}

/// Tests one case's round values, in the order the rounds ran, for drift.
///
/// Needs [`MINIMUM_COUNT`](super::MINIMUM_COUNT) finite values: with 5, even a steady climb is one of two orders in
/// 120 and could not be called drifting. The same values and seed give the same answer.
pub fn detect_drift(values: &[f64], seed: u64) -> Result<Drift, StatisticsError> {
    require_count(values.len())?;
    require_finite(values)?;
    let count = values.len();
    let mut ranks = whole_ranks(values);
    let Some(autocorrelation) = autocorrelation(&ranks) else {
        return Ok(Drift { autocorrelation: None, p_value: 1.0, drifting: false, count });
    };
    let p_value = permutation_p_value(&mut ranks, seed);
    Ok(Drift { autocorrelation: Some(autocorrelation), p_value, drifting: p_value <= DRIFT_LEVEL, count })
}

/// The lag-1 autocorrelation of the ranks of finite values, one less half of von Neumann's ratio; none where all values
/// are equal.
pub(super) fn rank_autocorrelation(values: &[f64]) -> Option<f64> {
    autocorrelation(&whole_ranks(values))
}

/// Doubled ranks, with a sign to be subtracted.
fn whole_ranks(values: &[f64]) -> Vec<i64> {
    doubled_mid_ranks(values).into_iter().map(|rank| rank.cast_signed() as i64).collect()
}

fn autocorrelation(doubled_ranks: &[i64]) -> Option<f64> {
    // Twice the mean rank is the count and one.
    let doubled_mean = doubled_ranks.len().cast_signed() as i64 + 1;
    let squares: i64 = doubled_ranks.iter().map(|rank| (rank - doubled_mean).pow(2)).sum();
    (squares != 0).then(|| 1.0 - neighbour_distances(doubled_ranks) as f64 / squares as f64 / 2.0)
}

/// The squared differences of neighbours, summed: small where neighbours are alike. Whole numbers, so that
/// permutations compare exactly; no permutation changes what von Neumann's ratio divides them by.
fn neighbour_distances(ranks: &[i64]) -> i64 {
    ranks.windows(2).map(|pair| (pair[0] - pair[1]).pow(2)).sum()
}

fn permutation_p_value(ranks: &mut [i64], seed: u64) -> f64 {
    let observed = neighbour_distances(ranks);
    let mut generator = Pcg64::seed_from_u64(seed);
    let mut exceedances = 0;
    for drawn in 1..=PERMUTATIONS {
        ranks.shuffle(&mut generator);
        if neighbour_distances(ranks) <= observed {
            exceedances += 1;
            if exceedances == ENOUGH_EXCEEDANCES {
                return f64::from(exceedances) / f64::from(drawn);
            }
        }
    }
    // The observed order counts as one of the permutations: a p-value is never 0.
    f64::from(exceedances + 1) / f64::from(PERMUTATIONS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_climb_is_drift_from_the_least_count_on() {
        for count in 6_u32..=30 {
            let values: Vec<f64> = (0..count).map(f64::from).collect();
            let drift = detect_drift(&values, 1).unwrap();
            assert!(drift.drifting, "{drift:?}");
        }
    }

    #[test]
    fn a_spike_neither_makes_nor_hides_drift() {
        let mut steady = [1.0, 5.0, 2.0, 6.0, 3.0, 4.0, 1.5, 5.5, 2.5, 3.5];
        let mut climb: Vec<f64> = (0..24).map(f64::from).collect();
        steady[4] = 1e9;
        climb[3] = 1e9;
        assert!(!detect_drift(&steady, 1).unwrap().drifting);
        assert!(detect_drift(&climb, 1).unwrap().drifting);
    }

    #[test]
    fn alternation_is_not_drift() {
        let values: Vec<f64> = (0..20).map(|round| f64::from(round % 2)).collect();
        let drift = detect_drift(&values, 1).unwrap();
        assert!(drift.autocorrelation.unwrap() < -0.8 && !drift.drifting, "{drift:?}");
    }

    #[test]
    fn equal_rounds_have_no_autocorrelation() {
        let drift = detect_drift(&[2.0; 8], 1).unwrap();
        assert_eq!(drift, Drift { autocorrelation: None, p_value: 1.0, drifting: false, count: 8 });
    }

    #[test]
    fn stopping_early_never_changes_the_decision() {
        // The least p-value an early stop can report, and the least one that all permutations could then have given.
        assert!(f64::from(ENOUGH_EXCEEDANCES) / f64::from(PERMUTATIONS) > DRIFT_LEVEL);
        assert!(f64::from(ENOUGH_EXCEEDANCES + 1) / f64::from(PERMUTATIONS + 1) > DRIFT_LEVEL);
    }

    #[test]
    fn few_values_and_not_a_number_are_refused() {
        assert_eq!(detect_drift(&[1.0; 5], 1), Err(StatisticsError::TooFew { count: 5, needed: 6 }));
        let found = detect_drift(&[1.0, 2.0, f64::INFINITY, 4.0, 5.0, 6.0], 1);
        assert!(matches!(found, Err(StatisticsError::NotFinite { index: 2, .. })));
    }
}
