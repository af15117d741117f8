//! How much wider the interval of one case's median must be because its rounds resemble their neighbours.
//!
//! Rounds that resemble their neighbours say less than as many independent ones: the variance of a mean of them is
//! that of independent ones times one and twice the sum of all autocorrelations. The first of these is estimated over
//! ranks, as [`drift`](super::drift) does, and taken to halve from lag to lag, so that the sum is twice the first:
//! few rounds do not tell how it really falls off. An estimate from few rounds that contain their own mean is too low
//! by about three times itself over their number (Kendall, "Note on Bias in the Estimation of Autocorrelation",
//! Biometrika 41, 1954; Marriott & Pope, "Bias in the Estimation of Autocorrelations", the same volume); this is put
//! back. Neighbours that differ more than chance would have it narrow nothing.
//!
//! Always applied, not only where a test finds drift: with few rounds no test finds it often enough to help. The
//! widening cannot save an interval from a strong drift that fewer rounds have seen than it needs to turn; see
//! [`detect_drift`](super::detect_drift).

use super::drift::rank_autocorrelation;

/// The factor by which the interval of these finite values, in the order the rounds ran, is widened: at least 1.
pub(super) fn widening(values: &[f64]) -> f64 {
    let found = rank_autocorrelation(values).unwrap_or(0.0);
    let first = (found * (1.0 + 3.0 / values.len() as f64)).clamp(0.0, 1.0);
    let all = 2.0 * first;
    (1.0 + 2.0 * all).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_alike_widen_and_nothing_narrows() {
        let climb: Vec<f64> = (0..20).map(f64::from).collect();
        let alternation: Vec<f64> = (0..20).map(|round| f64::from(round % 2)).collect();
        assert!(widening(&climb) > 2.0, "{}", widening(&climb));
        for unmoved in [&alternation[..], &[1.0; 8]] {
            assert!((widening(unmoved) - 1.0).abs() < f64::EPSILON);
        }
    }
}
