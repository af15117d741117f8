//! The signed-rank test of paired differences, of both sides and of one.
//!
//! Zeros are ranked with the rest and then left out, as Pratt proposed ("Remarks on Zeros and Ties in the Wilcoxon
//! Signed Rank Procedures", JASA 54, 1959): leaving them out first, as Wilcoxon did, can turn a decision round when a
//! difference grows. Tied sizes share their mean rank. The distribution is then the one conditional on these very
//! ranks: each keeps its size, and its sign is a fair coin. It is exact, whatever the ties.
//!
//! For an interval see `signed_rank`; deciding many comparisons at once is the caller's business.

use super::error::StatisticsError;
use super::normal;
use super::null_distribution::{EXACT_LIMIT, null_distribution};
use super::ranks::doubled_mid_ranks;
use super::sample::require_finite;

/// The p-values of the two one-sided tests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneSided {
    /// The chance of differences as far below zero as these, or farther.
    pub below: f64,
    /// The chance of differences as far above zero.
    pub above: f64,
}

/// The chance of a rank sum at least as lopsided as this one if the differences were symmetric around zero.
///
/// Never zero. It is 1 where no difference speaks for either side, as in an empty sample; few differences cannot
/// give a small one. Refuses differences that are not finite.
pub fn signed_rank_p_value(differences: &[f64]) -> Result<f64, StatisticsError> {
    let OneSided { below, above } = signed_rank_one_sided(differences)?;
    Ok((2.0 * below.min(above)).min(1.0))
}

/// The same for either side alone: how probable is so small, or so large, a sum of the positive ranks?
///
/// The two overlap in the sum itself, so together they are a little more than 1. Refuses differences that are not
/// finite.
pub fn signed_rank_one_sided(differences: &[f64]) -> Result<OneSided, StatisticsError> {
    require_finite(differences)?;
    let sizes: Vec<f64> = differences.iter().map(|difference| difference.abs()).collect();
    let ranked: Vec<(usize, f64)> = doubled_mid_ranks(&sizes)
        .into_iter()
        .zip(differences.iter().copied())
        .filter(|&(_, sign)| sign != 0.0)
        .collect();
    let ranks: Vec<usize> = ranked.iter().map(|&(rank, _)| rank).collect();
    let positive: usize = ranked.iter().filter(|&&(_, sign)| sign > 0.0).map(|&(rank, _)| rank).sum();
    let negative = ranks.iter().sum::<usize>() - positive;
    // The distribution is symmetric around half the total: the upper tail of one sum is the lower tail of the other.
    let chances = (ranks.len() <= EXACT_LIMIT).then(|| null_distribution(&ranks));
    let tail = |sum: usize| match &chances {
        Some(chances) => chances[..=sum].iter().sum::<f64>().min(1.0),
        None => tail_approximately(&ranks, sum),
    };
    Ok(OneSided { below: tail(positive), above: tail(negative) })
}

/// The chance of a sum of at most `most`, by the normal approximation.
fn tail_approximately(doubled_ranks: &[usize], most: usize) -> f64 {
    let total: f64 = doubled_ranks.iter().map(|&rank| rank as f64).sum();
    // A rank that counts with chance one half has a quarter of its square as variance; ties and zeros need no
    // correction, because these are the ranks they left.
    let variance = doubled_ranks.iter().map(|&rank| (rank as f64).powi(2)).sum::<f64>() / 4.0;
    // Half a rank of continuity correction is 1 on the doubled scale.
    normal::distribution((most as f64 + 1.0 - total / 2.0) / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_tell_apart_gives_one() {
        assert_eq!(signed_rank_p_value(&[]), Ok(1.0));
        assert_eq!(signed_rank_p_value(&[0.0, -0.0, 0.0]), Ok(1.0));
        assert_eq!(signed_rank_p_value(&[1.0]), Ok(1.0));
        assert_eq!(signed_rank_p_value(&[1.0, -1.0]), Ok(1.0));
    }

    #[test]
    fn one_side_only_gives_the_chance_of_equal_coins() {
        assert_eq!(signed_rank_p_value(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), Ok(0.031_25));
        assert_eq!(signed_rank_p_value(&[-2.0; 6]), Ok(0.031_25));
    }

    #[test]
    fn the_side_on_which_the_differences_lie_has_the_small_chance() {
        let OneSided { below, above } = signed_rank_one_sided(&[-1.0, -2.0, -3.0]).unwrap();
        assert!((below - 0.125).abs() < 1e-15 && (above - 1.0).abs() < 1e-15, "{below}, {above}");
        let nothing = signed_rank_one_sided(&[0.0]).unwrap();
        assert_eq!(nothing, OneSided { below: 1.0, above: 1.0 });
    }

    #[test]
    fn not_a_number_is_refused() {
        let found = signed_rank_p_value(&[1.0, f64::NAN]);
        assert!(matches!(found, Err(StatisticsError::NotFinite { index: 1, .. })));
    }

    #[test]
    fn the_approximation_is_close_at_the_limit() {
        let ranks: Vec<usize> = (1..=EXACT_LIMIT).map(|rank| 2 * rank).collect();
        let chances = null_distribution(&ranks);
        // Even sums only: doubled ranks without ties give no others.
        for smaller in [3600, 3900, 4200, 4600, 5000] {
            let exact: f64 = chances[..=smaller].iter().sum();
            let approximate = tail_approximately(&ranks, smaller);
            assert!(
                (exact - approximate).abs() < 1e-3,
                "{smaller}: exact {exact}, approximate {approximate}"
            );
        }
    }
}
