//! The signed-rank sum when nothing differs: every rank counts with chance one half, independently.
//!
//! Exact, by dynamic programming over the ranks (Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics
//! Bulletin 1, 1945, tabulates it; the recursion is in Hollander, Wolfe & Chicken, "Nonparametric Statistical
//! Methods", 3rd ed., 2014, section 3.1). It takes the ranks as given and so serves samples with ties too, where it is
//! the distribution conditional on them.

/// Up to this many ranks the distribution is computed exactly, beyond it by the normal approximation. At 100 the
/// two agree to two ranks in the bounds (a test holds that) and exactness still costs little.
pub(super) const EXACT_LIMIT: usize = 100;

/// The chance of every value the sum can take: `result[s]` is the chance of the sum `s`.
pub(super) fn null_distribution(ranks: &[usize]) -> Vec<f64> {
    let mut chances = vec![0.0; ranks.iter().sum::<usize>() + 1];
    chances[0] = 1.0;
    let mut greatest = 0;
    for &rank in ranks {
        greatest += rank;
        // Downwards, so that each rank is counted at most once.
        for sum in (0..=greatest).rev() {
            let with = if sum >= rank { chances[sum - rank] } else { 0.0 };
            chances[sum] = 0.5 * (chances[sum] + with);
        }
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ranks_give_eight_equally_likely_sums() {
        assert_eq!(null_distribution(&[1, 2, 3]), [0.125, 0.125, 0.125, 0.25, 0.125, 0.125, 0.125]);
    }

    #[test]
    fn chances_sum_to_one_at_the_limit() {
        let ranks: Vec<usize> = (1..=EXACT_LIMIT).collect();
        assert!((null_distribution(&ranks).iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
